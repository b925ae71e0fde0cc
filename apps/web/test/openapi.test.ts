import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ensureBuilt } from "./built-app";
import { buildSmallIndex, drawShapes, writeUntrainedModel } from "./small-index";
import { type AppProcess, startApp } from "./start-app";

// biome-ignore lint/suspicious/noExplicitAny: the file under test is walked, not trusted
type Json = Record<string, any>;

const apiDir = fileURLToPath(new URL("../app/api", import.meta.url));
let dir: string;
let app: AppProcess;
let api: Json;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "cliptune-openapi-"));
  const model = await writeUntrainedModel(join(dir, "model"));
  await buildSmallIndex(join(dir, "index"), model, await drawShapes());
  await ensureBuilt();
  app = await startApp({ CLIPTUNE_INDEX: join(dir, "index"), CLIPTUNE_RUNS: dir });
  api = (await (await fetch(`${app.url}/api/openapi.json`)).json()) as Json;
}, 400_000);

afterAll(async () => {
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The schema of an answer, with every `$ref` to a component in reach. */
function schemaOf(path: string, method: string, status: string): z.ZodType {
  const said = api["paths"][path][method]["responses"][status];
  const response = said["$ref"] ? api["components"]["responses"]["Failure"] : said;
  const schema = response["content"]["application/json"]["schema"];
  const whole = { ...schema, $defs: api["components"]["schemas"] };
  return z.fromJSONSchema(
    JSON.parse(JSON.stringify(whole).replaceAll("#/components/schemas/", "#/$defs/")),
  );
}

async function answerTo(path: string, init?: RequestInit) {
  const response = await fetch(`${app.url}${path}`, init);
  return { status: String(response.status), body: (await response.json()) as Json };
}

test("every route is described, with its methods, and nothing else is", async () => {
  const files = (await readdir(apiDir, { recursive: true })).filter((file) =>
    file.endsWith("route.ts"),
  );
  const routes = await Promise.all(
    files.map(async (file) => {
      const path = `/api/${file.replace(/\/route\.ts$/, "").replace(/\[(\w+)\]/g, "{$1}")}`;
      const source = await readFile(join(apiDir, file), "utf8");
      const methods = [...source.matchAll(/export (?:async )?function (GET|POST)\b/g)];
      return [path, methods.map(([, method]) => String(method).toLowerCase()).sort()];
    }),
  );
  const described = Object.entries(api["paths"] as Json)
    .filter(([path]) => path.startsWith("/api/"))
    .map(([path, methods]) => [path, Object.keys(methods).sort()]);
  const outside = ["/api/openapi.json"]; // the description itself
  expect(new Map(described as [string, string[]][])).toEqual(
    new Map((routes as [string, string[]][]).filter(([path]) => !outside.includes(path))),
  );
});

test("whatever can be refused for a limit says so", () => {
  const free = /^\/(api\/thumbnails|api\/runs(?!\/events)|healthz|metrics)/;
  for (const [path, methods] of Object.entries(api["paths"] as Json)) {
    for (const { responses } of Object.values(methods as Json))
      expect("429" in responses, path).toBe(!free.test(path));
  }
});

describe("answers are as described", () => {
  const id = encodeURIComponent("shapes/red circle?&#%.png");
  test.each([
    ["/api/search", "?q=red"],
    ["/api/search", `?q=red&minus=circle^0.5&like=${id}&k=3&hybrid=true&group=true`],
    ["/api/search", `?filter=${encodeURIComponent('[{"field":"sides","min":4}]')}`],
    ["/api/search", `?q=${"x".repeat(501)}`],
    ["/api/search", "?q=red&like=none"],
    ["/api/similar", `?id=${id}`],
    ["/api/items", "?offset=3&limit=2"],
    ["/api/items", "?offset=x"],
    ["/api/map", ""],
    ["/api/map/place", ""],
    ["/api/fields", ""],
    ["/api/runs", ""],
    ["/healthz", ""],
  ])("%s%s", async (path, query) => {
    const { status, body } = await answerTo(path + query);
    schemaOf(path, "get", status).parse(body);
  });

  test("the map, once it is made, and the place of a text on it", async () => {
    await expect.poll(async () => (await answerTo("/api/map")).body["status"]).toBe("ready");
    const map = await answerTo("/api/map");
    schemaOf("/api/map", "get", map.status).parse(map.body);
    expect(map.body["neighbours"]).toHaveLength(36);
    const place = await answerTo("/api/map/place?q=red");
    schemaOf("/api/map/place", "get", place.status).parse(place.body);
    const atlas = await fetch(`${app.url}${map.body["atlas"]}`);
    expect(atlas.headers.get("content-type")).toBe("image/webp");
  });

  test("parameters that are described are understood, and no others have an effect", async () => {
    const names = api["paths"]["/api/search"]["get"]["parameters"].map((one: Json) => one["name"]);
    expect(names.sort()).toEqual(
      "cursor diversity filter group hybrid k like minus picture plus q unlike".split(" "),
    );
  });

  test("a picture that is sent can be searched by, named or as base64, and comes closest to itself", async () => {
    const [red] = await drawShapes();
    const bytes = new Uint8Array(red?.image as Buffer);
    const sent = await answerTo("/api/pictures", { method: "POST", body: bytes });
    schemaOf("/api/pictures", "post", sent.status).parse(sent.body);
    const { picture, thumbnail, width } = sent.body;
    expect(width).toBe(96);
    const kept = await fetch(`${app.url}${thumbnail}`);
    expect(kept.headers.get("content-type")).toBe("image/png");
    const named = await answerTo(`/api/search?picture=${picture}&k=1`);
    expect(named.body["hits"][0].title).toBe("red circle");
    expect(named.body["hits"][0].score).toBeCloseTo(1, 3);
    const body = JSON.stringify({
      query: [{ image: Buffer.from(bytes).toString("base64") }],
      k: 1,
    });
    const posted = await answerTo("/api/search", { method: "POST", body });
    schemaOf("/api/search", "post", posted.status).parse(posted.body);
    expect(posted.body["hits"]).toEqual(named.body["hits"]);
  });

  test("pages follow each other without a gap or a repeat", async () => {
    const whole = await answerTo("/api/search?q=red&k=18");
    let { body } = await answerTo("/api/search?q=red&k=5");
    const hits = body["hits"];
    while (body["cursor"]) {
      ({ body } = await answerTo(`/api/search?q=red&k=5&cursor=${body["cursor"]}`));
      hits.push(...body["hits"]);
    }
    expect(hits).toEqual(whole.body["hits"]);
  });
});

describe("what is no picture is refused, and the next picture is read", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  const bomb = () =>
    sharp({ create: { width: 9000, height: 9000, channels: 3, background: "red" } })
      .png()
      .toBuffer();
  const truncated = async () => (await bomb()).subarray(0, 5000);
  test.each<[string, () => Promise<Uint8Array>, number, string]>([
    ["an SVG drawing", async () => Buffer.from(svg), 415, "not a picture of a known type"],
    ["text", async () => Buffer.from("hello"), 415, "not a picture of a known type"],
    ["nothing", async () => Buffer.alloc(0), 400, "empty"],
    [
      "a head without a picture",
      async () => Buffer.from("\xff\xd8\xff\xe0", "latin1"),
      415,
      "cannot",
    ],
    ["a truncated file", truncated, 415, "cannot be read"],
    ["81 million pixels", bomb, 415, "more than 50 million pixels"],
    ["17 MB", async () => Buffer.alloc(17_000_000), 413, "16000000"],
  ])("%s", async (_, make, status, words) => {
    const { status: seen, body } = await answerTo("/api/pictures", {
      method: "POST",
      body: new Uint8Array(await make()),
    });
    expect([Number(seen), body["error"]]).toEqual([status, expect.stringContaining(words)]);
    const [good] = await drawShapes();
    const after = await fetch(`${app.url}/api/pictures`, {
      method: "POST",
      body: new Uint8Array(good?.image as Buffer),
    });
    expect(after.status).toBe(200);
  });

  test("a photograph is turned upright and made no larger than 1,024 pixels", async () => {
    const tall = await sharp({
      create: { width: 3000, height: 1500, channels: 3, background: "teal" },
    })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { body } = await answerTo("/api/pictures", {
      method: "POST",
      body: new Uint8Array(tall),
    });
    expect([body["width"], body["height"]]).toEqual([512, 1024]);
  });
});
