"""Reads a run's tensorboard/ folder with TensorBoard's own reader and compares every number with metrics.jsonl.

    pip install tensorboard==2.21.0
    cliptune train my.yaml --out runs/first        # with loggers: [tensorboard]
    python test/python/tensorboard_reads.py runs/first

Not part of `npm test`, which needs no Python: packages/trainer/test/loggers.test.ts reads the records itself. TensorBoard checks
both checksums of each record. Exit status 1 when a number is missing, is there twice, or differs by more than float32 does.
"""
import json
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = Path(sys.argv[1])


def flat(value, prefix):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield prefix, value


expected = {}
for line in (run / "metrics.jsonl").read_text().splitlines():
    record = json.loads(line)
    step = record["step"]
    groups = record["sets"] if record["type"] == "evaluation" else {"train": record}
    for group, numbers in groups.items():
        for name, value in flat(numbers, ""):
            if group == "train" and name in ("step", "seconds"):
                continue
            expected[f"{group}/{name}", step] = value

reader = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
reader.Reload()
found = {}
times = []
for tag in reader.Tags()["scalars"]:
    for event in reader.Scalars(tag):
        assert (tag, event.step) not in found, f"{tag} has step {event.step} twice"
        found[tag, event.step] = event.value
        times.append((event.step, event.wall_time))

missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
worst = max(
    (abs(found[key] - value) / max(1e-30, abs(value)) for key, value in expected.items() if key in found and value != 0),
    default=0.0,
)
forward = all(a[1] <= b[1] for a, b in zip(sorted(times), sorted(times)[1:]) if a[0] < b[0])
print(f"{len(reader.Tags()['scalars'])} tags, {len(found)} numbers; {len(missing)} missing, {len(extra)} of no record")
print(f"largest relative difference {worst:.1e}; wall times go forward: {forward}")
print(f"file version {reader.file_version}, first event at {reader.FirstEventTimestamp():.0f}")
sys.exit(bool(missing or extra or worst > 1e-6 or not forward))
