export interface StartOptions {
  /** An index directory; CLIPTUNE_INDEX unless given. */
  readonly index?: string | undefined;
  /** A run directory, or a directory of such; CLIPTUNE_RUNS unless given. */
  readonly runs?: string | undefined;
  /** A model directory in place of the one that the index names; CLIPTUNE_MODEL unless given. */
  readonly model?: string | undefined;
  /** 0 takes a free one; 3000 unless given. */
  readonly port?: number;
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** Requests a second of one address, beyond which it gets 429; CLIPTUNE_RATE or 100 unless given. */
  readonly rate?: number;
  /** Host names to answer to besides this machine's own; CLIPTUNE_HOSTS (with commas) unless given. */
  readonly hosts?: readonly string[];
}

export interface RunningApp {
  readonly url: string;
  readonly port: number;
  /** Lets requests in flight end, then frees the port. */
  close(): Promise<void>;
}

/**
 * Serves the built app from this process.
 *
 * @throws an error named UserError when the app is not built or the port cannot be had
 */
export function start(options?: StartOptions): Promise<RunningApp>;
