/** Low-rank adaptation: which linear layers, how thin, how strong. PEFT's `LoraConfig`, in this project's words. */
export interface LoraConfig {
  readonly rank: number;
  /** The update is scaled by `alpha / rank`. */
  readonly alpha: number;
  /** On the adapter's input, in training only. */
  readonly dropout: number;
  /** Module names (a module's path or a suffix of it), or one Python regular expression over whole paths. */
  readonly targets: readonly string[] | string;
  /** Left out though targeted; names or a pattern, like `targets`. */
  readonly exclude?: readonly string[] | string;
  /** Rank of the modules that a pattern matches; the first pattern that does, wins. */
  readonly rankPattern?: Readonly<Record<string, number>>;
  readonly alphaPattern?: Readonly<Record<string, number>>;
  /** Scale by `alpha / √rank` instead. */
  readonly useRslora?: boolean;
  /** Only these layers, of both towers; not with a regular expression for `targets`. */
  readonly layers?: readonly number[];
  /** Name of the list that layers are counted in; any list unless given. */
  readonly layersPattern?: readonly string[];
  /** Biases that are trained too: all of the model's, or those of adapted layers. */
  readonly bias?: "none" | "all" | "lora_only";
  /** Modules trained and saved whole, such as `visual_projection`; never adapted. */
  readonly modulesToSave?: readonly string[];
  /** Train the length of each row of the weight apart from its direction (DoRA). */
  readonly useDora?: boolean;
}
