import { serveThread } from "@cliptune/engine";
import { readingCalls } from "./reading-calls.js";
import { writingCalls } from "./writing-calls.js";

const calls = { ...readingCalls, ...writingCalls };
export type IndexCalls = typeof calls;
serveThread(calls);
