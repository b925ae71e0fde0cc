import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { emptyFolder, runCli } from "./repository/run-cli.js";

const folder = emptyFolder("data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = async (path: string, background: string) => {
  writeFileSync(
    path,
    await sharp({ create: { width: 60, height: 40, channels: 3, background } })
      .png()
      .toBuffer(),
  );
};

test("a folder is inspected, with a contact sheet, and split by a column", async () => {
  const dir = join(folder, "set");
  mkdirSync(dir);
  const colors = ["red", "green", "blue", "gold", "black", "white"];
  for (const color of colors) await put(join(dir, `${color}.png`), color);
  writeFileSync(join(dir, "broken.png"), "no picture");
  const rows = [...colors, "broken"].map(
    (color, i) => `${color}.png,a ${color} square,shop ${i % 3}`,
  );
  writeFileSync(join(dir, "pairs.csv"), `filepath,title,shop\n${rows.join("\n")}\n`);

  const sheets = join(folder, "sheets");
  const seen = await runCli(["data", "inspect", dir, "--out", sheets, "--json"]);
  expect(seen.stderr).toBe("");
  expect(JSON.parse(seen.stdout)).toMatchObject({
    ...{
      kind: "csv",
      pairs: 7,
      broken: { count: 1 },
      contactSheet: join(sheets, "contact-sheet.jpg"),
    },
    captions: { count: 7, tokenLimit: 32, cut: 0 },
  });
  const sheet = await sharp(join(sheets, "contact-sheet.jpg")).metadata();
  expect(sheet.format).toBe("jpeg");

  const out = join(folder, "split");
  const args = ["data", "split", dir, "--by", "shop", "--test", "0.4", "--out", out, "--json"];
  const split = await runCli(args);
  expect(split.stderr).toMatch(/left out: .*broken\.png is not a picture/);
  expect(JSON.parse(split.stdout)).toMatchObject({
    count: 6,
    groups: 3,
    splits: { test: 2, train: 4 },
  });
  expect(readFileSync(join(out, "metadata.jsonl"), "utf8")).toContain(
    '"file_name":"../set/red.png"',
  );
  expect((await runCli(["data", "split", dir, "--out", dir])).stderr).toMatch(
    /^error: .* is the data itself/,
  );
}, 60_000);
