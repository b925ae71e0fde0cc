import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { startThread, type Thread } from "@cliptune/engine";
import { continueFile } from "./continue-file.js";
import type { GraphOptions } from "./graph-builder.js";
import type { GraphCalls } from "./graph-worker.js";
import { defaultHnsw, type HnswParameters, hnswAvailable } from "./hnsw-graph.js";
import type { Manifest } from "./manifest.js";
import { assertUnitRows } from "./unit-vector.js";
import type { SinkEnd, SinkFacts, VectorSink } from "./vector-sink.js";
import { fileNames } from "./version-files.js";

export interface FileSinkOptions {
  /** The new version's folder. */
  readonly home: string;
  readonly dimension: number;
  readonly store: "flat" | "hnsw";
  readonly hnsw?: Partial<HnswParameters>;
  /** The version that this one goes on from. */
  readonly base?: {
    readonly home: string;
    readonly manifest: Manifest;
    readonly removed: readonly number[];
  };
}

/** Rows that may stay beside the graph: comparing them all takes a search less than a millisecond. */
const longestTail = 2000;

/** Rows gathered before they are written. */
const slice = 64;

/**
 * `vectors.f32` and hnswlib's graph of it, which a thread makes behind the file. Few rows added to a
 * graph stay beside it for now, so that a small update costs little.
 */
export async function createFileSink(options: FileSinkOptions): Promise<VectorSink> {
  const { home, dimension, base } = options;
  const graph = options.store === "hnsw" && hnswAvailable();
  const path = join(home, fileNames.vectors);
  if (base) await continueFile(join(base.home, fileNames.vectors), path);
  const file = await open(path, base ? "r+" : "wx");
  const lazy = base?.manifest.store === "hnsw";
  let thread: Thread<GraphCalls> | undefined;
  let failure: Error | undefined;
  const graphThread = () => {
    thread ??= startGraph({ vectors: path, dimension, ...graphBase(options) });
    return thread;
  };
  const pending = new Float32Array(slice * dimension);
  let rows = base?.manifest.rows ?? 0;
  let written = rows;
  const flush = async () => {
    const bytes = new Uint8Array(pending.buffer, 0, (rows - written) * dimension * 4);
    await writeAll(file, bytes, written * dimension * 4);
    written = rows;
    if (graph && !lazy) {
      graphThread()
        .call("insertUpTo", rows)
        .catch((error: Error) => {
          failure = error;
        });
    }
  };
  return {
    get rows() {
      return rows;
    },
    async add(vector) {
      if (failure) throw failure;
      assertUnitRows("The index", vector, dimension);
      pending.set(vector, (rows - written) * dimension);
      rows++;
      if (rows - written === slice) await flush();
    },
    async finish(end) {
      await flush();
      await file.truncate(rows * dimension * 4); // a killed update may have left more
      const before = base?.manifest;
      if (!graph) return flatFacts(rows);
      if (lazy && before && rows - before.indexed <= longestTail) {
        await continueFile(join(base.home, fileNames.hnsw), join(home, fileNames.hnsw));
        const { indexed, distinct, hnsw, annRecall } = before;
        return { store: "hnsw", rows, indexed, distinct, hnsw, lance: null, annRecall };
      }
      return graphFacts(graphThread(), options, { ...end, rows });
    },
    async close() {
      await thread?.end();
      await file.close();
    },
  };
}

/** A graph that grows on a thread of its own, since each insertion blocks. */
function startGraph(data: GraphOptions): Thread<GraphCalls> {
  return startThread(new URL("./graph-worker.js", import.meta.url), {
    does: "builds the graph",
    data,
  });
}

function graphBase({ base, hnsw }: FileSinkOptions) {
  const parameters = { ...defaultHnsw, ...base?.manifest.hnsw, ...hnsw };
  if (base?.manifest.store !== "hnsw") return { parameters };
  const { indexed } = base.manifest;
  const path = join(base.home, fileNames.hnsw);
  return { parameters, base: { path, indexed, removed: base.removed } };
}

function flatFacts(rows: number): SinkFacts {
  const none = { hnsw: null, lance: null, annRecall: null };
  return { store: "flat", rows, indexed: 0, distinct: rows, ...none };
}

async function graphFacts(
  thread: Thread<GraphCalls>,
  options: FileSinkOptions,
  { rows, removed, titles, recall }: SinkEnd & { readonly rows: number },
): Promise<SinkFacts> {
  const path = join(options.home, fileNames.hnsw);
  const built = await thread.call("finish", { path, rows, removed, titles, recall });
  const { distinct, efSearch, annRecall } = built;
  const hnsw = { ...graphBase(options).parameters, efSearch };
  return { store: "hnsw", rows, indexed: rows, distinct, hnsw, lance: null, annRecall };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const length = bytes.length - offset;
    const { bytesWritten } = await file.write(bytes, offset, length, position + offset);
    offset += bytesWritten;
  }
}
