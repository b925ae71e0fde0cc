import { type Spot, toScreen } from "@/lib/camera";
import type { Frame, Scene } from "./scene";

/** Queries, the gap, and the lasso: what lies over the pictures. */
export function drawLabels(context: CanvasRenderingContext2D, scene: Scene, frame: Frame): void {
  const { camera, size, tones, lasso } = frame;
  const place = (spot: Spot) => toScreen(camera, size, spot);
  if (scene.means) {
    const [from, to] = [place(scene.means[0]), place(scene.means[1])];
    context.strokeStyle = tones.ink.css;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.setLineDash([]);
    label(context, frame, scene.gapLabel, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2 - 12]);
  }
  for (const { text, at } of scene.pins) {
    const [x, y] = place(at);
    context.fillStyle = tones.ink.css;
    context.strokeStyle = tones.surface.css;
    context.lineWidth = 2;
    context.beginPath();
    for (const [dx, dy] of [
      [0, -8],
      [8, 0],
      [0, 8],
      [-8, 0],
    ] as const)
      context.lineTo(x + dx, y + dy);
    context.closePath();
    context.fill();
    context.stroke();
    label(context, frame, text, [x, y - 22]);
  }
  if (lasso.length > 1) {
    context.beginPath();
    for (const spot of lasso) context.lineTo(...spot);
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = tones.accent.css;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = tones.accent.css;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** Words on a plate in the middle of a place, kept within the canvas. */
function label(
  context: CanvasRenderingContext2D,
  { size, tones }: Frame,
  text: string,
  [x, y]: Spot,
): void {
  const short = text.length > 32 ? `${text.slice(0, 31)}…` : text;
  context.font = "500 12px ui-sans-serif, system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const width = context.measureText(short).width + 14;
  const middle = Math.max(width / 2 + 4, Math.min(size.width - width / 2 - 4, x));
  const [left, top] = [Math.round(middle - width / 2), Math.round(y) - 11];
  context.fillStyle = tones.surface.css;
  context.strokeStyle = tones.line.css;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(left + 0.5, top + 0.5, Math.round(width), 21, 6);
  context.fill();
  context.stroke();
  context.fillStyle = tones.ink.css;
  context.fillText(short, middle, Math.round(y));
}
