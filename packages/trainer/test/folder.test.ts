import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFolder } from "@cliptune/trainer";
import { describe, expect, test } from "vitest";
import { temporaryDir } from "./tiny-world.js";

async function folder(files: Record<string, string>): Promise<string> {
  const dir = await temporaryDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(dir, name, ".."), { recursive: true });
    await writeFile(join(dir, name), content);
  }
  return dir;
}

const lines = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

describe("readFolder", () => {
  test("reads metadata.jsonl, one of title, text, caption and captions being enough", async () => {
    const rows = [
      {
        file_name: "a.png",
        title: "a fox",
        captions: ["fox", "a red fox"],
        split: "test",
        extra: 1,
      },
      { file_name: "images/b.png", text: "a harp" },
      { file_name: "c.png", captions: ["sea", "ocean"] },
    ];
    const dir = await folder({
      "metadata.jsonl": lines(...rows),
      "a.png": "",
      "images/b.png": "",
      "c.png": "",
    });
    const pairs = await readFolder(dir);
    expect(pairs.map(({ title, captions }) => [title, captions])).toEqual([
      ["a fox", ["fox", "a red fox"]],
      ["a harp", ["a harp"]],
      ["sea", ["sea", "ocean"]],
    ]);
    expect(pairs[1]).toMatchObject({ id: "images/b.png", file: join(dir, "images/b.png") });
    expect(await readFolder(dir, { split: "test" })).toEqual([pairs[0]]);
  });

  test("keeps what a row says besides as fields", async () => {
    const row = { file_name: "a.png", title: "a fox", caption: "fox", family: "f", split: "train" };
    const fields = { category: "animals", url: "https://example.org/a", width: 640, toString: "x" };
    const dir = await folder({
      "metadata.jsonl": lines({
        ...row,
        ...fields,
        tags: ["a"],
        box: { x: 1 },
        seen: true,
        no: null,
      }),
      "a.png": "",
    });
    const kept = { ...fields, tags: "a", seen: true, no: null };
    expect((await readFolder(dir))[0]!.fields).toEqual(kept);
    await writeFile(join(dir, "metadata.jsonl"), lines(row));
    expect((await readFolder(dir))[0]).not.toHaveProperty("fields");
    const csv = await folder({
      "metadata.csv": "file_name,text,source\na.png,x,me\n",
      "a.png": "",
    });
    expect((await readFolder(csv))[0]!.fields).toEqual({ source: "me" });
  });

  test("reads metadata.csv with quoted fields", async () => {
    const csv = 'file_name,caption\r\na.png,"red, and ""round"""\nb.png,plain\n';
    const dir = await folder({ "metadata.csv": csv, "a.png": "", "b.png": "" });
    expect((await readFolder(dir)).map(({ title }) => title)).toEqual([
      'red, and "round"',
      "plain",
    ]);
  });

  test("takes file names as titles when there is no metadata", async () => {
    const dir = await folder({ "red-sports_car.JPG": "", "notes.txt": "" });
    expect((await readFolder(dir)).map(({ title }) => title)).toEqual(["red sports car"]);
  });

  test("names the line that is not JSON or lacks a caption", async () => {
    const bad = await folder({
      "metadata.jsonl": `${lines({ file_name: "a", title: "b" })}\n{"file_name": `,
    });
    await expect(readFolder(bad)).rejects.toThrow(/metadata\.jsonl, line 2 is not valid JSON/);
    const bare = await folder({ "metadata.jsonl": lines({ file_name: "a.png" }) });
    await expect(readFolder(bare)).rejects.toThrow(/line 1 has no caption \(one of title/);
  });

  test("names a missing picture, folder and split, and an empty folder", async () => {
    const dir = await folder({
      "metadata.jsonl": lines({ file_name: "gone.png", title: "x", split: "train" }),
    });
    await expect(readFolder(dir)).rejects.toThrow(
      /gone\.png is named in the metadata but does not exist/,
    );
    await expect(readFolder(dir, { split: "test" })).rejects.toThrow(
      /split "test"; its splits are: train/,
    );
    await expect(readFolder(join(dir, "nowhere"))).rejects.toThrow(/nowhere: it does not exist/);
    await expect(readFolder(await folder({}))).rejects.toThrow(/has no pictures/);
  });
});
