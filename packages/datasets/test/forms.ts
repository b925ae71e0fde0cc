import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cell, type Form, lines, picture, put, putPictures, squares } from "./squares.js";

const path = (i: number): string => `images/${i}.png`;

/** The set as pictures in folders. */
export const forms: Readonly<Record<string, Form>> = {
  "imagefolder, metadata.jsonl": {
    kind: "imagefolder",
    async write(dir) {
      await putPictures(dir, (_, i) => path(i));
      const rows = squares.map(({ color: _, ...rest }, i) => ({ file_name: path(i), ...rest }));
      await put(join(dir, "metadata.jsonl"), lines(rows));
      return dir;
    },
  },
  "imagefolder, metadata.csv in each split's folder": {
    kind: "imagefolder",
    async write(dir) {
      await putPictures(dir, ({ split }, i) => `${split}/${i}.png`);
      for (const split of ["train", "test"]) {
        const rows = squares
          .map((square, i) => ({ ...square, i }))
          .filter((row) => row.split === split);
        const text = rows.map((row) =>
          [`${row.i}.png`, cell(row.title), row.views, row.label].join(","),
        );
        await put(
          join(dir, split, "metadata.csv"),
          `file_name,text,views,label\n${text.join("\n")}\n`,
        );
      }
      return dir;
    },
  },
  "CSV with open_clip's columns, tabs between": {
    kind: "csv",
    async write(dir) {
      await putPictures(dir, (_, i) => path(i));
      const rows = squares.map((square, i) =>
        [path(i), cell(square.title), square.views, square.split, square.label].join("\t"),
      );
      await put(
        join(dir, "pairs.csv"),
        `\ufefffilepath\ttitle\tviews\tsplit\tlabel\r\n${rows.join("\r\n")}\r\n`,
      );
      return join(dir, "pairs.csv");
    },
  },
  "CSV in a folder": {
    kind: "csv",
    async write(dir) {
      await forms["CSV with open_clip's columns, tabs between"]!.write(dir);
      writeFileSync(join(dir, "unrelated.csv"), "a,b\n1,2\n");
      return dir;
    },
  },
  JSONL: {
    kind: "jsonl",
    async write(dir) {
      await putPictures(dir, (_, i) => path(i));
      const rows = squares.map(({ color: _, title, ...rest }, i) => ({
        image: path(i),
        caption: title,
        ...rest,
      }));
      await put(join(dir, "pairs.jsonl"), lines(rows));
      return join(dir, "pairs.jsonl");
    },
  },
  "class folders, splits outside": {
    kind: "classes",
    without: ["views", "title"],
    async write(dir) {
      await putPictures(dir, ({ split, label }, i) => `${split}/${label}/${i}.png`);
      return dir;
    },
  },
  "pictures named by their titles": {
    kind: "pictures",
    without: ["views", "split", "label", "title"],
    async write(dir) {
      await putPictures(dir, ({ label }) => `${label}.png`);
      return dir;
    },
  },
  "pictures with captions in .txt files": {
    kind: "pictures",
    without: ["views", "split", "label"],
    async write(dir) {
      await putPictures(dir, (_, i) => path(i));
      for (const [i, { title }] of squares.entries())
        await put(join(dir, `images/${i}.txt`), `${title}\n`);
      return dir;
    },
  },
  "a yt-dlp folder": {
    kind: "yt-dlp",
    without: ["split", "label"],
    async write(dir) {
      for (const [i, square] of squares.entries()) {
        const stem = join(dir, "A channel", `2024 video ${i} [id${i}.x]`);
        await put(`${stem}.png`, await picture(square));
        const info = {
          ...{ _type: "video", id: `id${i}.x`, title: square.title, channel: "A channel" },
          ...{
            view_count: square.views,
            upload_date: "20240131",
            duration: 61,
            tags: ["one", "two"],
          },
          ...{ categories: ["Education"], webpage_url: `https://example.org/${i}` },
        };
        await put(`${stem}.info.json`, JSON.stringify(info));
      }
      const playlist = { _type: "playlist", id: "all", title: "A channel" };
      await put(join(dir, "A channel/A channel.info.json"), JSON.stringify(playlist));
      return dir;
    },
  },
};
