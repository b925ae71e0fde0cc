import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  cachedModel,
  type HubOptions,
  type PullProgress,
  pullDataSet,
  pullModel,
} from "@cliptune/hub";
import { scanCacheDir } from "@huggingface/hub";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commitOf, type HubServer, startHub } from "./hub-server.js";

const base = mkdtempSync(join(tmpdir(), "cliptune-hub-"));
let hub: HubServer;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(async () => {
  await hub.close();
  rmSync(base, { recursive: true, force: true });
});

const name = "somebody/clip-small";
const weights = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251));
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const files = {
  ".gitattributes": Buffer.from("*.safetensors filter=lfs"),
  "config.json": json({ model_type: "clip" }),
  "tokenizer.json": json({ version: "1.0" }),
  "preprocessor_config.json": json({ size: 224 }),
  "model.safetensors": weights,
  "pytorch_model.bin": Buffer.alloc(5000),
};

let cacheDir = "";
let options: HubOptions;
let caches = 0;
beforeEach(() => {
  cacheDir = join(base, `cache-${caches++}`, "hub");
  options = { cacheDir, endpoint: hub.endpoint, pause: 1, retries: 3 };
  hub.repositories.clear();
  hub.discussions.clear();
  hub.faults.clear();
  hub.fetched.length = 0;
  hub.repositories.set(`models/${name}`, { commit: commitOf("main"), files });
});

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: Error) => `${error.name}: ${error.message}`,
  );

const folder = (): string => join(cacheDir, "models--somebody--clip-small");
const blobs = (): string[] =>
  existsSync(join(folder(), "blobs")) ? readdirSync(join(folder(), "blobs")) : [];

describe("a model", () => {
  test("comes into the layout that Hugging Face's libraries read, without what is not needed", async () => {
    const seen: PullProgress[] = [];
    const { dir, commit } = await pullModel(name, {
      ...options,
      onProgress: (now) => seen.push(now),
    });
    expect(dir).toBe(join(folder(), "snapshots", commit));
    expect(commit).toBe(commitOf("main"));
    const names = [
      "config.json",
      "model.safetensors",
      "preprocessor_config.json",
      "tokenizer.json",
    ];
    expect(readdirSync(dir).sort()).toEqual(names);
    expect(readFileSync(join(dir, "model.safetensors")).equals(weights)).toBe(true);
    expect(lstatSync(join(dir, "model.safetensors")).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(dir, "model.safetensors"))).toMatch(
      /^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/,
    );
    expect(readFileSync(join(folder(), "refs/main"), "utf8")).toBe(commit);
    expect(seen.at(-1)).toMatchObject({ file: "model.safetensors" });
    expect(seen.at(-1)!.done).toBe(seen.at(-1)!.total);

    const { repos, warnings } = await scanCacheDir(cacheDir);
    expect(warnings).toEqual([]);
    expect(repos[0]!.id).toMatchObject({ name, type: "model" });
    expect(repos[0]!.revisions[0]!.files.map(({ path }) => path.split("/").at(-1)).sort()).toEqual(
      names,
    );
  });

  test("is fetched once: again only what changed, and nothing offline", async () => {
    await pullModel(name, options);
    const first = hub.fetched.length;
    await pullModel(name, options);
    expect(hub.fetched.length).toBe(first);
    const config = json({ model_type: "clip", changed: true });
    hub.repositories.set(`models/${name}`, {
      commit: commitOf("next"),
      files: { ...files, "config.json": config },
    });
    const { dir } = await pullModel(name, options);
    expect(hub.fetched.slice(first)).toEqual(["config.json"]);
    expect(JSON.parse(readFileSync(join(dir, "config.json"), "utf8"))).toEqual({
      model_type: "clip",
      changed: true,
    });
    const offline = { ...options, endpoint: "http://127.0.0.1:9", offline: true };
    expect((await pullModel(name, offline)).dir).toBe(dir);
    expect((await pullModel(`${name}@${commitOf("main")}`, offline)).dir).toContain(
      commitOf("main"),
    );
    expect(await cachedModel(name, cacheDir)).toBe(dir);
    expect(await failure(pullModel("somebody/else", offline))).toMatch(
      /UserError: The model somebody\/else is not in the cache .* run cliptune pull somebody\/else first/,
    );
  });

  test("a connection that breaks goes on from where it was", async () => {
    hub.faults.set("model.safetensors", [{ breakAfter: 100_000 }, { breakAfter: 50_000 }]);
    const { dir } = await pullModel(name, options);
    expect(readFileSync(join(dir, "model.safetensors")).equals(weights)).toBe(true);
    const asked = hub.fetched.filter((file) => file.startsWith("model.safetensors"));
    expect(asked).toHaveLength(3);
    expect(asked[2]).toMatch(/bytes=[1-9]\d{4,}-/);
  });

  test("a pull that was killed goes on from where it was", async () => {
    hub.faults.set("model.safetensors", [{ stallAfter: 120_000 }]);
    const child = fileURLToPath(new URL("./pull-child.mjs", import.meta.url));
    const running = spawn(process.execPath, [child, name, hub.endpoint, cacheDir]);
    const incomplete = () => blobs().find((blob) => blob.endsWith(".incomplete"));
    const size = () => (incomplete() ? statSync(join(folder(), "blobs", incomplete()!)).size : 0);
    while (size() < 120_000) await new Promise((done) => setTimeout(done, 20));
    running.kill("SIGKILL");
    await once(running, "exit");
    expect(await cachedModel(name, cacheDir)).toBeUndefined();
    const { dir } = await pullModel(name, options);
    expect(readFileSync(join(dir, "model.safetensors")).equals(weights)).toBe(true);
    expect(hub.fetched.at(-1)).toBe("model.safetensors bytes=120000-");
    expect(incomplete()).toBeUndefined();
  });

  test("a wrong checksum is fetched anew once, then told, and leaves nothing", async () => {
    hub.faults.set("model.safetensors", ["corrupt"]);
    const { dir } = await pullModel(name, options);
    expect(readFileSync(join(dir, "model.safetensors")).equals(weights)).toBe(true);
    rmSync(cacheDir, { recursive: true });
    hub.faults.set("model.safetensors", ["corrupt", "corrupt"]);
    expect(await failure(pullModel(name, options))).toMatch(
      /UserError: model\.safetensors of somebody\/clip-small came with the checksum [0-9a-f]{64} instead of [0-9a-f]{64}, twice/,
    );
    expect(await cachedModel(name, cacheDir)).toBeUndefined();
    expect(blobs().filter((blob) => blob.length >= 64)).toEqual([]);
  });

  test("a server's fault passes, or is told with what it was", async () => {
    hub.faults.set("model.safetensors", [{ status: 500 }, { status: 503 }]);
    await pullModel(name, options);
    rmSync(cacheDir, { recursive: true });
    hub.faults.set("model.safetensors", Array(4).fill({ status: 500 }));
    expect(await failure(pullModel(name, options))).toMatch(
      /UserError: http.* answered 500 for the model somebody\/clip-small/,
    );
  });
});

