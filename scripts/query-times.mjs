// How long a text query takes on the server: text to vector, vector to neighbours, neighbours to titles.
import { openSearcher } from "@cliptune/index";

/**
 * Milliseconds of warm queries through the searcher that the page uses; the queries are titles of the index, each
 * with a number that makes it new: the searcher remembers the texts that it has encoded.
 *
 * @param {string} dir the index
 * @param {{ count: number, k: number }} options
 */
export async function queryTimes(dir, { count, k }) {
  const searcher = await openSearcher(dir);
  try {
    const { hits } = await searcher.searchText("sign", count);
    const queries = hits.map(({ title }) => title);
    for (const query of queries.slice(0, 20)) await searcher.searchText(query, k); // warm up
    const times = [];
    for (let i = 0; i < count; i++) {
      const started = performance.now();
      await searcher.searchText(`${queries[i % queries.length]} ${i}`, k);
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
  } finally {
    await searcher.close();
  }
}

function quantile(sorted, share) {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return Math.round(100 * value) / 100;
}
