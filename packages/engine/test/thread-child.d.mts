export type TestCalls = {
  add(value: number): number;
  addWhenReleased(value: number): Promise<number>;
  release(): void;
  doubled(rows: Float32Array): Float32Array;
  countUp(
    lent: { times: number; next(i: number): Promise<number> },
    tell: (i: number) => void,
  ): Promise<number[]>;
  refuse(message: string): never;
  break(message: string): never;
  read(path: string): Promise<Uint8Array>;
  waitFor(signal: AbortSignal): Promise<never>;
  crash(message: string): Promise<never>;
};
