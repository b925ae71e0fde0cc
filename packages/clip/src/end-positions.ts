import { UserError } from "@cliptune/engine";

/** End-of-text in OpenAI's vocabulary, whatever the file's `eos_token_id` says. */
const openaiEnd = 49407;

export interface TokenRows {
  readonly rows: number;
  readonly length: number;
  readonly eosTokenId: number;
}

/**
 * The column of each row's end-of-text token. OpenAI's files say `eos_token_id: 2` though the real one
 * is 49407, the largest id: a row whose largest id that is pools there. Any other row pools at its
 * first `eosTokenId`, or, when that is the legacy 2 and absent, at its largest id.
 *
 * @param ids `[rows, length]`
 * @returns `[rows]`
 * @throws UserError for a row without an end-of-text token
 * @see https://github.com/huggingface/transformers/pull/24777
 */
export function endPositions(ids: ArrayLike<number>, options: TokenRows): Int32Array {
  const { rows, length, eosTokenId } = options;
  return Int32Array.from({ length: rows }, (_, row) => {
    let [largest, first] = [0, -1];
    const at = (column: number): number => ids[row * length + column]!;
    for (let column = 0; column < length; column++) {
      if (at(column) > at(largest)) largest = column;
      if (first < 0 && at(column) === eosTokenId) first = column;
    }
    if (at(largest) === openaiEnd) return largest;
    if (first >= 0) return first;
    if (eosTokenId === 2) return largest;
    throw new UserError(
      `Row ${row} of the token ids has no end-of-text token (${eosTokenId}); every text must end with it.`,
    );
  });
}
