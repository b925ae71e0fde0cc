import { parentPort, workerData } from "node:worker_threads";
import { layOut, type MapVectors } from "./lay-out.js";
import type { LayoutReply } from "./layout-thread.js";

const port = parentPort!;
const tell = (reply: LayoutReply) => port.postMessage(reply);
const layout = layOut(workerData as MapVectors, { onProgress: (share) => tell({ share }) });
tell({ layout });
