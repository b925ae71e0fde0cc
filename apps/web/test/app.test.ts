import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBuilt } from "./built-app";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { type AppProcess, runApp, startApp } from "./start-app";

let dir: string;
let app: AppProcess;
const runLine = (step: number) => `${JSON.stringify({ type: "step", step, loss: 4 - step })}\n`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "cliptune-web-"));
  const model = await writeUntrainedModel(join(dir, "model"));
  await buildSmallIndex(join(dir, "index"), model, await drawShapes());
  await mkdir(join(dir, "runs/first 100% run"), { recursive: true });
  await mkdir(join(dir, "runs/no-run"));
  await writeFile(join(dir, "runs/first 100% run/metrics.jsonl"), runLine(1));
  await ensureBuilt();
  app = await startApp({ CLIPTUNE_INDEX: join(dir, "index"), CLIPTUNE_RUNS: join(dir, "runs") });
}, 400_000);

afterAll(async () => {
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

const get = (path: string) => fetch(`${app.url}${path}`);
const getJson = async (path: string) => (await get(path)).json();

describe("search", () => {
  test("answers with scored hits, best first, and says how long each stage took", async () => {
    const response = await get("/api/search?q=red+circle&k=5");
    const { query, hits, timings } = await response.json();
    expect(query).toBe("red circle");
    expect(hits).toHaveLength(5);
    const scores = hits.map(({ score }: { score: number }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(hits[0].fields.colour).toBeTypeOf("string");
    expect(Object.keys(timings)).toEqual(["tokenise", "encode", "search", "read"]);
    expect(response.headers.get("server-timing")).toMatch(
      /^tokenise;dur=[\d.]+, encode;dur=[\d.]+, search;dur=/,
    );
  });

  test("never shows where a picture lies on the server", async () => {
    expect(JSON.stringify(await getJson("/api/search?q=red"))).not.toContain(dir);
  });

  test("a picture is served by its id, whatever characters that has, to be cached for good", async () => {
    const { items, count } = await getJson("/api/items?limit=200");
    expect(items).toHaveLength(18);
    expect(count).toBe(18);
    for (const { thumbnail } of items) {
      const response = await get(thumbnail);
      expect(response.headers.get("content-type")).toBe("image/webp");
      expect(response.headers.get("cache-control")).toContain("immutable");
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.toString("latin1", 8, 12)).toBe("WEBP");
    }
  });

  test("similar pictures do not hold the picture itself", async () => {
    const [{ id }] = (await getJson("/api/items")).items;
    const { hits } = await getJson(`/api/similar?id=${encodeURIComponent(id)}&k=17`);
    expect(hits).toHaveLength(17);
    expect(hits.map((hit: { id: string }) => hit.id)).not.toContain(id);
  });
});

describe("a request that is wrong gets one sentence", () => {
  test.each([
    ["/api/search", 400, "Parameter q is missing or empty"],
    ["/api/search?q=%20", 400, "Parameter q is missing or empty"],
    [`/api/search?q=${"x".repeat(501)}`, 400, "at most 500"],
    ["/api/search?q=a&k=0", 400, "a whole number from 1 to 200"],
    ["/api/search?q=a&k=1e2", 400, "a whole number from 1 to 200"],
    ["/api/items?offset=-1", 400, "Parameter offset"],
    ["/api/similar?id=none", 404, 'No item has the id "none"'],
    ["/api/thumbnails/..%2F..%2Fmanifest.json", 404, "No item has the id"],
    ["/api/thumbnails/%E0%A4%A", 400, "percent-encoding"],
    ["/api/runs/..%2Findex/metrics", 404, "There is no run"],
    ["/api/runs/no-run/metrics", 404, "There is no run"],
  ])("%s → %d", async (path, status, words) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect((await response.json()).error).toContain(words);
  });
});

describe("runs", () => {
  test("a run that goes on is read as far as it is written", async () => {
    const before = await getJson("/api/runs/first%20100%25%20run/metrics");
    expect(before.status).toBe("running");
    expect(before.stepRecords).toHaveLength(1);
    await appendFile(join(dir, "runs/first 100% run/metrics.jsonl"), `${runLine(2)}{"type":"st`);
    const after = await getJson("/api/runs/first%20100%25%20run/metrics");
    expect(after.stepRecords.map(({ loss }: { loss: number }) => loss)).toEqual([3, 2]);
  });

  test("so many may follow a run, one more is told when to try again, and places come free", async () => {
    const leave = new AbortController();
    const follow = () =>
      fetch(`${app.url}/api/runs/events?run=first+100%25+run`, { signal: leave.signal });
    const streams = await Promise.all(Array.from({ length: 64 }, follow));
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await follow();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    leave.abort();
    const again = async () => {
      const { status, body } = await get("/api/runs/events?run=first+100%25+run");
      await body?.cancel();
      return status;
    };
    await expect.poll(again, { timeout: 20_000 }).toBe(200);
  });

  test("only directories that hold a run are listed", async () => {
    const { runs } = await getJson("/api/runs");
    expect(runs.map(({ name }: { name: string }) => name)).toEqual(["first 100% run"]);
  });
});

test("the page of a run shows its name and its curves, whatever characters the name has", async () => {
  const html = await (await get("/runs/first%20100%25%20run")).text();
  expect(html).toContain(">first 100% run</h1>");
  expect(html).toContain("Loss: loss from 3 to 2 at step 2");
});

test("every page has a policy without unsafe-inline or unsafe-eval, and a nonce of its own", async () => {
  const policies = await Promise.all(
    ["/", "/", "/runs", "/runs/first%20100%25%20run", "/none"].map(async (path) => {
      const response = await get(path);
      const policy = response.headers.get("content-security-policy") ?? "";
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
      const html = await response.text();
      for (const [tag] of html.matchAll(/<script\b[^>]*>/g))
        expect(tag).toContain(`nonce="${nonce}"`);
      expect(html).not.toMatch(/<[^>]+ style="/);
      return policy;
    }),
  );
  expect(new Set(policies).size).toBe(5);
  for (const policy of policies) expect(policy).not.toContain("unsafe");
});

test("the page comes with its first answer, before any script runs", async () => {
  const html = await (await get("/?q=blue+square&group=false")).text();
  expect(html).toContain("18 results");
});

test("an index that was built again is served without a restart", async () => {
  const pictures = await drawShapes();
  await buildSmallIndex(join(dir, "index"), join(dir, "model"), pictures.slice(0, 7));
  const { items, count } = await getJson("/api/items");
  expect(count).toBe(7);
  expect((await get(items[0].thumbnail)).status).toBe(200);
  expect((await getJson("/api/search?q=red")).hits).toHaveLength(7);
});

test("a port in use, or one that is none, is refused with advice", async () => {
  const used = await runApp({ PORT: new URL(app.url).port });
  expect(used.code).toBe(1);
  expect(used.stderr).toMatch(/^error: Port \d+ of 127\.0\.0\.1 is in use; .*--port\.\n$/);
  const wrong = await runApp({ PORT: "high" });
  expect(wrong.stderr).toBe('error: PORT is "high"; it must be a whole number from 0 to 65535.\n');
});

test("what was sent before the end is answered, though much of it is still unread", async () => {
  const busy = await startApp({ CLIPTUNE_INDEX: join(dir, "index") });
  await fetch(`${busy.url}/api/search?q=red`); // opens the index, which may take long on a crowded machine
  const agent = new Agent({ maxSockets: 10 });
  const connected: Promise<unknown>[] = [];
  const answers = Array.from({ length: 10 }, async (_, i) => {
    const sent = request(`${busy.url}/api/search?q=red+${i}`, { agent });
    connected.push(once(sent, "socket").then(([socket]) => once(socket, "connect")));
    sent.end();
    const [response] = await once(sent, "response");
    response.resume();
    await once(response, "end");
    return response.statusCode;
  });
  await Promise.all(connected);
  expect(await busy.stop()).toBe(0);
  expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
});

test("health tells the reason when the index is gone", async () => {
  expect(await getJson("/healthz")).toEqual({ status: "ok", items: 7 });
  await rm(join(dir, "index"), { recursive: true });
  const response = await get("/healthz");
  expect(response.status).toBe(503);
  expect((await response.json()).error).toContain("holds no index");
});

test("without an index the app starts, says what is missing, and ends cleanly when told", async () => {
  const bare = await startApp({});
  const page = await (await fetch(bare.url)).text();
  expect(page).toMatch(/start the page with <code[^>]*>cliptune serve --index DIR<\/code>/);
  expect(await bare.stop()).toBe(0);
  expect(bare.printed()).toBe(`Ready on ${bare.url}\n`);
});
