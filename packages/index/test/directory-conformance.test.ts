import { describeVectorIndex, dimension } from "./conformance.js";
import { createDirectoryIndex } from "./directory-index.js";

for (const store of ["flat", "hnsw", "lancedb"] as const) {
  describeVectorIndex(
    `an index directory, ${store}`,
    () => createDirectoryIndex(store, dimension),
    {
      leastRecall: store === "hnsw" ? 0.95 : 1,
    },
  );
}
