import { captionList } from "./caption-list.js";
import { emojiFamily } from "./emoji-family.js";
import type { StyleFacts } from "./emoji-pictures.js";
import type { Emoji } from "./emoji-text.js";
import type { IconDrawing } from "./icon-drawings.js";
import type { Picture } from "./picture.js";
import { squeeze } from "./wording.js";

/** Where an icon belongs, by its title. */
export type IconPlace = (title: string) => { family: string; split: string };

/**
 * An icon called like an emoji is of its family, and held out with it. Of the other icons nothing is
 * evaluated, so all of them train.
 */
export function iconPlaces(emoji: readonly Emoji[], held: ReadonlySet<string>): IconPlace {
  const families = new Map(emoji.map((one) => [squeeze(one.title), emojiFamily(one)]));
  return (title) => {
    const family = families.get(squeeze(title));
    if (family === undefined) return { family: `icon ${title}`, split: "train" };
    return { family, split: held.has(family) ? "test-variant" : "train" };
  };
}

/** Rows for the drawings of one icon set. */
export function iconPictures(
  drawings: readonly IconDrawing[],
  { source, licence, style, translated }: StyleFacts,
  place: IconPlace,
): Picture[] {
  return drawings.map(({ name, title, tags, category, svg }) => ({
    art: { svg },
    row: {
      file_name: `images/${style}-${name}.png`,
      title,
      captions: captionList({
        title,
        tags,
        category,
        templates: [`an icon of ${title}`, `a picture of ${title}`, `${title} icon`],
        translated: translated?.get(title),
      }),
      ...place(title),
      category,
      source,
      licence,
    },
  }));
}
