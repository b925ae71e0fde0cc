// Writes, opens and searches, under without-hnswlib.mjs.
import { createIndexWriter, hnswAvailable, openIndex } from "@cliptune/index";

const [, , dir, existing] = process.argv;
const writer = await createIndexWriter({ dir, dimension: 2, fingerprint: "a" });
await writer.add({ id: "east", title: "east", fields: {} }, Float32Array.of(1, 0));
await writer.add({ id: "north", title: "north", fields: {} }, Float32Array.of(0, 1));
const { hnsw, files } = await writer.commit();
const made = await openIndex(dir);
const other = await openIndex(existing, { exactBelow: 0 });
const found = [await made.search([1, 0.1], 1), await other.search(await other.vector("id-3"), 1)];
const ids = found.map(([hit]) => hit.id);
console.log(JSON.stringify({ available: hnswAvailable(), hnsw, files: Object.keys(files), ids }));
