import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@cliptune/engine";
import { HubApiError } from "@huggingface/hub";
import { describe, type Repository } from "./repository.js";

export interface HubOptions {
  /** `$HF_HOME/hub`, for others to share. */
  readonly cacheDir: string;
  readonly endpoint?: string | undefined;
  /** For gated and private repositories. */
  readonly token?: string | undefined;
  /** Only what was pulled before. */
  readonly offline?: boolean | undefined;
  /** How often a request that failed for a passing reason is made again; 4 unless given. */
  readonly retries?: number;
  /** Milliseconds before the first of them, doubled each time; 500 unless given. */
  readonly pause?: number;
  readonly signal?: AbortSignal;
  onProgress?(progress: PullProgress): void;
}

export interface PullProgress {
  readonly file: string;
  /** Bytes of all files that are there, and of all that will be. */
  readonly done: number;
  readonly total: number;
}

export const endpointOf = ({ endpoint = "https://huggingface.co" }: HubOptions): string =>
  endpoint.replace(/\/+$/, "");

const codeOf = (error: unknown): string | undefined =>
  ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;

/** Too many requests, and faults of the server: they pass. */
const passing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** `fetch` that tries again, with pauses, when the server is at fault or the connection breaks. */
export function patientFetch({ retries = 4, pause = 500, signal }: HubOptions): typeof fetch {
  return async (input, init) => {
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= retries;
      const answer = await fetch(input, { ...init, ...(signal ? { signal } : {}) }).catch(
        (error: unknown) => {
          // A host that there isn't will not be there in a second either.
          if (last || signal?.aborted || codeOf(error) === "ENOTFOUND") throw error;
          return undefined;
        },
      );
      if (answer && (last || !passing(answer.status))) return answer;
      await answer?.body?.cancel();
      const asked = Number(answer?.headers.get("retry-after") ?? 0) * 1000;
      await sleep(Math.max(asked, pause * 2 ** attempt), undefined, signal ? { signal } : {});
    }
  };
}

/** What libraries and servers throw, as a sentence that says what to do; what is no fault of the hub passes. */
export function hubError(error: unknown, repository: Repository, options: HubOptions): unknown {
  if (error instanceof UserError || options.signal?.aborted) return error;
  const where = endpointOf(options);
  if (error instanceof HubApiError) return statusError(error.statusCode, repository, options);
  if (!(error instanceof Error)) return error;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  if (
    error.name === "TypeError" &&
    (error.message === "fetch failed" || error.message === "terminated")
  ) {
    return new UserError(
      `${where} cannot be reached (${cause?.code ?? cause?.message ?? error.message}); the ${describe(repository)} is not in the cache ${options.cacheDir} yet. Check the connection, or HF_ENDPOINT, and try again: what has come is kept.`,
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new UserError(
      `The disk is full: ${options.cacheDir} holds what has come. Free some space and try again, or set HF_HOME.`,
    );
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return new UserError(
      `The cache ${options.cacheDir} cannot be written (${code}); set HF_HOME to a folder that you may write to.`,
    );
  }
  return error;
}

export function statusError(
  status: number,
  repository: Repository,
  options: HubOptions,
): UserError {
  const [what, where] = [describe(repository), endpointOf(options)];
  if (status === 401 || status === 403) {
    return new UserError(
      options.token === undefined
        ? `${where} does not give the ${what} to everybody (${status}), or there is none of that name; check it, or set HF_TOKEN to a token that may read it.`
        : `${where} does not give the ${what} to this token (${status}); accept its terms on its page, or check the name.`,
    );
  }
  if (status === 404)
    return new UserError(`${where} has no ${what} (404); check the name and the revision.`);
  return new UserError(
    `${where} answered ${status} for the ${what}, again and again; try later: what has come is kept.`,
  );
}
