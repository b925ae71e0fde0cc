import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedRepository {
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Needs this token. */
  readonly token?: string;
}

/** What goes wrong when a file is fetched; each entry spoils one answer, in order. */
export type Fault =
  | { readonly status: number }
  | { readonly breakAfter: number }
  | { readonly stallAfter: number }
  | "corrupt";

export interface HubServer {
  readonly endpoint: string;
  /** "models/owner/name" or "datasets/owner/name", with "@refs/pr/1" for pull requests. */
  readonly repositories: Map<string, ServedRepository>;
  readonly discussions: Map<string, object[]>;
  /** By path. */
  readonly faults: Map<string, Fault[]>;
  /** Files asked for, with the Range header. */
  readonly fetched: string[];
  close(): Promise<void>;
}

/** Larger files are in LFS, as on the hub. */
const lfsFrom = 1000;
/** So that lists have several pages. */
const pageSize = 2;

const sha1 = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export const commitOf = (name: string): string => createHash("sha1").update(name).digest("hex");

/** A server that speaks the part of the hub's API that pulling uses: revisions, trees in pages, Range, redirects. */
export async function startHub(): Promise<HubServer> {
  const state = {
    repositories: new Map<string, ServedRepository>(),
    discussions: new Map<string, object[]>(),
    faults: new Map<string, Fault[]>(),
    fetched: [] as string[],
  };
  const server: Server = createServer((request, response) => answer(state, request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    ...state,
    endpoint: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

type State = Pick<HubServer, "repositories" | "discussions" | "faults" | "fetched">;

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, `http://${request.headers.host}`);
  if (url.pathname.startsWith("/api/")) answerApi(state, url, request, response);
  else answerFile(state, url, request, response);
}

function answerApi(
  state: State,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = decodeURIComponent(url.pathname);
  const json = (status: number, value: unknown, headers = {}): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(value));
  };
  const [, kind, name = ""] = /^\/api\/(models|datasets)\/([^/]+\/[^/]+)/.exec(path) ?? [];
  if (path.endsWith("/discussions")) {
    json(200, { discussions: state.discussions.get(name) ?? [] });
    return;
  }
  const [, view = "", revision = ""] = /\/(revision|tree)\/(.+)$/.exec(path) ?? [];
  const found = find(state, `${kind}/${name}`, revision);
  if (!found) json(404, { error: "Repository not found" });
  else if (found.token && request.headers.authorization !== `Bearer ${found.token}`) {
    json(401, { error: "Invalid credentials" });
  } else if (view === "revision") json(200, { _id: "1", id: name, sha: found.commit });
  else {
    const at = Number(url.searchParams.get("cursor") ?? 0);
    const entries = Object.entries(found.files).map(([file, bytes]) => entry(file, bytes));
    const next = new URL(url);
    next.searchParams.set("cursor", String(at + pageSize));
    const link = at + pageSize < entries.length ? { Link: `<${next}>; rel="next"` } : {};
    json(200, entries.slice(at, at + pageSize), link);
  }
}

function answerFile(
  state: State,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, data, owner, commit = "", file = ""] =
    /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(
      decodeURIComponent(url.pathname),
    ) ?? [];
  const bytes = find(state, `${data ? "datasets" : "models"}/${owner}`, commit)?.files[file];
  if (bytes === undefined) {
    response.writeHead(404).end("no");
  } else if (bytes.length >= lfsFrom && !url.searchParams.has("cdn")) {
    response.writeHead(302, { location: `${request.url}?cdn=1` }).end();
  } else send(state, file, bytes, request, response);
}

function find(
  { repositories }: State,
  name: string,
  revision: string,
): ServedRepository | undefined {
  for (const [key, repository] of repositories) {
    const [own, branch = "main"] = key.split("@");
    if (own === name && (branch === revision || repository.commit === revision)) return repository;
  }
  return undefined;
}

function entry(path: string, bytes: Uint8Array): object {
  const lfs =
    bytes.length >= lfsFrom
      ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }
      : {};
  return { type: "file", path, size: bytes.length, oid: sha1(bytes), ...lfs };
}

function send(
  { faults, fetched }: State,
  file: string,
  bytes: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { range } = request.headers;
  fetched.push(range === undefined ? file : `${file} ${range}`);
  const fault = faults.get(file)?.shift();
  if (typeof fault === "object" && "status" in fault) {
    response.writeHead(fault.status).end("no");
    return;
  }
  const start = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
  const part = Buffer.from(bytes.subarray(start));
  if (fault === "corrupt") part[part.length - 1]! ^= 1;
  const headers = {
    "content-length": part.length,
    "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
  };
  response.writeHead(range === undefined ? 200 : 206, headers);
  if (typeof fault !== "object") {
    response.end(part);
    return;
  }
  const length = "breakAfter" in fault ? fault.breakAfter : fault.stallAfter;
  response.write(part.subarray(0, length), () => {
    if ("breakAfter" in fault) setTimeout(() => response.destroy(), 50); // after what was sent has arrived
  });
}
