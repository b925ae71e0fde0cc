export interface SpecResult {
  readonly name: string;
  readonly file: string;
  readonly status: string;
  readonly message?: string;
}

export function judge(results: readonly SpecResult[]): {
  readonly unexplained: readonly SpecResult[];
  readonly stale: readonly string[];
  readonly homeless: readonly string[];
};

export function insertTables(readme: string, results: readonly SpecResult[]): string;
