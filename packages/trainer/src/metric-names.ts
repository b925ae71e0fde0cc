/** Last names of the metrics that are better the lower they are. */
export const lowIsGood = new Set([
  "alignment",
  "uniformityImage",
  "uniformityText",
  "cosineImage",
  "cosineText",
  "modalityGap",
  "medianRank",
]);

const rankings = ["r1", "r5", "r10", "mrr", "ndcg10", "medianRank"];

/** The metrics of an evaluation set by which runs may be compared. */
const metrics = [
  ...["textToImage", "imageToText"].flatMap((way) => rankings.map((name) => `${way}.${name}`)),
  ...["zeroShot.top1", "zeroShot.top5", "zeroShot.meanPerClass"],
  ...["alignment", "uniformityImage", "uniformityText", "cosineImage", "cosineText"],
  ...["effectiveRankImage", "effectiveRankText", "modalityGap"],
];

/** What is wrong with the name of a metric, before there is an evaluation; undefined when nothing is. */
export function metricFault(
  path: string,
  sets: Readonly<Partial<Record<"inDomain" | "outOfDomain", unknown>>>,
): string | undefined {
  const given = (["inDomain", "outOfDomain"] as const).filter((name) => sets[name]);
  const [set = ""] = path.split(".");
  const known = given.some((name) => name === set) && metrics.includes(path.slice(set.length + 1));
  if (known) return undefined;
  if (given.length === 0) return `names ${path}, but data.evaluate names no set`;
  return `must be ${given.join(" or ")} of data.evaluate, a dot and one of ${metrics.join(", ")}; got ${path}`;
}
