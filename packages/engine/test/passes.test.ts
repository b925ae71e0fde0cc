import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { type Graph, GraphBuilder, liveNodes, type Node } from "../dist/graph/graph.js";
import { optimise } from "../dist/graph/passes.js";
import { emitOnnx } from "../dist/onnx/emitter.js";
import { openSession } from "../dist/onnx/session.js";
import { inputName } from "../dist/onnx/writer.js";
import { arraysFrom, randomFrom } from "./random-arrays.js";

/** The graph as one expression an output; equal nodes read the same. */
function show(node: Node): string {
  if (node.op === "input") return String(node.attrs["name"]);
  if (node.op === "literal") return `${node.data}`;
  const flags = [
    node.attrs["transposeA"] ? "ᵀA" : "",
    node.attrs["transposeB"] ? "ᵀB" : "",
    node.attrs["alpha"] === undefined ? "" : ` alpha ${node.attrs["alpha"]}`,
  ].join("");
  return `${node.op}${flags}(${node.inputs.map(show).join(", ")})`;
}

const b = () => {
  const builder = new GraphBuilder();
  const x = (name: string, ...shape: number[]) =>
    builder.input("input", name, { dtype: "float32", shape });
  const mm = (p: Node, q: Node, transposeA = false, transposeB = false) =>
    builder.op("matmul", [p, q], { transposeA, transposeB });
  return { builder, x, mm };
};

const optimised = (...outputs: Node[]): string[] =>
  Object.values(
    optimise({ outputs: Object.fromEntries(outputs.map((n, i) => [`${i}`, n])) }).outputs,
  ).map(show);

const count = (graph: Graph, op: string): number =>
  liveNodes(graph).filter((node) => node.op === op).length;

describe("the builder", () => {
  test("makes equal operators on equal inputs one node, and unequal attributes two", () => {
    const { builder, x } = b();
    const a = x("a", 3);
    expect(builder.op("exp", [a])).toBe(builder.op("exp", [a]));
    const padded = (value: number) => builder.op("pad", [a], { before: [1], after: [0], value });
    expect(padded(Number.POSITIVE_INFINITY)).not.toBe(padded(Number.NEGATIVE_INFINITY));
    expect(builder.scalar(0)).not.toBe(builder.scalar(0, "int32"));
  });

  test("literals of the same bytes but another shape are two", () => {
    const { builder } = b();
    const data = Float32Array.of(1, 2);
    expect(builder.literal(data, [2], "float32")).not.toBe(
      builder.literal(data, [1, 2], "float32"),
    );
  });
});

test("what no output needs is gone, and inputs come before their users", () => {
  const { builder, x } = b();
  const a = x("a", 2);
  builder.op("exp", [x("unused", 2)]);
  const kept = builder.op("neg", [builder.op("log", [a])]);
  const live = liveNodes(optimise({ outputs: { kept } }));
  expect(live.map(({ op }) => op)).toEqual(["input", "log", "neg"]);
});

test("a chain of fifty thousand operators does not overflow the stack", () => {
  const { builder, x } = b();
  let node = x("a", 2);
  for (let i = 0; i < 50_000; i++) node = builder.op(i % 2 ? "sin" : "cos", [node]);
  expect(liveNodes(optimise({ outputs: { node } }))).toHaveLength(50_001);
});

describe("views", () => {
  test("that change nothing go; chains of reshapes collapse", () => {
    const { builder, x } = b();
    const a = x("a", 2, 3);
    const reshape = (n: Node, ...shape: number[]) => builder.op("reshape", [n], { shape });
    expect(
      optimised(
        reshape(reshape(a, 6), 3, 2),
        reshape(reshape(a, 6), 2, 3),
        builder.op("transpose", [a], { perm: [0, 1] }),
        builder.op("tile", [a], { reps: [1, 1] }),
        builder.op("broadcastTo", [a], { shape: [2, 3] }),
        builder.op("cast", [a], { dtype: "float32" }),
        builder.op("identity", [a]),
      ),
    ).toEqual(["reshape(a)", "a", "a", "a", "a", "a", "a"]);
  });

  test("that change something stay", () => {
    const { builder, x } = b();
    const a = x("a", 2, 2);
    expect(
      optimised(
        builder.op("transpose", [a], { perm: [1, 0] }),
        builder.op("tile", [a], { reps: [1, 2] }),
        builder.op("broadcastTo", [a], { shape: [3, 2, 2] }),
      ),
    ).toEqual(["transpose(a)", "tile(a)", "broadcastTo(a)"]);
  });

  test("a uint8 cast through int32 is one cast; through bool it is two", () => {
    const { builder } = b();
    const u = builder.input("input", "u", { dtype: "uint8", shape: [3] });
    const to = (n: Node, dtype: string) => builder.op("cast", [n], { dtype });
    const outputs = [to(to(u, "int32"), "float32"), to(to(to(u, "int32"), "bool"), "float32")];
    expect(optimised(...outputs)).toEqual(["cast(u)", "cast(cast(u))"]);
  });

  test("a float cast to integers and back is kept, for it truncates", () => {
    const { builder, x } = b();
    const whole = builder.op("cast", [x("a", 2)], { dtype: "int32" });
    expect(optimised(builder.op("cast", [whole], { dtype: "float32" }))).toEqual(["cast(cast(a))"]);
  });
});

