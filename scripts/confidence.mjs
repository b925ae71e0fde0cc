// How well an index's confidence tells queries that it can answer from those it can't:
// node scripts/confidence.mjs INDEX
import { openSearcher } from "@cliptune/index";

/** Things that neither signs nor emoji show. */
const absent = `quarterly earnings report of a bank; tax return form; insulin molecule; supreme court
ruling; a baroque cello sonata; drone footage of a vineyard; medieval siege engine; ultrasound of a
baby; stock market crash; a lecture on quantum physics; oil refinery; satellite image of a hurricane;
stained glass window; blacksmith at the anvil; wallpaper with stripes; interest rates in europe; a
philosophical argument; knee surgery; concrete mixer in the mud; photosynthesis; parliament session;
tango in buenos aires; venetian blinds; renaissance fresco; the french revolution; carbon monoxide;
spreadsheet with formulas; a legal contract; moss on a stone wall; marble quarry; parquet floor;
gothic vault; shareholders meeting; sourdough starter; an abandoned shopping mall; solar eclipse
timetable; hydraulic press; beige curtains; portrait of a duke; a lawn after the rain`;

const dir = process.argv[2];
if (!dir) throw new Error("usage: node scripts/confidence.mjs INDEX");
const searcher = await openSearcher(dir);
const items = await searcher.items({ offset: 0, limit: searcher.count });
// The background was fitted on every nth title: those are left out here, whatever their item.
const nth = Math.min(items.length, 100);
const fitted = new Set(
  Array.from({ length: nth }, (_, i) => items[Math.floor((i * items.length) / nth)].title),
);
const titles = [...new Set(items.map(({ title }) => title))].filter((title) => !fitted.has(title));
const groups = {
  titles: everyNth(titles, 200),
  "titles, asked for": everyNth(titles, 200).map((title) => `is there a ${title} here`),
  letters: nonsense(100, letters),
  syllables: nonsense(100, syllables),
  absent: absent.split(";").map((text) => text.trim().replaceAll("\n", " ")),
};
const measured = {};
for (const [name, queries] of Object.entries(groups)) {
  const rows = [];
  for (const text of queries) {
    const { confidence, goodMatch, hits } = await searcher.search({ query: [{ text }], k: 1 });
    rows.push({ confidence, goodMatch, score: hits[0].score });
  }
  measured[name] = rows;
  const said = rows.filter(({ goodMatch }) => goodMatch).length / rows.length;
  const mean = rows.reduce((sum, { confidence }) => sum + confidence, 0) / rows.length;
  console.log(
    `${name}: ${rows.length} queries, a good match ${percent(said)}, mean confidence ${mean.toFixed(2)}`,
  );
}
for (const good of ["titles", "titles, asked for"]) {
  for (const bad of ["letters", "syllables", "absent"]) {
    const [confidence, score] = ["confidence", "score"].map((what) =>
      area(
        measured[good].map((row) => row[what]),
        measured[bad].map((row) => row[what]),
      ).toFixed(3),
    );
    console.log(`${good} from ${bad}: AUC ${confidence} (by the best score alone ${score})`);
  }
}
await searcher.close();

function percent(share) {
  return `${Math.round(share * 100)} %`;
}

function everyNth(list, wanted) {
  const taken = Math.min(list.length, wanted);
  return Array.from({ length: taken }, (_, i) => list[Math.floor((i * list.length) / taken)]);
}

/** One to four words that mean nothing, the same at every run. */
function nonsense(count, word) {
  let state = 7;
  const next = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return times(count, () => times(1 + next(4), () => word(next)).join(" "));
}

function letters(next) {
  return times(3 + next(6), () => String.fromCharCode(97 + next(26))).join("");
}

function syllables(next) {
  const draw = (text) => text[next(text.length)];
  return times(2 + next(2), () => draw("bdfgklmnprstvz") + draw("aeiou")).join("");
}

function times(count, make) {
  return Array.from({ length: count }, () => make());
}

function area(good, bad) {
  const pairs = good.flatMap((x) => bad.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)));
  return pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
}
