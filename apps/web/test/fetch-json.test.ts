import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { fetchJson, ReplyError } from "../lib/fetch-json.js";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((done) => started.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
}

const unaborted = new AbortController().signal;

test("an answer is parsed", async () => {
  const url = await serve((_, response) => response.end('{"hits":[1]}'));
  expect(await fetchJson(url, unaborted)).toEqual({ hits: [1] });
});

test("a refusal is thrown in the server's own words, or by its status", async () => {
  const url = await serve((request, response) => {
    response.statusCode = 400;
    response.end(request.url === "/said" ? '{"error":"k is too large"}' : "<html>");
  });
  await expect(fetchJson(`${url}said`, unaborted)).rejects.toThrow("k is too large");
  await expect(fetchJson(url, unaborted)).rejects.toThrow("The server answered 400.");
});

test("an abort amid the body is an abort, never an empty answer", async () => {
  const abort = new AbortController();
  const url = await serve((_, response) => {
    response.write('{"hits":');
    setTimeout(() => abort.abort(), 20);
  });
  const failure = await fetchJson(url, abort.signal).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: "AbortError" });
});

test("an answer that breaks off is a failure that a person can read", async () => {
  const url = await serve((_, response) => {
    response.write('{"hits":');
    setTimeout(() => response.destroy(), 20);
  });
  await expect(fetchJson(url, unaborted)).rejects.toThrow(ReplyError);
});
