import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyFolder, outcomeOf, runCli, startCli } from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("serve");
const index = join(folder, "index");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const pictures = await drawPictures(join(folder, "pictures"));
  const model = await randomModel(folder, { hidden_size: 32, num_hidden_layers: 1 });
  const { code } = await runCli(["index", "build", pictures, "--model", model, "--out", index]);
  expect(code).toBe(0);
});

test("says where it serves, answers there as search does, and ends well on Ctrl-C", async () => {
  const child = startCli(["serve", "--index", index, "--port", "0", "--json"]);
  const ended = outcomeOf(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, count } = JSON.parse(line.toString()) as { url: string; count: number };
  expect(count).toBe(36);
  const answer = await fetch(`${url}/api/search?q=red+ring&k=5`);
  expect(answer.status).toBe(200);
  const served = (await answer.json()) as { hits: { id: string }[] };
  const searched = await runCli(["search", "red ring", "-k", "5", "--index", index, "--json"]);
  const { hits } = JSON.parse(searched.stdout) as { hits: { id: string }[] };
  expect(served.hits.map(({ id }) => id)).toEqual(hits.map(({ id }) => id));
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(1);
});

test("a port in use is one clear error", async () => {
  const child = startCli(["serve", "--index", index, "--port", "0", "--json"]);
  const ended = outcomeOf(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { port } = JSON.parse(line.toString()) as { port: number };
  const second = await runCli(["serve", "--index", index, "--port", String(port)]);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(new RegExp(`^error: .*${port}.*--port.*\n$`));
  child.kill("SIGINT");
  await ended;
});

test("another address is listened on only when asked for, and said to be open", async () => {
  const child = startCli(["serve", "--index", index, "--port", "0", "--host", "0.0.0.0"]);
  const ended = outcomeOf(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  expect(line.toString()).toMatch(
    /^Serving 36 pictures on http:\/\/0\.0\.0\.0:\d+ .*\nWhoever reaches/,
  );
  const port = /:(\d+) /.exec(line.toString())?.[1];
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  child.kill("SIGINT");
  expect((await ended).code).toBe(0);
  const { code, stderr } = await runCli(["serve", "--index", index, "--host", "192.0.2.1"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: 192\.0\.2\.1 is no address of this machine.*\n$/);
});

test("a directory that is no index is one clear error", async () => {
  const { code, stderr } = await runCli(["serve", "--index", folder]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: .*is not an index.*\n$/);
});
