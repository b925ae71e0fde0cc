// A process of its own that decodes pictures which strangers send: a fault in a decoder ends it, not the server.
import sharp from "sharp";

const mostPixels = 50_000_000;
const longestSide = 1024;

// No other decoder is as much as asked: not SVG, PDF or what an extended libvips may bring along.
const formats = ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"];
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: formats.map((name) => `VipsForeignLoad${name}Buffer`) });
sharp.cache(false);
sharp.concurrency(1);

/** Upright, on white, no larger than `longestSide`; a smaller picture keeps every pixel. */
async function decode(bytes) {
  const picture = sharp(bytes, {
    limitInputPixels: mostPixels,
    failOn: "error",
    ignoreIcc: true,
    sequentialRead: true,
  });
  const { data, info } = await picture
    .autoOrient()
    .flatten({ background: "#fff" })
    .toColourspace("srgb")
    .resize({ width: longestSide, height: longestSide, fit: "inside", withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}

function reasonOf(error) {
  const [line = ""] = error.message.split("\n");
  if (/pixel limit/.test(line)) return `it has more than ${mostPixels / 1e6} million pixels`;
  if (/unsupported image format/.test(line)) return "it is not a picture of a known type";
  return line.replace(/^Input buffer /, "it ").replace(/\.$/, "");
}

process.on("message", async (bytes) => {
  process.send(await decode(bytes).catch((error) => ({ reason: reasonOf(error) })));
});
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole group of processes; the server first finishes what is under way.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
