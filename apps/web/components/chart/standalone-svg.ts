import type { Series } from "./series";

export interface StandaloneSvg {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

const colours = ["fill", "stroke"] as const;
const copied = [
  "fill-opacity",
  "stroke-opacity",
  "stroke-width",
  "font-family",
  "font-size",
  "font-weight",
] as const;

const head = 52;

/** A chart of the page as a file of its own: the look that classes give becomes attributes, title and legend are drawn. */
export function standaloneSvg(
  plot: SVGSVGElement,
  { title, legend }: { readonly title: string; readonly legend: readonly Series[] },
): StandaloneSvg {
  const width = plot.width.baseVal.value;
  const height = plot.height.baseVal.value + head;
  const inner = plot.cloneNode(true) as SVGSVGElement;
  copyLook(plot, inner);
  for (const name of ["class", "tabindex", "role", "aria-label"]) inner.removeAttribute(name);
  inner.setAttribute("y", String(head));
  const page = getComputedStyle(plot.closest("figure") ?? plot);
  const font = escaped(page.fontFamily);
  let left = 12;
  const keys = legend
    .filter(({ faint }) => !faint)
    .map(({ name }) => {
      const stroke = plainColour(strokeOfLine(plot, name) ?? page.color);
      const key = `<path d="M${left} 36h16" stroke="${stroke}" stroke-width="2"/><text x="${left + 22}" y="40">${escaped(name)}</text>`;
      left += 38 + 7 * name.length;
      return key;
    });
  const text = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${plainColour(page.backgroundColor)}"/>`,
    `<g font-family="${font}" font-size="12" fill="${plainColour(page.color)}"><text x="12" y="20" font-size="14" font-weight="600">${escaped(title)}</text>${keys.join("")}</g>`,
    new XMLSerializer().serializeToString(inner),
    "</svg>",
  ].join("");
  return { text, width, height };
}

function copyLook(from: Element, to: Element): void {
  const look = getComputedStyle(from);
  for (const property of colours) {
    to.setAttribute(property, plainColour(look.getPropertyValue(property)));
  }
  for (const property of copied) to.setAttribute(property, look.getPropertyValue(property));
  to.removeAttribute("class");
  for (const [i, child] of [...from.children].entries()) copyLook(child, to.children[i] as Element);
}

/** A colour as every reader of SVG knows it: few know oklch() yet. */
function plainColour(colour: string): string {
  if (!colour.includes("(") || colour.startsWith("rgb")) return colour;
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return colour;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
}

/** The colour that a line of the chart is drawn in. */
function strokeOfLine(plot: SVGSVGElement, name: string): string | undefined {
  const lines = plot.querySelectorAll("[data-line]");
  const line = [...lines].find((one) => one.getAttribute("data-line") === name);
  return line && getComputedStyle(line).stroke;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
