import { createLoans, type Loan } from "./loans.js";
import { createThrown, type Failure } from "./thrown.js";

/** What two threads talk through: a `Worker` from outside, its `parentPort` from within. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: Message) => void): unknown;
}

/** Functions that another thread may call. What goes in and comes out is copied. */
// biome-ignore lint/suspicious/noExplicitAny: each function has arguments of its own
export type Served = Readonly<Record<string, (...args: any[]) => unknown>>;

/** The other thread's functions. */
export interface Calls<S extends Served> {
  /**
   * Calls one of them. A function or an `AbortSignal` among the arguments, or in an object among them, works over
   * there as it does here until the call has ended; calls of such a function give promises.
   *
   * @throws what it threw: a `UserError` as one, and what this side threw in the first place as it was
   */
  call<N extends keyof S & string>(
    name: N,
    ...args: Parameters<S[N]>
  ): Promise<Awaited<ReturnType<S[N]>>>;
  /** How many calls of this side wait for their answer. */
  readonly waiting: number;
  /** Ends the calls that wait, and those to come, with this error. */
  fail(error: Error): void;
}

/** To a function by its name, or to one that was lent by its number. */
type Request = {
  readonly id: number;
  readonly of: string | number;
  readonly args: readonly unknown[];
  readonly loans: readonly Loan[];
};
type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: Failure });
/** A signal that was lent. */
type Abort = { readonly abort: number; readonly reason: Failure };
type Message = Request | Reply | Abort;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** One end of the line between two threads: each serves functions and calls the other's. */
export function connect<S extends Served>(port: Port, served: Served = {}): Calls<S> {
  const waiting = new Map<number, Waiting>();
  const thrown = createThrown();
  let next = 0;
  let answering = 0;
  let failure: Error | undefined;
  const ask = async (of: string | number, given: readonly unknown[]): Promise<unknown> => {
    if (failure) throw failure;
    const id = next++;
    const { args, loans, release } = own.lend(given);
    try {
      return await new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        port.postMessage({ id, of, args, loans } satisfies Request);
      });
    } finally {
      waiting.delete(id);
      release();
      rest();
    }
  };
  const own = createLoans({
    ask,
    tellAbort: (abort, reason) =>
      port.postMessage({ abort, reason: thrown.describe(reason) } satisfies Abort),
  });
  const rest = () => {
    if (waiting.size === 0 && answering === 0) thrown.clear();
  };
  const answer = async ({ id, of, args: sent, loans }: Request) => {
    answering++;
    const { args, giveBack } = own.borrow(sent, loans);
    try {
      const work = typeof of === "string" ? served[of] : own.lent(of);
      if (!work) throw new Error(`internal: no function ${of} is served to this thread.`);
      port.postMessage({ id, value: await work(...args) } satisfies Reply);
    } catch (error) {
      port.postMessage({ id, error: thrown.describe(error) } satisfies Reply);
    } finally {
      giveBack();
      answering--;
      rest();
    }
  };
  port.on("message", (message) => {
    if ("of" in message) void answer(message);
    else if ("abort" in message) own.abort(message.abort, thrown.revive(message.reason));
    else if ("error" in message) waiting.get(message.id)?.reject(thrown.revive(message.error));
    else waiting.get(message.id)?.resolve(message.value);
  });
  return {
    call: (name, ...args) => ask(name, args) as ReturnType<Calls<S>["call"]>,
    get waiting() {
      return waiting.size;
    },
    fail(error) {
      failure ??= error;
      for (const { reject } of waiting.values()) reject(failure);
    },
  };
}