test("x·1, x/1, x+0, x−0 are x, unless the other side widens it or stands first", () => {
  const { builder, x } = b();
  const a = x("a", 3);
  const [zero, one] = [builder.scalar(0), builder.scalar(1)];
  const wideOne = builder.literal(Float32Array.of(1), [1, 1], "float32");
  const op = (name: "add" | "sub" | "mul" | "div", p: Node, q: Node) => builder.op(name, [p, q]);
  expect(
    optimised(
      op("mul", a, one),
      op("mul", one, a),
      op("div", a, one),
      op("add", zero, a),
      op("sub", a, zero),
    ),
  ).toEqual(["a", "a", "a", "a", "a"]);
  expect(
    optimised(op("div", one, a), op("sub", zero, a), op("mul", a, wideOne), op("mul", a, zero)),
  ).toEqual(["div(1, a)", "sub(0, a)", "mul(a, 1)", "mul(a, 0)"]);
});

describe("matmul takes along", () => {
  test("transposes of the last two axes, on top of its own flags", () => {
    const { builder, x, mm } = b();
    const turn = (n: Node, ...perm: number[]) => builder.op("transpose", [n], { perm });
    const a = x("a", 2, 3, 4);
    const turned = turn(a, 0, 2, 1); // [2, 4, 3]
    expect(optimised(mm(turned, x("c", 2, 3, 5)), mm(turned, x("d", 2, 4, 5), true))).toEqual([
      "matmulᵀA(a, c)",
      "matmul(a, d)",
    ]);
    const [p, q] = [x("p", 3, 4), x("q", 5, 3)];
    expect(optimised(mm(turn(p, 1, 0), turn(q, 1, 0)))).toEqual(["matmulᵀAᵀB(p, q)"]);
  });

  test("no transpose that moves another axis", () => {
    const { builder, x, mm } = b();
    const a = builder.op("transpose", [x("a", 3, 2, 4)], { perm: [1, 0, 2] }); // [2, 3, 4]
    expect(optimised(mm(a, x("c", 2, 4, 5)))).toEqual(["matmul(transpose(a), c)"]);
  });

  test("a scalar factor, multiplied up, from either side", () => {
    const { builder, x, mm } = b();
    const product = mm(x("a", 2, 3), x("c", 3, 2));
    const twice = builder.op("mul", [builder.scalar(2), product]);
    expect(optimised(builder.op("mul", [twice, builder.scalar(0.25)]))).toEqual([
      "matmul alpha 0.5(a, c)",
    ]);
  });

  test("no factor when others read the product, when it is no literal, or when it widens", () => {
    const { builder, x, mm } = b();
    const product = mm(x("a", 2, 3), x("c", 3, 2));
    const half = builder.op("mul", [product, builder.scalar(0.5)]);
    expect(optimised(product, half)).toEqual(["matmul(a, c)", "mul(matmul(a, c), 0.5)"]);
    expect(optimised(builder.op("mul", [product, x("s")]))).toEqual(["mul(matmul(a, c), s)"]);
    const wide = builder.literal(Float32Array.of(3), [1, 1, 1], "float32");
    expect(optimised(builder.op("mul", [product, wide]))).toEqual(["mul(matmul(a, c), 3)"]);
  });

  test("a row or a matrix added to a plain product", () => {
    const { builder, x, mm } = b();
    const product = mm(x("a", 2, 3), x("c", 3, 4));
    expect(optimised(builder.op("add", [product, x("bias", 4)]))).toEqual(["matmul(a, c, bias)"]);
    expect(optimised(builder.op("add", [x("m", 2, 4), product]))).toEqual(["matmul(a, c, m)"]);
  });

  test("nothing added that is a column or a scalar, added to a stack, or to a product others read", () => {
    const { builder, x, mm } = b();
    const product = mm(x("a", 2, 3), x("c", 3, 4));
    const add = (p: Node, q: Node) => builder.op("add", [p, q]);
    expect(optimised(add(product, x("column", 2, 1)))).toEqual(["add(matmul(a, c), column)"]);
    expect(optimised(add(product, x("s")))).toEqual(["add(matmul(a, c), s)"]);
    const stack = mm(x("p", 2, 2, 3), x("q", 2, 3, 4));
    expect(optimised(add(stack, x("bias", 4)))).toEqual(["add(matmul(p, q), bias)"]);
    expect(optimised(product, add(product, x("bias", 4)))).toEqual([
      "matmul(a, c)",
      "add(matmul(a, c), bias)",
    ]);
  });

  test("one sum alone: the second stays an addition", () => {
    const { builder, x, mm } = b();
    const biased = builder.op("add", [mm(x("a", 2, 3), x("c", 3, 4)), x("bias", 4)]);
    expect(optimised(builder.op("add", [biased, x("m", 2, 4)]))).toEqual([
      "add(matmul(a, c, bias), m)",
    ]);
  });

  test("a sum that meets the product behind a reshape", () => {
    const { builder, x, mm } = b();
    const rows = builder.op("reshape", [mm(x("a", 6, 3), x("c", 3, 4))], { shape: [2, 3, 4] });
    expect(optimised(builder.op("add", [rows, x("m", 2, 3, 4)]))).toEqual([
      "reshape(matmul(a, c, reshape(m)))",
    ]);
  });
});

