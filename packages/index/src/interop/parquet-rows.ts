import { UserError } from "@cliptune/engine";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** Rows decoded at a time. */
const slice = 1000;

/**
 * Rows of a parquet file, one after the other.
 *
 * @throws UserError for a file that is missing or damaged
 */
export async function* parquetRows(path: string): AsyncGenerator<Record<string, unknown>> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const count = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < count; rowStart += slice) {
      const rowEnd = Math.min(count, rowStart + slice);
      yield* await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors });
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UserError) throw error;
    throw new UserError(`${path} can't be read as parquet: ${error.message}.`, { cause: error });
  }
}

/** How many rows a parquet file has. */
export async function countRows(path: string): Promise<number> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
  return Number(metadata.num_rows);
}
