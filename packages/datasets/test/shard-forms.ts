import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { type Form, picture, put, squares, type TarEntry, writeTar } from "./squares.js";

/** The set in files that hold many pictures each. */
export const shardForms: Readonly<Record<string, Form>> = {
  "webdataset shards": {
    kind: "webdataset",
    async write(dir) {
      for (const shard of [0, 1]) {
        const entries: TarEntry[] = [];
        for (const [i, square] of squares.entries()) {
          if (Number(i === 2) !== shard) continue;
          const key = String(i).padStart(9, "0");
          const { title, views, split, label } = square;
          entries.push({ name: `${key}.png`, content: await picture(square) });
          entries.push({ name: `${key}.txt`, content: title });
          const json = JSON.stringify({
            caption: "the txt's is meant",
            key,
            views,
            split,
            status: "success",
          });
          entries.push(
            { name: `${key}.json`, content: json },
            { name: `${key}.cls`, content: label! },
          );
        }
        await writeTar(join(dir, `0000${shard}.tar`), entries);
      }
      return dir;
    },
  },
  "webdataset shards by their pattern": {
    kind: "webdataset",
    async write(dir) {
      await shardForms["webdataset shards"]!.write(dir);
      return join(dir, "{00000..00001}.tar");
    },
  },
  "img2dataset: shards with a parquet beside": {
    kind: "webdataset",
    async write(dir) {
      const entries: TarEntry[] = [];
      for (const [i, square] of squares.entries()) {
        entries.push({ name: `00000000${i}.png`, content: await picture(square) });
      }
      await writeTar(join(dir, "00000.tar"), entries);
      const column = <T>(name: string, data: T[]) => ({ name, data });
      parquetWriteFile({
        filename: join(dir, "00000.parquet"),
        columnData: [
          {
            ...column(
              "key",
              squares.map((_, i) => `00000000${i}`),
            ),
            type: "STRING",
          },
          {
            ...column(
              "caption",
              squares.map(({ title }) => title),
            ),
            type: "STRING",
          },
          {
            ...column(
              "views",
              squares.map(({ views }) => BigInt(views!)),
            ),
            type: "INT64",
          },
          {
            ...column(
              "split",
              squares.map(({ split }) => split!),
            ),
            type: "STRING",
          },
          {
            ...column(
              "label",
              squares.map(({ label }) => label!),
            ),
            type: "STRING",
          },
        ],
      });
      await put(join(dir, "00000_stats.json"), "{}");
      return dir;
    },
  },
  "parquet with pictures inside, a file a split": {
    kind: "parquet",
    async write(dir) {
      await mkdir(join(dir, "data"));
      for (const split of ["train", "test"]) {
        const rows = squares.filter((square) => square.split === split);
        parquetWriteFile({
          filename: join(dir, `data/${split}-00000-of-00001.parquet`),
          rowGroupSize: 1,
          columnData: [
            { name: "jpg", data: await Promise.all(rows.map(picture)), type: "BYTE_ARRAY" },
            { name: "text", data: rows.map(({ title }) => title), type: "STRING" },
            { name: "views", data: rows.map(({ views }) => views!), type: "INT32" },
            { name: "label", data: rows.map(({ label }) => label!), type: "STRING" },
          ],
        });
      }
      return dir;
    },
  },
};