/** A random program of two-dimensional operators with much for the passes to do. */
function randomGraph(seed: number): Graph {
  const { builder, x, mm } = b();
  const random = randomFrom(seed);
  const n = 3;
  const pool = [x("x0", n, n), x("x1", n, n), x("x2", n, n)];
  const any = () => pool[Math.floor(random() * pool.length)]!;
  const coin = () => random() < 0.5;
  const scalar = () => builder.scalar([0, 1, 0.5, -1][Math.floor(random() * 4)]!);
  const view = (node: Node, ...shape: number[]) => builder.op("reshape", [node], { shape });
  const makers: Array<() => Node> = [
    () => mm(any(), any(), coin(), coin()),
    () => builder.op("transpose", [any()], { perm: coin() ? [1, 0] : [0, 1] }),
    () => builder.op(coin() ? "mul" : "add", coin() ? [any(), scalar()] : [scalar(), any()]),
    () => builder.op("add", [any(), any()]),
    () => builder.op("tanh", [any()]),
    () => builder.op("add", [mm(any(), any()), x("row", n)]),
    () => view(builder.op("add", [view(any(), 1, n, n), view(any(), 1, n, n)]), n, n),
    () => builder.op("div", [any(), builder.scalar(coin() ? 1 : 4)]),
  ];
  for (let i = 0; i < 30; i++) pool.push(makers[Math.floor(random() * makers.length)]!());
  const outputs = pool.slice(-4).map((node, i) => [`o${i}`, builder.op("tanh", [node])] as const);
  return { outputs: Object.fromEntries(outputs) };
}

async function evaluate(graph: Graph, seed: number): Promise<Record<string, Float32Array>> {
  const { model, inputs } = emitOnnx(graph);
  const session = await openSession("random", model, {
    provider: "cpu",
    threads: 1,
    weights: {},
    fuse: true,
  });
  const feeds = inputs.map(({ source, name, spec }) => {
    const { float } = arraysFrom(seed + name.charCodeAt(1)); // the same numbers for the same name
    return [
      inputName(source, name),
      new ort.Tensor("float32", float(spec.shape).data as Float32Array, spec.shape),
    ];
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]),
  );
}

test("random graphs compute the same before and after, with no more matmuls", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const graph = randomGraph(seed);
    const better = optimise(graph);
    expect(liveNodes(better).length).toBeLessThanOrEqual(liveNodes(graph).length + 4);
    expect(count(better, "matmul"), `seed ${seed}`).toBeLessThanOrEqual(count(graph, "matmul"));
    const [before, after] = [await evaluate(graph, seed), await evaluate(better, seed)];
    for (const [name, values] of Object.entries(before)) {
      values.forEach((v, i) => {
        expect(after[name]![i]!, `seed ${seed}, ${name}`).toBeCloseTo(v, 4);
      });
    }
  }
});
