// Builds indexes of 200 and 300 items in turns, for ever, to be killed at any moment.
import { createIndexWriter } from "@cliptune/index";

const dir = process.argv[2];
const dimension = 16;
for (let round = 0; ; round++) {
  const count = round % 2 === 0 ? 300 : 200;
  const writer = await createIndexWriter({ dir, dimension, fingerprint: "model-a" });
  for (let i = 0; i < count; i++) {
    const vector = Float32Array.from({ length: dimension }, (_, j) => Math.sin(i * 7.3 + j * 1.7));
    const norm = Math.hypot(...vector);
    const item = { id: `id-${i}`, title: `picture ${i} of ${count}`, fields: {} };
    const thumbnail = new TextEncoder().encode(item.title);
    await writer.add(
      item,
      vector.map((x) => x / norm),
      thumbnail,
    );
  }
  await writer.commit();
  process.stdout.write(".");
}
