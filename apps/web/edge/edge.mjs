// What every request meets before the app: is it well formed, meant for this server, and within the limits?
import { createAdmission } from "./admission.mjs";
import { allowsHost } from "./host.mjs";
import { createTraffic, routeOf } from "./traffic.mjs";

/** Bytes of a request's body; the app counts what comes without a length. */
export const mostBodyBytes = 16_000_000;
const longestAddress = 8_000;
const mostInFlight = 64;

// What costs next to nothing is never refused: a page full of pictures asks for sixty at once.
const light = /^\/(_next\/|api\/thumbnails\/|api\/runs|healthz$|metrics$|icon)/;

/**
 * A listener for `http.Server` around the app's own.
 *
 * @param {(request, response) => Promise<void>} handle
 * @param {{ host: string, hosts: readonly string[], rate: number }} options
 */
export function guard(handle, { host, hosts, rate }) {
  const admission = createAdmission({ rate, burst: 3 * rate, mostInFlight });
  const traffic = createTraffic();
  return (request, response) => {
    const start = performance.now();
    const path = (request.url ?? "").split("?", 1)[0];
    response.once("close", () =>
      traffic.answered({
        route: routeOf(path),
        method: /^(GET|HEAD|POST)$/.test(request.method) ? request.method : "other",
        status: response.statusCode,
        milliseconds: performance.now() - start,
        timing: response.getHeader("Server-Timing")?.toString(),
      }),
    );
    const fault = faultOf(request, path, { host, hosts });
    if (fault) {
      request.resume(); // a caller still sending would see its line cut instead of the answer
      return refuse(response, ...fault);
    }
    if (path === "/metrics") return print(response, traffic.print(admission.inFlight()));
    if (!light.test(path)) {
      const verdict = admission.admit(request.socket.remoteAddress ?? "");
      if (verdict.reason) {
        traffic.refused(verdict.reason);
        response.setHeader("Retry-After", verdict.retryAfter);
        return refuse(response, 429, busy[verdict.reason]);
      }
      response.once("close", verdict.release);
    }
    handle(request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

const busy = {
  rate: "You ask more often than this server answers; wait as long as Retry-After says.",
  queue: "This server has all that it can do; try again in a second.",
};

/** @returns {[number, string] | undefined} a status and a sentence */
function faultOf(request, path, known) {
  const { method, headers, url = "" } = request;
  if (!allowsHost(headers.host, known)) {
    return [
      421,
      `This server does not answer for ${JSON.stringify((headers.host ?? "").slice(0, 80))}; name the host in CLIPTUNE_HOSTS if it should.`,
    ];
  }
  if (url.length > longestAddress) {
    return [414, `The address has ${url.length} characters; it may have ${longestAddress}.`];
  }
  if (!url.startsWith("/") || !isDecodable(path)) {
    return [400, "This address is not valid percent-encoding of a path."];
  }
  if (method === "POST") return faultOfPost(headers, path);
  if (method !== "GET" && method !== "HEAD") return [405, `${method} means nothing here.`];
  return undefined;
}

function faultOfPost(headers, path) {
  if (!path.startsWith("/api/")) return [405, "Pages are read with GET."];
  // A page of another site could otherwise keep this server busy from the reader's own browser.
  if (headers["sec-fetch-site"] === "cross-site") {
    return [403, "Only this server's own pages and programs may send to it."];
  }
  if (Number(headers["content-length"] ?? 0) > mostBodyBytes) {
    return [413, `The body has ${headers["content-length"]} bytes; it may have ${mostBodyBytes}.`];
  }
  return undefined;
}

/** Next answers 500 to a path like `/%E0%A4%A`; the fault is the caller's. */
function isDecodable(path) {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function refuse(response, status, error) {
  if (status === 405) response.setHeader("Allow", "GET, HEAD, POST");
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify({ error }));
}

function print(response, text) {
  response.writeHead(200, {
    "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(text);
}
