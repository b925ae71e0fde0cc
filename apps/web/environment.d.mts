/** Paths that the app serves from, absolute or relative to the working directory. */
export interface Places {
  /** An index directory, as `cliptune index build` writes it. */
  readonly index?: string | undefined;
  /** A run directory, or a directory of run directories. */
  readonly runs?: string | undefined;
  /** A model directory to use in place of the one that the index names. */
  readonly model?: string | undefined;
}

export interface Environment extends Places {
  /** This package's directory: `next dev` runs in it. */
  readonly app: string;
  readonly rate: string | undefined;
  readonly hosts: string | undefined;
  readonly port: string | undefined;
  readonly host: string | undefined;
  readonly development: boolean;
}

export function readEnvironment(): Environment;
export function prepareEnvironment(places: Places & { readonly app?: string }): void;
