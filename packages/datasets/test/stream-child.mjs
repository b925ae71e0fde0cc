// Writes a large set under argv[2] and reads it; prints what it held and the memory it took.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { openDataSet, readImage } from "@cliptune/datasets";
import { pack } from "tar-stream";

const [, , dir, form, size] = process.argv;
const path = join(dir, form === "tar" ? "big.tar" : "big.csv");
await (form === "tar" ? writeShard(Number(size)) : writeTable(Number(size)));

let count = 0;
let bytes = 0;
let early = 0;
for await (const pair of (await openDataSet(path)).pairs()) {
  if (form === "tar") bytes += (await readImage(pair)).length;
  if (++count === Math.floor(Number(size) / 5)) early = process.memoryUsage().rss;
}
const late = process.memoryUsage().rss;
console.log(
  JSON.stringify({ count, bytes, growth: (late - early) / 2 ** 20, rss: late / 2 ** 20 }),
);

async function writeTable(rows) {
  const file = createWriteStream(path);
  file.write("filepath,title,views\n");
  for (let i = 0; i < rows; i += 1000) {
    const lines = Array.from(
      { length: 1000 },
      (_, j) => `pictures/${i + j}.jpg,picture ${i + j} of many,${j}\n`,
    );
    if (!file.write(lines.join(""))) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

async function writeShard(samples) {
  const tar = pack();
  const file = tar.pipe(createWriteStream(path));
  const picture = Buffer.alloc(100_000, 7);
  for (let i = 0; i < samples; i++) {
    await new Promise((done) => tar.entry({ name: `${i}.jpg` }, picture, done));
    await new Promise((done) => tar.entry({ name: `${i}.txt` }, `picture ${i}`, done));
  }
  tar.finalize();
  await once(file, "close");
}
