import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@cliptune/clip";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt } from "./built-app";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { type AppProcess, startApp } from "./start-app";

let dir: string;
let app: AppProcess;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "cliptune-fuzz-"));
  const model = await writeUntrainedModel(join(dir, "model"));
  await buildSmallIndex(join(dir, "index"), model, await drawShapes());
  await ensureBuilt();
  app = await startApp({ CLIPTUNE_INDEX: join(dir, "index"), CLIPTUNE_RATE: "10000" });
}, 400_000);

afterAll(async () => {
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

const random = seededRandom(7, "fuzz");
const below = (n: number) => Math.floor(random() * n);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
const noise = (length: number) =>
  String.fromCharCode(...Array.from({ length: 1 + below(length) }, () => 33 + below(90)));

const wrongNumbers = ["-1", "1e9", "0", "x", "٣", "1.5", "NaN", "", "999999999999", "0x10", "%00"];
const wrongJson = ["{", "[1]", "null", '"a"', '[{"field":1}]', '[{"field":"colour"}]', "[[]]"];
const wrongFilter = [
  ...wrongJson.slice(0, 5).filter((text) => text !== "[1]"),
  '[{"field":"colour"}]',
  '[{"field":"none","equals":1}]',
  '[{"field":"sides","min":"4"}]',
  '[{"field":"sides","after":"2020"}]',
  '[{"field":"colour","__proto__":{}}]',
  '[{"field":"colour","equals":{"a":1}}]',
];
const wrongTerms = [
  ...["{}", "[]", '{"text":1}', '{"text":""}', '{"id":"none"}', '{"picture":"none"}', "7"],
  ...['{"text":"a","id":"b"}', '{"image":"!!!"}', '{"image":"AAAA"}', '{"weight":2}'],
  ...['{"text":"a","weight":0}', '{"text":"a","weight":1e9}', '{"text":"a","weight":"2"}'],
];

/** Requests that no reading of the API makes valid, as `[method, target, body]`. */
const makers: readonly (() => [string, string, string?])[] = [
  () => ["GET", `/api/search?q=a&k=${pick(wrongNumbers)}`],
  () => ["GET", `/api/search?q=a&filter=${encodeURIComponent(pick(wrongFilter))}`],
  () => [
    "GET",
    `/api/search?q=a&${pick(["hybrid", "group", "diversity"])}=${pick(["2", "-1", "a", "1e1"])}`,
  ],
  () => ["GET", `/api/search?q=a&cursor=${encodeURIComponent(noise(40))}`],
  () => ["GET", `/api/search?q=a&like=${encodeURIComponent(`none ${noise(9)}`)}`],
  () => ["GET", `/api/search?q=${"a".repeat(501 + below(6000))}`],
  () => ["GET", `/api/search?${pick(["", "q=", "q=%20", "minus=a", "Q=a"])}`],
  () => ["GET", `/api/similar?id=${encodeURIComponent(`none ${noise(30)}`)}`],
  () => ["GET", `/api/items?${pick(["offset", "limit"])}=${pick(["-1", "x", "1e2", "1.5"])}`],
  () => ["GET", `/api/thumbnails/${encodeURIComponent(`../${noise(30)}`)}`],
  () => ["GET", `/api/pictures/${encodeURIComponent(noise(30))}`],
  () => ["GET", `/api/${pick(["x", "search/x", "thumbnails", "runs/x/y/z"])}`],
  () => ["GET", `/%${noise(2)}%ZZ`],
  () => ["GET", `/${noise(20).replace(/[?#%/\\.]/g, "_")}`],
  () => [pick(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]), "/api/search?q=a"],
  () => ["POST", pick(["/", "/runs", "/healthz", "/api/items", "/api/fields"]), noise(200)],
  () => ["POST", "/api/pictures", pick(["GIF89a", "\x89PNG\r\n\x1a\n", "", "<svg/>"]) + noise(300)],
  () => ["POST", "/api/search", pick([...wrongJson, noise(100), ""])],
  () => ["POST", "/api/search", `{"query":[${pick(wrongTerms)}]}`],
  () => ["POST", "/api/search", `{"query":[{"text":"a"}],"filter":${pick(["1", ...wrongFilter])}}`],
  () => ["POST", "/api/search", `{"query":[{"text":"a"}],"${noise(8).replace(/["\\]/g, "_")}_":1}`],
  () => [
    "POST",
    "/api/search",
    `{"query":[{"text":"a"}],"k":${pick(["0", "-1", "1.5", '"1"', "null"])}}`,
  ],
  () => ["POST", "/api/search", `{"query":${"[".repeat(2000)}`],
];

/** By hand, because fetch mends what it is given. @returns the status, 0 when the line was cut */
function send(text: string): Promise<number> {
  return new Promise((done) => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => done(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)));
    socket.write(text, "latin1"); // left open: a caller who hangs up gets no answer
  });
}

const written = ([method, target, body]: readonly [string, string, string?]) =>
  [
    `${method} ${target} HTTP/1.1`,
    `Host: ${new URL(app.url).host}`,
    "Connection: close",
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
    "",
    body ?? "",
  ].join("\r\n");

test("a thousand malformed requests each get 4xx, and the server goes on", async () => {
  const requests = Array.from({ length: 1000 }, (_, i) => makers[i % makers.length]!());
  const wrong: string[] = [];
  let next = 0;
  const work = async () => {
    for (let request = requests[next++]; request; request = requests[next++]) {
      const status = await send(written(request));
      if (status < 400 || status >= 500)
        wrong.push(`${status}: ${request.join(" ").slice(0, 200)}`);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  expect(wrong.slice(0, 20)).toEqual([]);
  expect((await fetch(`${app.url}/api/search?q=red`)).status).toBe(200);
});

test("what is no HTTP ends its own connection only", async () => {
  const statuses = await Promise.all([
    send("\x16\x03\x01\x02\x00\x01\x00"),
    send("GET / HTTP/9.9\r\n\r\n"),
    send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(100_000)}\r\n\r\n`),
    send("GET / HTTP/1.1\r\n\r\n"),
    send(
      "POST /api/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ),
  ]);
  for (const status of statuses) expect(status === 0 || (status >= 400 && status < 500)).toBe(true);
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
});

test("a stop lets an answer that is under way arrive", async () => {
  const last = await startApp({ CLIPTUNE_INDEX: join(dir, "index") });
  const body = '{"query":[{"text":"red"}],"k":3}';
  const { port } = new URL(last.url);
  const metric = async (pattern: RegExp) => {
    const text = await (await fetch(`${last.url}/metrics`)).text();
    return Number(pattern.exec(text)?.[1] ?? 0);
  };
  // The server's own first search, which warms it up, would be taken for this test's.
  const answered = /^cliptune_requests_total{route="\/api\/search".* (\d+)$/m;
  await expect.poll(() => metric(answered), { timeout: 60_000 }).toBe(1);
  const socket = connect(Number(port), "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  const closed = new Promise((done) => socket.once("close", done));
  socket.write(
    `POST /api/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  const inFlight = /^cliptune_requests_in_flight (\d+)$/m;
  await expect.poll(() => metric(inFlight), { timeout: 60_000 }).toBe(1);
  const code = last.stop();
  socket.write(body.slice(10));
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
  expect(answer).toContain('"hits":[{');
  expect(await code).toBe(0);
});
