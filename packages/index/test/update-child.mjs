// Updates an index to two sets of pictures in turns, for ever, to be killed at any moment.
import { updateIndex } from "@cliptune/index";
import sharp from "sharp";
import { colourEncoder, preprocessing } from "./colour-encoder.mjs";

const dir = process.argv[2];
const draw = (i, round) => {
  const background = { r: (i * 37) % 256, g: (round * 90) % 256, b: (i * 11) % 256 };
  return sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer();
};

/** Half of the pictures are in both sets, one in four changes its content. */
async function makeSet(round) {
  const name = `set ${round}`;
  const items = [];
  for (let i = 0; i < 60; i++) {
    const own = i >= 45;
    const image = await draw(i, i % 4 === 0 || own ? round : 2);
    items.push({ id: own ? `${name} ${i}` : `id-${i}`, image, title: name, fields: { i } });
  }
  return items;
}

const sets = [await makeSet(0), await makeSet(1)];
for (let round = 0; ; round++) {
  process.stdout.write("."); // an update begins
  await updateIndex({ dir, items: sets[round % 2], encoder: colourEncoder, preprocessing });
}
