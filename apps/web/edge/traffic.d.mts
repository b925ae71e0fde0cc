export interface Answered {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The header Server-Timing. */
  readonly timing?: string | undefined;
}

export interface Traffic {
  answered(answer: Answered): void;
  refused(reason: string): void;
  /** Everything so far, as Prometheus reads it. */
  print(inFlight: number): string;
}

export function routeOf(path: string): string;
export function createTraffic(): Traffic;
