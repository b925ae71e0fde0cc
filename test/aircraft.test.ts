import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { emptyFolder, runCli } from "./repository/run-cli.js";
import { randomModel } from "./repository/small-world.js";
import { rootDir } from "./repository/source-files.js";

const folder = emptyFolder("aircraft");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// As many as a batch takes, so that one shot of each fills it.
const variants = Array.from({ length: 32 }, (_, i) => `Boeing 7${String(i + 10)}-200`);

/** FGVC-Aircraft as it unpacks: 16 pictures of each variant to train on, one to validate, one to test. */
async function drawAircraft(): Promise<void> {
  const data = join(folder, "fgvc-aircraft-2013b/data");
  mkdirSync(join(data, "images"), { recursive: true });
  const lists: Record<string, string> = { train: "", val: "", test: "" };
  let number = 34_309;
  for (const [i, variant] of variants.entries()) {
    const background = { r: 8 * i, g: 255 - 8 * i, b: 128 };
    const plane = { width: 40, height: 30, channels: 3, background } as const;
    const jpeg = await sharp({ create: plane }).jpeg().toBuffer();
    for (const split of [...Array<string>(16).fill("train"), "val", "test"]) {
      const name = String(number++).padStart(7, "0");
      writeFileSync(join(data, "images", `${name}.jpg`), jpeg);
      lists[split] += `${name} ${variant}\n`;
    }
  }
  lists["trainval"] = `${lists["train"]}${lists["val"]}`;
  for (const [split, text] of Object.entries(lists)) {
    writeFileSync(join(data, `images_variant_${split}.txt`), text);
    writeFileSync(join(data, `images_manufacturer_${split}.txt`), text.replaceAll(/ 7\S+/g, ""));
  }
  writeFileSync(join(data, "variants.txt"), variants.map((name) => `${name}\n`).join(""));
  writeFileSync(join(data, "manufacturers.txt"), "Boeing\n");
}

test("experiments/aircraft-few-shot.yaml trains and compares shots of pictures in FGVC-Aircraft's layout", async () => {
  await drawAircraft();
  const read = (name: string) => parse(readFileSync(join(rootDir, "experiments", name), "utf8"));
  // Beside the pictures and as shipped, but for a model and a number of steps that fit a test.
  const model = await randomModel(join(folder, "model"), { hidden_size: 32, num_hidden_layers: 1 });
  const base = { ...read("aircraft.yaml"), model };
  const { axes, ...sweep } = read("aircraft-few-shot.yaml");
  const values = [axes[0].values.at(0), axes[0].values.at(-1)];
  for (const { set } of values) set.steps = 2;
  writeFileSync(join(folder, "aircraft.yaml"), JSON.stringify(base));
  const file = join(folder, "aircraft-few-shot.yaml");
  writeFileSync(file, JSON.stringify({ ...sweep, axes: [{ ...axes[0], values }], seeds: [1] }));

  const { code, stdout, stderr } = await runCli([
    "sweep",
    file,
    "--out",
    join(folder, "sweep"),
    "--json",
  ]);
  expect(stderr).not.toContain("error");
  expect(code).toBe(0);
  const { failed, table } = JSON.parse(stdout);
  expect(failed).toEqual([]);
  expect(table.rows.map(({ shots }: { shots: number }) => shots)).toEqual([1, 16]);
  for (const row of table.rows) {
    expect(row["base.inDomain.zeroShot.classes"]).toBe(variants.length);
    for (const column of sweep.columns) expect(row[column], column).toBeTypeOf("number");
  }
});
