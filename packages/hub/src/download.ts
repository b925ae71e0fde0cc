import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@cliptune/engine";
import { endpointOf, type HubOptions, patientFetch, statusError } from "./connection.js";
import type { Repository } from "./repository.js";

/** A file of a repository, as the hub lists it. */
export interface RemoteFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256 of a large file, else git's SHA-1: also the name of its blob. */
  readonly checksum: string;
  readonly large: boolean;
}

export interface Download {
  readonly repository: Repository;
  readonly commit: string;
  readonly file: RemoteFile;
  /** Where blobs lie. */
  readonly blobs: string;
  /** Told of every piece, and of what was there before. */
  onBytes(count: number): void;
}

/**
 * Brings a file to `blobs/CHECKSUM`. What comes is kept in `CHECKSUM.incomplete`, and goes on from there, in this call
 * when the connection breaks and in the next after a kill; the blob takes its name once its checksum is right.
 *
 * @throws UserError when the hub refuses, or what it sent twice has another checksum
 */
export async function download(task: Download, options: HubOptions): Promise<string> {
  const { blobs, file } = task;
  const blob = join(blobs, file.checksum);
  if ((await sizeOf(blob)) === file.size) {
    task.onBytes(file.size);
    return blob;
  }
  await mkdir(dirname(blob), { recursive: true });
  const incomplete = `${blob}.incomplete`;
  const retries = options.retries ?? 4;
  for (let attempt = 0; ; attempt++) {
    const seen = await attemptOnce(task, incomplete, options);
    if (seen === file.checksum) break;
    if (seen === undefined) {
      if (attempt < retries) continue;
      throw new UserError(
        `${file.path} broke off again and again at ${await sizeOf(incomplete)} of ${file.size} bytes; try again: it goes on from there.`,
      );
    }
    await rm(incomplete, { force: true });
    task.onBytes(-file.size);
    if (attempt > 0) {
      throw new UserError(
        `${file.path} of ${task.repository.name} came with the checksum ${seen} instead of ${file.checksum}, twice; it was thrown away. Try again, or look for a proxy that changes files.`,
      );
    }
  }
  await rename(incomplete, blob);
  return blob;
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** One request for what is missing. @returns the checksum of the whole, or undefined when the connection broke */
async function attemptOnce(
  task: Download,
  incomplete: string,
  options: HubOptions,
): Promise<string | undefined> {
  const { file } = task;
  let start = await sizeOf(incomplete);
  if (start > file.size) start = 0;
  const hash = startHash(file);
  const output = await open(incomplete, start > 0 ? "r+" : "w");
  let at = 0;
  try {
    if (start < file.size || file.size === 0) {
      const answer = await request(task, start, options);
      if (answer.status !== 206) start = 0; // this server sends all of it
      at = await hashPart(incomplete, start, hash);
      task.onBytes(at);
      const end = await receive(answer, { output, at, hash, task, signal: options.signal });
      if (end === undefined) return undefined;
      at = end;
    } else {
      at = await hashPart(incomplete, start, hash);
      task.onBytes(at);
    }
    await output.truncate(at);
    await output.sync();
  } finally {
    await output.close();
  }
  if (at < file.size) {
    task.onBytes(-at);
    return undefined;
  }
  return hash.digest("hex");
}

function startHash({ large, size }: RemoteFile): Hash {
  return large ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

async function request(task: Download, start: number, options: HubOptions): Promise<Response> {
  const { repository, commit, file } = task;
  const kind = repository.type === "dataset" ? "datasets/" : "";
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  const url = `${endpointOf(options)}/${kind}${repository.name}/resolve/${commit}/${path}`;
  const answer = await patientFetch(options)(url, {
    headers: {
      ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
      ...(start > 0 ? { Range: `bytes=${start}-` } : {}),
      "Accept-Encoding": "identity",
    },
  });
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel();
    throw statusError(answer.status, repository, options);
  }
  return answer;
}

/** Takes what came before into the checksum. */
async function hashPart(path: string, size: number, hash: Hash): Promise<number> {
  if (size === 0) return 0;
  for await (const part of createReadStream(path, { end: size - 1 })) hash.update(part as Buffer);
  return size;
}

interface Reception {
  readonly output: FileHandle;
  readonly at: number;
  readonly hash: Hash;
  readonly task: Download;
  readonly signal: AbortSignal | undefined;
}

/** Writes a body as it comes. @returns where it ends, or undefined when the connection broke before */
async function receive(
  answer: Response,
  { output, at, hash, task, signal }: Reception,
): Promise<number | undefined> {
  let end = at;
  try {
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
      await output.write(part, 0, part.length, end);
      hash.update(part);
      end += part.length;
      task.onBytes(part.length);
      if (end > task.file.size) break; // a page instead of the file: its checksum is wrong
    }
    return end;
  } catch (error) {
    if (signal?.aborted || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    task.onBytes(-end);
    return undefined;
  }
}
