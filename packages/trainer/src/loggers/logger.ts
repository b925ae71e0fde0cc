import type { MetricsRecord } from "../metrics-record.js";

/** Writes what `metrics.jsonl` holds in another form. */
export interface Logger {
  append(record: MetricsRecord): Promise<void>;
  sync(): Promise<void>;
  /** @param ended the run is over, and will not go on */
  close(ended: boolean): Promise<void>;
}
