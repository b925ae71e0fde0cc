import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tinyModelDir } from "@cliptune/data";
import { parquetWriteFile } from "hyparquet-writer";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commitOf, type HubServer, startHub } from "../packages/hub/test/hub-server.js";
import { emptyFolder, runCli } from "./repository/run-cli.js";

const folder = emptyFolder("hub");
let hub: HubServer;
beforeAll(async () => {
  hub = await startHub();
  const names = readdirSync(tinyModelDir);
  const files = Object.fromEntries(
    names.map((name) => [name, readFileSync(join(tinyModelDir, name))]),
  );
  hub.repositories.set("models/somebody/tiny-clip", { commit: commitOf("tiny"), files });
  hub.repositories.set("datasets/somebody/squares", {
    commit: commitOf("squares"),
    files: await squares(),
  });
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

const colors = ["red", "green", "blue", "gold"];

async function squares(): Promise<Record<string, Uint8Array>> {
  const filename = join(folder, "squares.parquet");
  const picture = (background: string) =>
    sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toBuffer();
  parquetWriteFile({
    filename,
    columnData: [
      { name: "jpg", data: await Promise.all(colors.map(picture)), type: "BYTE_ARRAY" },
      { name: "text", data: colors.map((color) => `a ${color} square`), type: "STRING" },
    ],
  });
  return {
    "data/train-00000-of-00001.parquet": readFileSync(filename),
    "README.md": Buffer.from("# squares"),
  };
}

const env = () => ({ HF_HOME: join(folder, "hf"), HF_ENDPOINT: hub.endpoint });
const offline = () => ({ ...env(), HF_ENDPOINT: "http://127.0.0.1:9", HF_HUB_OFFLINE: "1" });

test("a model is pulled into HF_HOME, then any command takes its name, offline too", async () => {
  const pulled = await runCli(["pull", "somebody/tiny-clip", "--json"], { env: env() });
  expect(pulled.stderr).toMatch(/pull 100 % · .* MB · model\.safetensors/);
  const { dir, files } = JSON.parse(pulled.stdout);
  expect(dir).toBe(join(folder, "hf/hub/models--somebody--tiny-clip/snapshots", commitOf("tiny")));
  expect(files).toContain("model.safetensors");

  const counted = await runCli(
    ["params", "--model", "somebody/tiny-clip", "--rank", "4", "--json"],
    { env: offline() },
  );
  const built = await runCli(["params", "--model", "tiny", "--rank", "4", "--json"]);
  expect({ ...JSON.parse(counted.stdout), model: "" }).toEqual({
    ...JSON.parse(built.stdout),
    model: "",
  });
}, 60_000);

test("a name that was not pulled is fetched when it is asked for, and a wrong one is one sentence", async () => {
  const other = { ...env(), HF_HOME: join(folder, "other") };
  const counted = await runCli(["params", "--model", "somebody/tiny-clip", "--json"], {
    env: other,
  });
  expect(counted.code).toBe(0);
  const missing = await runCli(["params", "--model", "somebody/tiny-clap"], { env: other });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(
    /^error: There is no directory .*tiny-clap, and from the hub: .* has no model somebody\/tiny-clap \(404\)/,
  );
  const never = await runCli(["params", "--model", "somebody/tiny-clap"], { env: offline() });
  expect(never.stderr).toMatch(
    /is not in the cache .* run cliptune pull somebody\/tiny-clap first/,
  );
}, 60_000);

test("a data set of the hub is read like a folder, and offline again", async () => {
  const address = "hf://datasets/somebody/squares";
  const out = join(folder, "inspect");
  mkdirSync(out);
  for (const place of [env(), offline()]) {
    const seen = await runCli(["data", "inspect", address, "--out", out, "--json"], { env: place });
    expect(JSON.parse(seen.stdout)).toMatchObject({
      kind: "parquet",
      pairs: 4,
      splits: { train: 4 },
    });
  }
}, 60_000);
