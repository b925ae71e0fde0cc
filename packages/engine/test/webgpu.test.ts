import { createEngine } from "@cliptune/engine";
import { describe, test } from "vitest";
import { findWebGpu } from "../../../test/repository/webgpu.js";
import { operatorCases } from "./operator-cases.js";
import { expectAgree, runCases, type Tolerance } from "./run-program.js";

const webgpu = await findWebGpu();
const cpu = await createEngine("cpu");

// WGSL asks less of these than 1e-5 (https://www.w3.org/TR/WGSL/#floating-point-accuracy): sin and cos within 2⁻¹¹ of 1.
const trigonometry: Tolerance = { relative: 1e-3, absolute: 2 ** -11 };
const tolerances: Readonly<Record<string, Tolerance>> = {
  sin: trigonometry,
  cos: trigonometry,
  tan: trigonometry,
  acos: trigonometry,
};

describe.skipIf(!webgpu).each(Object.entries(operatorCases))(
  "%s on onnx-webgpu equal tfjs's cpu backend",
  (_, group) => {
    test.each(Object.entries(group))("%s", async (name, cases) => {
      const [actual, expected] = [
        await runCases(webgpu!, cases, name),
        await runCases(cpu, cases, name),
      ];
      // Shaders may take it that infinities and NaN don't occur (the same section).
      expectAgree(actual, expected, { ...tolerances[name], finiteOnly: true });
    });
  },
);
