import * as tf from "@tensorflow/tfjs-core";
import { arraysFrom } from "./random-arrays.js";
import type { Case } from "./run-program.js";

const { float, int, bool } = arraysFrom(5);

const on = (inputs: Case["inputs"], run: Case["run"]): Case => ({ inputs, run });
const places = (shape: number[], ...data: number[]): Case["inputs"][number] => ({
  dtype: "int32",
  shape,
  data: Int32Array.from(data),
});

export const rowCases: Record<string, readonly Case[]> = {
  gather: [
    on([float([4, 3]), int([5], 0, 4)], (x, i) => tf.gather(x!, i as tf.Tensor1D)),
    on([float([2, 4, 3]), int([2, 2], 0, 4)], (x, i) => tf.gather(x!, i!, 1)),
    on([int([2, 4]), int([3], 0, 4)], (x, i) => tf.gather(x!, i!, -1)),
    on([bool([4]), int([], 0, 4)], (x, i) => tf.gather(x!, i!)),
    on([float([2, 4, 3]), int([2, 2], 0, 4)], (x, i) => tf.gather(x!, i!, 1, 1)),
    on([float([2, 3, 4, 2]), int([2, 5], 0, 4)], (x, i) => tf.gather(x!, i!, 2, 1)),
    on([int([2, 3, 4]), int([2, 3, 2], 0, 4)], (x, i) => tf.gather(x!, i!, -1, 2)),
  ],
  unsortedSegmentSum: [
    on([float([6, 3]), int([6], 0, 4)], (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 4)),
    // tfjs's cpu backend gives floats for integers, its others integers.
    on([int([6]), int([6], 0, 2)], (x, i) =>
      tf.cast(tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 5), "float32"),
    ),
    on([float([6, 2]), int([6], -3, 3)], (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 3)),
    on([float([5, 2, 2]), int([5], 0, 3)], (x, i) =>
      tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 3),
    ),
  ],
  oneHot: [
    on([int([5], 0, 3)], (i) => tf.oneHot(i!, 3)),
    on([int([2, 2], -1, 4)], (i) => tf.oneHot(i!, 3, 5, -1)),
    on([int([], 0, 3)], (i) => tf.oneHot(i!, 4, 1, 0, "float32")),
    on([int([3], 0, 3)], (i) => tf.oneHot(i!, 4, 1, 0, "bool")),
  ],
  gatherND: [
    on([float([3, 4, 2]), int([5, 1], 0, 3)], (x, i) => tf.gatherND(x!, i!)),
    on([float([3, 4, 2]), int([2, 3, 2], 0, 3)], (x, i) => tf.gatherND(x!, i!)),
    on([int([3, 4, 2]), int([6, 3], 0, 2)], (x, i) => tf.gatherND(x!, i!)),
  ],
  scatterND: [
    on([int([5, 1], 0, 4), float([5])], (i, x) => tf.scatterND(i!, x!, [4])),
    on([int([4, 1], 0, 3), float([4, 2, 2])], (i, x) => tf.scatterND(i!, x!, [3, 2, 2])),
    on([int([5, 2], 0, 3), int([5])], (i, x) => tf.scatterND(i!, x!, [3, 4])),
  ],
  tensorScatterUpdate: [
    on([float([6]), places([3, 1], 4, 0, 2), float([3])], (x, i, u) =>
      tf.tensorScatterUpdate(x!, i!, u!),
    ),
    on([int([3, 4]), places([2, 2], 2, 1, 0, 3), int([2])], (x, i, u) =>
      tf.tensorScatterUpdate(x!, i!, u!),
    ),
    on([float([4, 2, 2]), places([2, 1], 3, 1), float([2, 2, 2])], (x, i, u) =>
      tf.tensorScatterUpdate(x!, i!, u!),
    ),
  ],
  sparseToDense: [
    on([places([3], 0, 5, 2), float([3])], (i, x) => tf.sparseToDense(i!, x!, [6])),
    on([places([2, 2], 0, 1, 1, 1), int([2])], (i, x) =>
      tf.sparseToDense(i!, x!, [2, 3], tf.scalar(7, "int32")),
    ),
    on([places([3], 4, 1, 0), float([])], (i, x) => tf.sparseToDense(i!, x!, [5], 0.5)),
  ],
  bincount: [
    on([int([9], 0, 7), float([9])], (x, w) => tf.bincount(x as tf.Tensor1D, w as tf.Tensor1D, 5)),
    on([int([9], 0, 4)], (x) => tf.bincount(x as tf.Tensor1D, tf.tensor1d([], "int32"), 6)),
  ],
  denseBincount: [
    on([int([9], 0, 7), float([9])], (x, w) =>
      tf.denseBincount(x as tf.Tensor1D, w as tf.Tensor1D, 5),
    ),
    on([int([3, 5], 0, 6), float([3, 5])], (x, w) =>
      tf.denseBincount(x as tf.Tensor2D, w as tf.Tensor2D, 4),
    ),
    on([int([3, 5], 0, 6)], (x) =>
      tf.denseBincount(x as tf.Tensor2D, tf.tensor2d([], [0, 0], "float32"), 4, true),
    ),
  ],
  searchSorted: (["left", "right"] as const).map((side) =>
    on([places([2, 4], 1, 3, 3, 7, 0, 2, 4, 4), int([2, 6], -1, 9)], (s, x) =>
      tf.searchSorted(s!, x!, side),
    ),
  ),
};
