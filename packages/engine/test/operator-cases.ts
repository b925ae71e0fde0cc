import { elementwiseCases } from "./elementwise-cases.js";
import { reductionCases } from "./reduction-cases.js";
import { rowCases } from "./row-cases.js";
import type { Case } from "./run-program.js";
import { matrixCases, shapeCases } from "./shape-cases.js";
import { windowCases } from "./window-cases.js";

/** Every operator's uses, by group and operator. */
export const operatorCases: Readonly<Record<string, Readonly<Record<string, readonly Case[]>>>> = {
  elementwiseCases,
  reductionCases,
  shapeCases,
  rowCases,
  matrixCases,
  windowCases,
};
