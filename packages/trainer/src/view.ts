import type { TrainConfig } from "./config.js";
import type { Stream } from "./random.js";

/**
 * A crop in unit coordinates of the picture: left, top, width, height. It may reach beyond the
 * picture, which is white there; a negative width mirrors.
 */
export type Box = readonly [x: number, y: number, width: number, height: number];

type CropOptions = Pick<TrainConfig["augment"], "crop" | "ratio" | "flip">;

/**
 * SimCLR's random resized crop. The area is relative to the largest central square (what evaluation
 * sees), so wide thumbnails keep their proportions; crops up to 1 stay within the picture, larger
 * ones show it whole and smaller, on white.
 *
 * @param aspect width / height of the picture
 */
export function drawBox(random: Stream, aspect: number, { crop, ratio, flip }: CropOptions): Box {
  const [width, height] = drawSize(random, aspect, { crop, ratio });
  const x = random() * (1 - width);
  const y = random() * (1 - height);
  return flip && random() < 0.5 ? [x + width, y, -width, height] : [x, y, width, height];
}

/** Ten tries to fit, as in the Inception crop, then the central square. */
function drawSize(
  random: Stream,
  aspect: number,
  { crop, ratio }: Omit<CropOptions, "flip">,
): readonly [number, number] {
  const unit: readonly [number, number] = [Math.min(1, 1 / aspect), Math.min(1, aspect)];
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = crop[0] + random() * (crop[1] - crop[0]);
    const shape = Math.exp(
      Math.log(ratio[0]) + random() * (Math.log(ratio[1]) - Math.log(ratio[0])),
    );
    const width = unit[0] * Math.sqrt(area * shape);
    const height = unit[1] * Math.sqrt(area / shape);
    if (area > 1 || (width <= 1 && height <= 1)) return [width, height];
  }
  return unit;
}
