/** A function or a signal among the arguments of a call, which can't be copied: the other thread gets a number. */
export interface Loan {
  readonly number: number;
  readonly kind: "function" | "signal";
  /** Which argument, and of an object which property. */
  readonly at: readonly [number] | readonly [number, string];
}

type Function = (...args: unknown[]) => unknown;

interface Line {
  ask(lent: number, args: readonly unknown[]): Promise<unknown>;
  tellAbort(signal: number, reason: unknown): void;
}

/** What one end of a line has lent to the other, and what it has borrowed. */
export function createLoans({ ask, tellAbort }: Line) {
  const lent = new Map<number, Function>();
  const borrowed = new Map<number, AbortController>();
  let next = 0;
  const lendOne = (value: Function | AbortSignal): { number: number; end(): void } => {
    const number = next++;
    if (typeof value === "function") {
      lent.set(number, value);
      return { number, end: () => void lent.delete(number) };
    }
    const tell = () => tellAbort(number, value.reason);
    if (value.aborted) queueMicrotask(tell); // after the call that lends it
    value.addEventListener("abort", tell);
    return { number, end: () => value.removeEventListener("abort", tell) };
  };
  return {
    lent: (number: number) => lent.get(number),
    abort: (number: number, reason: unknown) => borrowed.get(number)?.abort(reason),
    /** Takes functions and signals out of arguments. */
    lend(given: readonly unknown[]) {
      const loans: Loan[] = [];
      const ends: (() => void)[] = [];
      const take = (value: unknown, at: Loan["at"]): boolean => {
        if (typeof value !== "function" && !(value instanceof AbortSignal)) return false;
        const { number, end } = lendOne(value as Function | AbortSignal);
        loans.push({ number, at, kind: typeof value === "function" ? "function" : "signal" });
        ends.push(end);
        return true;
      };
      const args = given.map((value, i) => {
        if (take(value, [i])) return undefined;
        if (!isPlain(value)) return value;
        return Object.fromEntries(
          Object.entries(value).filter(([key, one]) => !take(one, [i, key])),
        );
      });
      const release = () => {
        for (const end of ends) end();
      };
      return { args, loans, release };
    },
    /** Puts in their place what works like them. */
    borrow(sent: readonly unknown[], loans: readonly Loan[]) {
      const args = [...sent];
      for (const { number, kind, at } of loans) {
        const controller = new AbortController();
        if (kind === "signal") borrowed.set(number, controller);
        const value =
          kind === "signal" ? controller.signal : (...own: unknown[]) => ask(number, own);
        const [i, key] = at;
        if (key === undefined) args[i] = value;
        else (args[i] as Record<string, unknown>)[key] = value;
      }
      const giveBack = () => {
        for (const { number } of loans) borrowed.delete(number);
      };
      return { args, giveBack };
    },
  };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype
  );
}
