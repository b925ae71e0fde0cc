export interface AdmissionLimits {
  /** Requests a second that an address may make in the long run. */
  readonly rate: number;
  /** Requests that it may make at once after a pause. */
  readonly burst: number;
  /** Requests of all addresses that may be under way at once. */
  readonly mostInFlight: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export type Verdict =
  | { readonly reason: "rate" | "queue" /** Seconds. */; readonly retryAfter: number }
  | { readonly reason?: undefined; release(): void };

export interface Admission {
  inFlight(): number;
  admit(address: string): Verdict;
}

export function createAdmission(limits: AdmissionLimits): Admission;