describe("refusals are one sentence that says what to do", () => {
  test("401 without and with a token", async () => {
    hub.repositories.set(`models/${name}`, { commit: commitOf("main"), files, token: "hf_right" });
    expect(await failure(pullModel(name, options))).toMatch(/to everybody \(401\).* set HF_TOKEN/);
    expect(await failure(pullModel(name, { ...options, token: "hf_wrong" }))).toMatch(
      /to this token \(401\); accept its terms/,
    );
    expect(await pullModel(name, { ...options, token: "hf_right" })).toMatchObject({
      commit: commitOf("main"),
    });
  });

  test("404, no connection, no name", async () => {
    expect(await failure(pullModel("nobody/nothing", options))).toMatch(
      /has no model nobody\/nothing \(404\); check the name and the revision/,
    );
    const closed = { ...options, endpoint: "http://127.0.0.1:9", retries: 0 };
    expect(await failure(pullModel(name, closed))).toMatch(
      /cannot be reached \(.*\); the model .* is not in the cache/,
    );
    expect(await failure(pullModel("no name", options))).toMatch(
      /names look like openai\/clip-vit-base-patch32/,
    );
  });

  test("another kind of model, before its weights are fetched", async () => {
    const bert = { ...files, "config.json": json({ model_type: "bert" }) };
    hub.repositories.set(`models/${name}`, { commit: commitOf("main"), files: bert });
    expect(await failure(pullModel(name, options))).toMatch(/is a model of type bert; only CLIP/);
    expect(hub.fetched).toEqual(["config.json"]);
  });

  test("pickled weights: the bot's pull request is taken, and without one it says how to convert", async () => {
    const { "model.safetensors": _, ...pickled } = files;
    hub.repositories.set(`models/${name}`, { commit: commitOf("main"), files: pickled });
    expect(await failure(pullModel(name, options))).toMatch(
      /only as pytorch_model\.bin, a pickle.*CLIPModel\.from_pretrained\("somebody\/clip-small"\)\.save_pretrained\("DIR"\).*--model DIR/s,
    );
    const title = "Adding `safetensors` variant of this model";
    hub.discussions.set(name, [
      { num: 7, title, isPullRequest: true, author: { name: "SFconvertbot" } },
    ]);
    hub.repositories.set(`models/${name}@refs/pr/7`, { commit: commitOf("pr"), files });
    const { dir } = await pullModel(name, options);
    expect(readFileSync(join(dir, "model.safetensors")).equals(weights)).toBe(true);
    expect(readFileSync(join(folder(), "refs/refs/pr/7"), "utf8")).toBe(commitOf("pr"));
    expect(await cachedModel(name, cacheDir)).toBe(dir);
  });
});

describe("a data set", () => {
  const data = {
    "README.md": Buffer.from("#"),
    "data/train-0.parquet": Buffer.alloc(1200),
    "data/test-0.parquet": Buffer.alloc(10),
    "extra/a.txt": Buffer.from("a"),
  };

  test("comes whole, or the folder that is named; a branch may be named too", async () => {
    hub.repositories.set("datasets/somebody/pictures@v2", {
      commit: commitOf("data"),
      files: data,
    });
    const address = "hf://datasets/somebody/pictures@v2";
    const part = await pullDataSet(`${address}/data`, options);
    expect(readdirSync(part.dir).sort()).toEqual(["test-0.parquet", "train-0.parquet"]);
    const all = await pullDataSet(address, options);
    expect(readdirSync(all.dir).sort()).toEqual(["data", "extra"]);
    expect(all.dir).toContain("datasets--somebody--pictures/snapshots/");
    expect(await failure(pullDataSet(`${address}/none`, options))).toMatch(
      /has no files at none to read; it holds: README\.md, /,
    );
    expect(await failure(pullDataSet("hf://models/a/b", options))).toMatch(
      /is no data set's address/,
    );
    expect((await pullDataSet(address, { ...options, offline: true })).dir).toBe(all.dir);
  });

  test("a file name that leads out of the cache is passed over", async () => {
    const evil = { "../../evil.txt": Buffer.from("x"), "good.txt": Buffer.from("y") };
    hub.repositories.set("datasets/somebody/evil", { commit: commitOf("evil"), files: evil });
    const { files: pulled } = await pullDataSet("hf://datasets/somebody/evil", options);
    expect(pulled).toEqual(["good.txt"]);
    expect(existsSync(join(cacheDir, "../evil.txt"))).toBe(false);
  });
});
