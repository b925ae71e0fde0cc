import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import type { Fields, OpenOptions, Pair } from "./pair.js";
import { isPicture, listFolder, readError, walk } from "./place.js";

const ending = ".info.json";

export const isInfoJson = (name: string): boolean => name.endsWith(ending);

/**
 * What yt-dlp leaves with `--write-info-json --write-thumbnail`: each video's thumbnail, called by its
 * title, with its channel, categories, tags, date, views, duration and address as fields. Playlists' own
 * info files and videos without a thumbnail are left out.
 */
export async function* ytDlpPairs(dir: string, { onSkip }: OpenOptions): AsyncGenerator<Pair> {
  let listed: { folder: string; pictures: Map<string, string> } | undefined;
  for await (const id of walk(dir, isInfoJson)) {
    const folder = dirname(id);
    if (listed?.folder !== folder)
      listed = { folder, pictures: await picturesIn(join(dir, folder)) };
    const info = await readInfo(join(dir, id));
    if (info["_type"] === "playlist") continue;
    const stem = basename(id, ending);
    const picture = listed.pictures.get(stem);
    const title = textOf(info["title"]) ?? textOf(info["fulltitle"]);
    if (picture === undefined || title === undefined) {
      onSkip?.(`${id} has no ${title === undefined ? "title" : "thumbnail beside it"}`);
      continue;
    }
    const name = folder === "." ? picture : `${folder}/${picture}`;
    yield {
      id: name,
      image: { path: resolve(dir, name) },
      title,
      captions: captionsOf(title, info),
      fields: infoFields(info),
    };
  }
}

type Info = Readonly<Record<string, unknown>>;

/** Pictures by what stands before their ending; "name.webp" and yt-dlp's "name.image.webp" alike. */
async function picturesIn(folder: string): Promise<Map<string, string>> {
  const { files } = await listFolder(folder);
  const stems = files
    .filter(isPicture)
    .map((name) => [name.replace(/(\.image)?\.[^.]+$/, ""), name] as const);
  return new Map(stems);
}

async function readInfo(path: string): Promise<Info> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw readError(path, error);
  });
  try {
    return JSON.parse(text) as Info;
  } catch (error) {
    throw new UserError(
      `${path} is not valid JSON (${(error as Error).message}); fetch the video again.`,
    );
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((each) => textOf(each) ?? []) : [];

/** The title, and the title with what narrows it down. */
function captionsOf(title: string, info: Info): string[] {
  const channel = textOf(info["channel"]) ?? textOf(info["uploader"]);
  const tags = listOf(info["tags"]).slice(0, 5);
  const category = listOf(info["categories"])[0];
  return [
    title,
    ...(tags.length > 0 ? [`${title}: ${tags.join(", ")}`] : []),
    ...(category === undefined ? [] : [`${category}: ${title}`]),
    ...(channel === undefined ? [] : [`${title}, by ${channel}`]),
  ];
}

function infoFields(info: Info): Fields {
  const number = (value: unknown) => (typeof value === "number" ? value : undefined);
  const joined = (value: unknown) => listOf(value).join(", ") || undefined;
  const fields = {
    video: textOf(info["id"]),
    channel: textOf(info["channel"]) ?? textOf(info["uploader"]),
    categories: joined(info["categories"]),
    tags: joined(info["tags"]),
    date: dateOf(info["upload_date"]),
    views: number(info["view_count"]),
    likes: number(info["like_count"]),
    duration: number(info["duration"]),
    language: textOf(info["language"]),
    url: textOf(info["webpage_url"]) ?? textOf(info["original_url"]),
  };
  return Object.fromEntries(
    Object.entries(fields).filter(
      (entry): entry is [string, string | number] => entry[1] !== undefined,
    ),
  );
}

/** "20240131" → "2024-01-31". */
function dateOf(value: unknown): string | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(String(value ?? ""));
  return parts ? parts.slice(1).join("-") : undefined;
}
