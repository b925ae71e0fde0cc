/** What a picture is called, before it becomes captions. */
export interface Naming {
  readonly title: string;
  /** other words for it, best first */
  readonly tags: readonly string[];
  /** what kind of thing it is, or "" */
  readonly category: string;
  /** further sentences around the title, such as "an icon of fox" */
  readonly templates: readonly string[];
  /** what it is called in other languages, captions as they stand */
  readonly translated?: readonly string[] | undefined;
}

const TAGS_USED = 6;

/**
 * Twenty captions of one picture, to be drawn from evenly. Repetition is the weight: 45 % the title,
 * 20 % title and one tag, 20 % one to three tags, 15 % templates; the share of missing tags goes to the title.
 * Captions in other languages come on top.
 */
export function captionList({
  title,
  tags,
  category,
  templates,
  translated = [],
}: Naming): string[] {
  const others = [...new Set(tags)]
    .filter((tag) => tag !== "" && tag !== title)
    .slice(0, TAGS_USED);
  const framed = category === "" ? templates : [...templates, `${category}: ${title}`];
  const captions = Array<string>(9).fill(title);
  for (let i = 0; i < 4; i++) {
    captions.push(others.length > 0 ? `${title}, ${pick(others, i)}` : title);
  }
  for (let i = 0; i < 4; i++) {
    captions.push(others.length > 0 ? someTags(others, i) : pick(framed, i));
  }
  for (let i = 0; i < 3; i++) captions.push(pick(framed, i));
  return [...captions, ...translated];
}

/** Tags i, i+1 … : one, two or three of them, none twice. */
function someTags(tags: readonly string[], i: number): string {
  const wanted = Math.min(1 + (i % 3), tags.length);
  return Array.from({ length: wanted }, (_, j) => pick(tags, i + j)).join(", ");
}

function pick(list: readonly string[], i: number): string {
  return list[i % list.length] as string;
}
