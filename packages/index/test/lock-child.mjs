// Begins to write an index and never ends.
import { createIndexWriter } from "@cliptune/index";

const writer = await createIndexWriter({ dir: process.argv[2], dimension: 4, fingerprint: "a" });
process.stdout.write(`${writer.count}`);
setInterval(() => writer.count, 1000);
