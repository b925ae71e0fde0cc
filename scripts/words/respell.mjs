// A model with another vocabulary: a new token begins as the mean of the old tokens that its text falls into.

/**
 * @param model with the old vocabulary
 * @param next contents of the new tokenizer.json
 * @returns `[entries, width]` the new token table
 */
export function respell({ weights, tokenizer }, next) {
  const { shape, data } = weights["text_model.embeddings.token_embedding.weight"];
  const width = shape[1];
  const { vocab, merges } = tokenizer.json.model;
  const ranks = new Map(merges.map((pair, i) => [asPair(pair), i]));
  const entries = Object.entries(next.model.vocab);
  const table = new Float32Array(entries.length * width);
  for (const [token, id] of entries) {
    const pieces = token in vocab ? [token] : merge(symbolsOf(token), ranks);
    for (const piece of pieces) {
      const start = vocab[piece] * width;
      for (let d = 0; d < width; d++) table[id * width + d] += data[start + d] / pieces.length;
    }
  }
  return { dtype: "float32", shape: [entries.length, width], data: table };
}

const asPair = (pair) => (Array.isArray(pair) ? pair.join(" ") : pair);

/** The characters of a token, the last one marked where the token ends a word. */
function symbolsOf(token) {
  const ends = token.endsWith("</w>");
  const symbols = [...(ends ? token.slice(0, -4) : token)];
  if (ends) symbols[symbols.length - 1] += "</w>";
  return symbols;
}

/** The merge that was learnt first, again and again. */
function merge(symbols, ranks) {
  const rankAt = (i) => ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? Number.POSITIVE_INFINITY;
  for (;;) {
    let best = 0;
    for (let i = 1; i + 1 < symbols.length; i++) if (rankAt(i) < rankAt(best)) best = i;
    if (rankAt(best) === Number.POSITIVE_INFINITY) return symbols;
    symbols.splice(best, 2, symbols[best] + symbols[best + 1]);
  }
}
