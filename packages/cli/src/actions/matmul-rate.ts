import { type Engine, linear } from "@cliptune/engine";

const chain = 4; // products in one program, so that copies in and out weigh little

/**
 * How fast an engine multiplies float32 matrices, in 10⁹ operations a second: the best of several
 * runs, on matrices large enough that a run takes about a tenth of a second.
 */
export async function matmulRate(engine: Engine): Promise<number> {
  let size = 64;
  let rate = await measure(engine, size);
  while (size < 1024 && (2 * size ** 3 * chain) / (rate * 1e9) < 0.02) {
    size *= 2;
    rate = await measure(engine, size);
  }
  return Number(rate.toPrecision(3));
}

async function measure(engine: Engine, size: number): Promise<number> {
  const matrix = new Float32Array(size * size).fill(1 / size); // its powers keep their size
  const spec = { dtype: "float32", shape: [size, size] } as const;
  const constants = engine.constants({ weight: { ...spec, data: matrix } });
  const program = await engine.compile({
    name: "doctor-matmul",
    constants,
    inputs: { x: spec },
    run: ({ constants: { weight }, inputs: { x } }) => {
      let product = x!;
      for (let i = 0; i < chain; i++) product = linear(product, weight!);
      return { outputs: { product } };
    },
  });
  await program.step({ x: matrix });
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const started = performance.now();
    await program.step({ x: matrix });
    best = Math.min(best, performance.now() - started);
  }
  await program.dispose();
  constants.dispose();
  return (2 * size ** 3 * chain) / (best / 1000) / 1e9;
}
