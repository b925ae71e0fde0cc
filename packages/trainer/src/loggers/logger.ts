import type { MetricsRecord } from "../metrics-record.js";

/** Writes what `metrics.jsonl` holds in another form. */
export interface Logger {
  append(record: MetricsRecord): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
