"""Runs the programs of `stablehlo-cases.mjs` with XLA's CPU compiler, which Python's jax brings, and compares.

    node packages/engine/bench/stablehlo-cases.mjs cases.jsonl
    pip install jax && python packages/engine/bench/stablehlo_check.py cases.jsonl

Programs for several devices run on as many host devices, so partitioning and XLA's collectives are checked without a
GPU. Prints the largest difference of each, relative to max(1, |value|); exit status 1 when one is out of bounds.
"""
import base64
import json
import os
import sys

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"

import jax
import ml_dtypes
import numpy as np
from jax._src.interpreters import mlir
from jax._src.lib import xla_client
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxlib.mlir import ir

TYPES = {"float32": np.float32, "int32": np.int32, "uint8": np.uint8, "bool": np.bool_}


def array(said: dict) -> np.ndarray:
    raw = base64.b64decode(said["data"])
    stored = np.uint8 if said["dtype"] == "bool" else TYPES[said["dtype"]]
    values = np.frombuffer(raw, stored).reshape(said["shape"]).astype(TYPES[said["dtype"]])
    return values.astype(ml_dtypes.bfloat16) if said.get("type") == "bf16" else values


def compiled(text: str, count: int):
    with mlir.make_ir_context():
        module = ir.Module.parse(text)
    devices = jax.devices()[:count]
    options = xla_client.CompileOptions()
    options.num_replicas, options.num_partitions = 1, count
    options.device_assignment = xla_client.DeviceAssignment.create(np.arange(count).reshape(1, count))
    options.executable_build_options.use_spmd_partitioning = count > 1
    options.executable_build_options.use_shardy_partitioner = count > 1
    return devices[0].client.compile_and_load(module, xla_client.DeviceList(tuple(devices)), options)


def run(case: dict) -> list[np.ndarray]:
    mesh = Mesh(np.array(jax.devices()[: case["devices"]]), ("rows",))
    placed = [
        jax.device_put(array(said), NamedSharding(mesh, PartitionSpec("rows") if said["isSplit"] else PartitionSpec()))
        for said in case["args"]
    ]
    results = compiled(case["text"], case["devices"]).execute_sharded(placed)
    return [np.asarray(shards[0]) for shards in results.disassemble_into_single_device_arrays()]


def difference(got: np.ndarray, wanted: np.ndarray) -> float:
    if got.shape != wanted.shape:
        return float("inf")
    a, b = got.astype(np.float64), wanted.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    error = np.where(same, 0, np.abs(a - b) / np.maximum(1, np.abs(b)))
    return float("inf") if np.isnan(error).any() else float(error.max(initial=0))


def main() -> int:
    print(f"jax {jax.__version__}, {len(jax.devices())} host devices")
    failures, operators = 0, 0.0
    for line in open(sys.argv[1], encoding="utf8"):
        case = json.loads(line)
        wanted = [array(said) for said in case["wanted"]]
        worst = max(difference(a, b) for a, b in zip(run(case), wanted, strict=True))
        failures += not worst < case["bound"]
        if not worst < case["bound"] or case["name"].startswith("training"):
            print(f"{case['name']}: {worst:.1e}{'' if worst < case['bound'] else ' FAILED'}")
        else:
            operators = max(operators, worst)
    print(f"operators: largest difference {operators:.1e}; {failures} failed")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
