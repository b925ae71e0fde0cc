"""Reads a run's wandb/ folder with Weights & Biases' own reader and compares every number with metrics.jsonl.

    pip install wandb==0.30.0
    cliptune train my.yaml --out runs/first        # with loggers: [wandb]
    python test/python/wandb_reads.py runs/first

Not part of `npm test`, which needs no Python: packages/trainer/test/wandb.test.ts reads the records itself. Nothing is sent.
Exit status 1 when a number is missing or differs, or a step comes twice.
"""
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

run = Path(sys.argv[1])
core = Path(importlib.util.find_spec("wandb").origin).parent / "bin/wandb-core"
(file,) = run.glob("wandb/offline-run-*/run-*.wandb")
shown = subprocess.run(
    [core, "leet", "-no-observability", "-inspect", "-run-file", file, run / "wandb"],
    capture_output=True, text=True, check=True,
).stdout


def flat(value, prefix):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{prefix}/{key}" if prefix else key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield prefix, value


expected = {}
for line in (run / "metrics.jsonl").read_text().splitlines():
    record = json.loads(line)
    groups = record["sets"] if record["type"] == "evaluation" else {"train": record}
    for name, value in flat(groups, ""):
        if name not in ("train/step", "train/seconds"):
            expected[name, record["step"]] = value

found, steps = {}, []
kinds = []
for part in re.split(r"^# record \d+: ", shown, flags=re.M)[1:]:
    kind = part.split("\n", 1)[0]
    kinds.append(kind)
    if kind != "history":
        continue
    row = {key: float(value) for key, value in re.findall(r'nested_key: "(.*)"\s+value_json: "(.*)"', part)}
    step = int(row.pop("_step"))
    steps.append(step)
    found.update({(name, step): value for name, value in row.items() if not name.startswith("_")})

wrong = [key for key, value in expected.items() if found.get(key) != value]
print(f"{len(kinds)} records: {', '.join(dict.fromkeys(kinds))}; {len(found)} numbers of {len(steps)} steps")
print(f"{len(wrong)} missing or different, {len(found.keys() - expected.keys())} of no record")
sys.exit(bool(wrong or found.keys() - expected.keys() or steps != sorted(set(steps))))
