/**
 * One line of metadata.jsonl.
 *
 * `split`: "train"; "test" (held-out family, one picture per title: a gallery); "test-variant" (further
 * pictures of a held-out title); OpenMoji, which is never trained on, has "seen", "unseen" and "extra".
 */
export interface Row {
  readonly file_name: string;
  readonly title: string;
  readonly captions: readonly string[];
  readonly family: string;
  readonly split: string;
  readonly category: string;
  readonly source: string;
  readonly licence: string;
  readonly [extra: string]: unknown;
}

/** A drawing to be rasterised: SVG text, or a file that sharp reads. */
export type Art = { readonly svg: string } | { readonly file: string };

/** A picture of a set: its drawing and what is said of it. */
export interface Picture {
  readonly art: Art;
  readonly row: Row;
}

/** Shortens the split of all but the first "test" picture of a title to "test-variant". */
export function oneTestPerTitle(pictures: readonly Picture[]): Picture[] {
  const seen = new Set<string>();
  return pictures.map((picture) => {
    if (picture.row.split !== "test") return picture;
    if (!seen.has(picture.row.title)) {
      seen.add(picture.row.title);
      return picture;
    }
    return { ...picture, row: { ...picture.row, split: "test-variant" } };
  });
}
