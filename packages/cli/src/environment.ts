/** The only file of this package that reads the environment. */
export const environment = {
  /** Says a flag as the variable that it stands for, to processes started from here on too. */
  set(variable: "CLIPTUNE_PJRT_PLUGIN" | "CLIPTUNE_PRECISION", value: string): void {
    process.env[variable] = value;
  },
  /** Stack traces for errors: CLIPTUNE_DEBUG=1. */
  get debug(): boolean {
    return process.env["CLIPTUNE_DEBUG"] === "1";
  },
  /** The PJRT plugin that engine xla runs on: CLIPTUNE_PJRT_PLUGIN=/path/to/plugin.so. */
  get pjrtPlugin(): string | undefined {
    return process.env["CLIPTUNE_PJRT_PLUGIN"] || undefined;
  },
  /** Where engine xla keeps compiled programs, or off: CLIPTUNE_COMPILE_CACHE; ~/.cache/cliptune/xla unless set. */
  get compileCache(): string | undefined {
    return process.env["CLIPTUNE_COMPILE_CACHE"] || undefined;
  },
  /** Where programs keep what they can make again: XDG_CACHE_HOME; ~/.cache unless set. */
  get cacheHome(): string | undefined {
    return process.env["XDG_CACHE_HOME"] || undefined;
  },
  /** What XLA itself heeds: XLA_FLAGS. */
  get xlaFlags(): string | undefined {
    return process.env["XLA_FLAGS"] || undefined;
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
  /** Hugging Face's folder: HF_HOME; ~/.cache/huggingface unless set. */
  get hubHome(): string | undefined {
    return process.env["HF_HOME"] || undefined;
  },
  /** Models and data sets of the hub: HF_HUB_CACHE; HF_HOME/hub unless set. */
  get hubCache(): string | undefined {
    return process.env["HF_HUB_CACHE"] || undefined;
  },
  /** Another hub, or a mirror of it: HF_ENDPOINT. */
  get hubEndpoint(): string | undefined {
    return process.env["HF_ENDPOINT"] || undefined;
  },
  /** For gated and private repositories: HF_TOKEN; else what `hf auth login` left. */
  get hubToken(): string | undefined {
    return process.env["HF_TOKEN"] || undefined;
  },
  /** Fetch nothing: HF_HUB_OFFLINE=1. */
  get hubOffline(): boolean {
    return /^(1|on|true|yes)$/i.test(process.env["HF_HUB_OFFLINE"] ?? "");
  },
};
