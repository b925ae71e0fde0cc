"""Takes the steps that `record.mjs` wrote down with XLA's CPU compiler, in float32 and in bf16, and compares the losses.

    pip install jax && python bench/gpu/replay.py run.jsonl
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packages/engine/bench"))

import jax
import numpy as np
from stablehlo_check import array, compiled

WINDOW = 10


def losses(lines: list[dict], precision: str) -> np.ndarray:
    programs, held, found = {}, {}, []
    for line in lines:
        name = line["name"]
        if "programs" in line:
            said = line["programs"][precision]
            programs[name] = (compiled(said["text"], 1), said)
            for argument in said["args"]:
                key = f"{argument['source']} {argument['name']}"
                if key in line["arrays"] and key not in held:
                    held[key] = jax.device_put(array({**argument, "data": line["arrays"][key]}))
            continue
        program, said = programs[name]
        given = [
            array({**argument, "data": line["inputs"][argument["name"]]})
            if argument["source"] == "input"
            else held[f"{argument['source']} {argument['name']}"]
            for argument in said["args"]
        ]
        results = program.execute_sharded([jax.device_put(x) for x in given])
        for key, (value,) in zip(said["results"], results.disassemble_into_single_device_arrays(), strict=True):
            if key.startswith("next:"):
                held[f"state {key.removeprefix('next:')}"] = value
            elif key == "output:loss":
                found.append(float(np.asarray(value)))
    return np.array(found)


def apart(a: np.ndarray, b: np.ndarray) -> str:
    def smooth(x: np.ndarray) -> np.ndarray:
        return np.convolve(x, np.ones(WINDOW) / WINDOW, "valid")

    steps, means = (np.abs(x / y - 1).max() for x, y in ((a, b), (smooth(a), smooth(b))))
    return f"at most {steps:.1e} of a step's loss, {means:.1e} of the mean of {WINDOW}"


def main() -> int:
    lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf8")]
    onnx = np.array([line["loss"] for line in lines if "loss" in line])
    float32, bf16 = (losses(lines, precision) for precision in ("float32", "bf16"))
    print(f"{len(onnx)} steps, loss {onnx[0]:.3f} to {onnx[-1]:.3f}")
    print(f"XLA in float32 against ONNX Runtime: {apart(float32, onnx)}")
    print(f"XLA in bf16 against float32: {apart(bf16, float32)}")
    return int(np.abs(bf16 / float32 - 1).max() > 0.01)


if __name__ == "__main__":
    sys.exit(main())
