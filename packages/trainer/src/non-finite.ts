import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import type { Batch } from "./batches.js";
import { writeFileAtomically } from "./disk.js";
import type { LoopParts } from "./plan.js";
import type { StepResult } from "./stepper.js";

/** How many of a batch's pairs the error names; the file has them all. */
const named = 5;

/**
 * Stops a run whose loss or gradient is no finite number, before anything of that step is saved.
 *
 * @param step counted from 1
 * @throws UserError naming the step, the batch's first pairs, and `non-finite-batch.json`, which lists all
 */
export async function checkFinite(
  { config, run }: LoopParts,
  step: number,
  { loss, gradNorm }: StepResult,
  { items }: Batch,
): Promise<void> {
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return;
  const path = join(run.dir, "non-finite-batch.json");
  // JSON has no NaN.
  const report = { step, loss: String(loss), gradNorm: String(gradNorm), items };
  await writeFileAtomically(path, `${JSON.stringify(report, null, 2)}\n`);
  const some = items.slice(0, named).map(({ file, caption }) => `  ${file} "${caption}"`);
  const more = items.length > named ? [`  and ${items.length - named} more: ${path}`] : [];
  const { learningRate } = config.optimizer;
  throw new UserError(
    [
      `Step ${step}: the loss is ${loss} and the gradient's norm ${gradNorm}; lower optimizer.learningRate (now ${learningRate}), or look at the batch's pairs. The checkpoints before it are in ${run.checkpoints}. The batch:`,
      ...some,
      ...more,
    ].join("\n"),
  );
}
