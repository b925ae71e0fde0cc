/** The only file of this package that reads the environment. */
export const environment = {
  /** Stack traces for errors: CLIPTUNE_DEBUG=1. */
  get debug(): boolean {
    return process.env["CLIPTUNE_DEBUG"] === "1";
  },
  /** The PJRT plugin that engine xla runs on: CLIPTUNE_PJRT_PLUGIN=/path/to/plugin.so. */
  get pjrtPlugin(): string | undefined {
    return process.env["CLIPTUNE_PJRT_PLUGIN"] || undefined;
  },
  /** Threads for one operator: CLIPTUNE_THREADS=4; all cores unless set. */
  get threads(): string | undefined {
    return process.env["CLIPTUNE_THREADS"] || undefined;
  },
  /** Ends a step at the first value that is not a number and names its operator: CLIPTUNE_CHECK_NAN=1. */
  get checkNaN(): boolean {
    return process.env["CLIPTUNE_CHECK_NAN"] === "1";
  },
  /** Of matrix products on engine xla: CLIPTUNE_PRECISION=float32, tf32 or bf16. */
  get precision(): string | undefined {
    return process.env["CLIPTUNE_PRECISION"] || undefined;
  },
};
