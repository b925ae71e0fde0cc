import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt } from "./built-app";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { type AppProcess, startApp } from "./start-app";

let dir: string;
let app: AppProcess;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "cliptune-limits-"));
  const model = await writeUntrainedModel(join(dir, "model"));
  await buildSmallIndex(join(dir, "index"), model, await drawShapes());
  await ensureBuilt();
  app = await startApp({ CLIPTUNE_INDEX: join(dir, "index"), CLIPTUNE_RATE: "2" });
}, 400_000);

afterAll(async () => {
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** By hand: `fetch` sets Host and Sec-Fetch-Site itself. */
function send({ path = "/api/search?q=red", method = "GET", headers = {}, body }: Sent) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (done, fail) => {
      const sent = request(`${app.url}${path}`, { method, headers, agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk;
        });
        response.on("end", () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      sent.once("error", fail);
      sent.end(body);
    },
  );
}

test.each<[string, Sent, number, string]>([
  ["another host's name", { headers: { Host: "evil.example" } }, 421, "does not answer for"],
  ["an unknown method", { method: "DELETE" }, 405, "DELETE means nothing here"],
  ["sending to a page", { path: "/", method: "POST", body: "x" }, 405, "read with GET"],
  [
    "another site's page",
    { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" }, body: "{}" },
    403,
    "own pages",
  ],
  [
    "a body without end",
    { method: "POST", headers: { "Content-Length": "99999999" } },
    413,
    "body",
  ],
  ["an endless address", { path: `/api/search?q=${"a".repeat(8000)}` }, 414, "8014 characters"],
])("%s is refused", async (_, sent, status, words) => {
  const answer = await send(sent);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text).error).toContain(words);
});

test("more than the rate gets 429 with the seconds to wait, and is counted; pictures never do", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => send({})));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(5);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  for (const { headers } of refused) expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  const pictures = await Promise.all(
    Array.from({ length: 30 }, () => send({ path: "/api/thumbnails/none" })),
  );
  expect(new Set(pictures.map(({ status }) => status))).toEqual(new Set([404]));
  const { text, headers } = await send({ path: "/metrics" });
  expect(headers["content-type"]).toContain("text/plain; version=0.0.4");
  expect(text).toContain(`cliptune_refused_total{reason="rate"} ${refused.length}\n`);
  expect(text).toMatch(/cliptune_stage_seconds_count\{route="\/api\/search",stage="encode"\} \d/);
});

test("what Next offers to fetch and resize pictures is shut", async () => {
  const { status } = await send({ path: "/_next/image?url=%2Fapi%2Fthumbnails%2Fx&w=64&q=75" });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
});
