import { captionList } from "./caption-list.js";
import { emojiFamily } from "./emoji-family.js";
import type { EmojiArt } from "./emoji-style.js";
import type { Picture } from "./picture.js";

/** What all pictures of one style have in common. */
export interface StyleFacts {
  /** npm package they come from */
  readonly source: string;
  /** SPDX identifier of the drawings' licence */
  readonly licence: string;
  /** folder and name prefix of the files, "noto" */
  readonly style: string;
  /** English title → captions in other languages */
  readonly translated?: ReadonlyMap<string, readonly string[]>;
}

/**
 * Rows for the drawings of one style.
 *
 * @param split what a drawing is for, by its family
 */
export function emojiPictures(
  drawings: readonly EmojiArt[],
  facts: StyleFacts,
  split: (family: string) => string,
): Picture[] {
  return drawings.map(({ name, emoji, art }) => {
    const family = emojiFamily(emoji);
    return {
      art,
      row: {
        file_name: `images/${facts.style}-${name}.png`,
        title: emoji.title,
        captions: captionList({
          title: emoji.title,
          tags: emoji.tags,
          category: emoji.category,
          templates: [`${emoji.title} emoji`, `a picture of ${emoji.title}`],
          translated: facts.translated?.get(emoji.title),
        }),
        family,
        split: split(family),
        category: emoji.category,
        source: facts.source,
        licence: facts.licence,
      },
    };
  });
}
