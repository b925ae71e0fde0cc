import { rmSync } from "node:fs";
import { createXlaEngine, UserError } from "@cliptune/engine";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { functionIndex } from "../dist/pjrt/api-table.js";
import {
  alive,
  batch,
  checksum,
  counting,
  f32,
  failNext,
  folder,
  nothing,
  plugin,
} from "./fake-plugin.js";

afterAll(() => rmSync(folder, { recursive: true }));

const total = (bytes: Uint8Array) => bytes.reduce((a, b) => a + b, 0);
const bytesOf = (...values: number[]) => total(new Uint8Array(Float32Array.from(values).buffer));

describe("on one device", () => {
  test("constants, state and inputs arrive as they are; state goes on from step to step", async () => {
    const engine = await createXlaEngine({ plugin });
    expect(engine.device).toBe("fake, Device of C, PJRT 0.115");
    const { program, state, dispose } = await counting(engine);
    const first = await program.step({ x: batch() });
    expect([...first["sum"]!.data]).toEqual(Array(2).fill(total(batch()) + bytesOf(10, 20)));
    const second = await program.step({ x: batch(50) });
    expect(second["sum"]!.data[0]).toBe(total(batch(50)) + bytesOf(11, 21));
    expect([...(await state.read())["count"]!.data]).toEqual([12, 22]);
    await state.write({ count: f32([2], Float32Array.of(-1, -2)) });
    await program.step({ x: batch() });
    expect([...(await state.read())["count"]!.data]).toEqual([0, -1]);
    await dispose();
    expect(alive()).toEqual(nothing);
  });

  test("nothing is left of 1,000 steps asked for before the last one's result is in", async () => {
    const engine = await createXlaEngine({ plugin, precision: "bf16" });
    const { program, state, dispose } = await counting(engine);
    await program.step({ x: batch() });
    const before = alive();
    let last: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < 1000; i++) {
      const next = program.step({ x: batch(i % 200) });
      await last;
      last = next;
    }
    await last;
    expect(alive()).toEqual(before);
    expect([...(await state.read())["count"]!.data]).toEqual([1011, 1021]);
    await dispose();
    expect(alive()).toEqual(nothing);
  });
});

describe("on two devices", () => {
  test("each gets its share of the batch, all constants and all state", async () => {
    const engine = await createXlaEngine({ plugin, devices: 2 });
    expect(engine.device).toBe("fake, 2 × Device of C, PJRT 0.115");
    const { program, state, dispose } = await counting(engine);
    await program.step({ x: batch() });
    const [first, second] = [batch().subarray(0, 6), batch().subarray(6)];
    expect([0, 1].map(checksum)).toEqual([first, second].map((x) => total(x) + bytesOf(10, 20)));
    await program.step({ x: batch() });
    expect([0, 1].map(checksum)).toEqual([first, second].map((x) => total(x) + bytesOf(11, 21)));
    expect([...(await state.read())["count"]!.data]).toEqual([12, 22]);
    await dispose();
    expect(alive()).toEqual(nothing);
  });

  test("more than there are is refused", async () => {
    const asked = createXlaEngine({ plugin, devices: 3 });
    await expect(asked).rejects.toThrow(UserError);
    await expect(asked).rejects.toThrow(/finds 2 devices on this machine; 3 were asked for/);
    expect(alive()).toEqual(nothing);
  });
});

describe("the plugin's errors are thrown with its words, and nothing is left of what failed", () => {
  afterEach(() => failNext(-1));

  test("while it compiles", async () => {
    const engine = await createXlaEngine({ plugin });
    failNext(functionIndex.Client_Compile);
    await expect(counting(engine)).rejects.toThrow(/count: .*XLA refuses it .*RESOURCE_EXHAUSTED/);
    await engine.dispose();
    expect(alive()).toEqual(nothing);
  });

  test.each([
    ["sends a batch", functionIndex.Client_BufferFromHostBuffer],
    ["runs", functionIndex.LoadedExecutable_Execute],
    ["reads a result", functionIndex.Buffer_ToHostBuffer],
  ])("while it %s; the next step works", async (_, index) => {
    const engine = await createXlaEngine({ plugin });
    const { program, dispose } = await counting(engine);
    await program.step({ x: batch() });
    const before = alive();
    failNext(index);
    const failed = program.step({ x: batch() });
    await expect(failed).rejects.toThrow(/count: the step failed in XLA, .*RESOURCE_EXHAUSTED/);
    expect(alive()).toEqual(before);
    await program.step({ x: batch() });
    await dispose();
    expect(alive()).toEqual(nothing);
  });

  test("what is asked of it once disposed says so", async () => {
    const engine = await createXlaEngine({ plugin });
    const { program, state, dispose } = await counting(engine);
    await dispose();
    await expect(program.step({ x: batch() })).rejects.toThrow(/count: the program was disposed/);
    await expect(state.read()).rejects.toThrow(/were disposed/);
  });
});
