import { parentPort } from "node:worker_threads";
import { connect, type Served } from "./calls.js";

/** Lets the thread that started this one call these functions. Calls may overlap. */
export function serveThread(served: Served): void {
  connect(parentPort!, served);
}
