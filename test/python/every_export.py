"""Trains an adapter of every kind with `cliptune train`, and compares what PEFT computes with it with `cliptune encode`.

    pip install torch==2.13.0 transformers==5.18.0 peft==0.21.0
    npm run build && python test/python/every_export.py [folder]

Three steps on the bundled signs each, a few minutes in all. Not part of `npm test`, which needs no Python. Exit status 1
when an element of an embedding differs by more than 1e-5, or a logit by more than 1e-4. What it printed on 2026-11-25 is in every_export.txt.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import CLIPModel

root = Path(__file__).parents[2]
work = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="every-export-"))
work.mkdir(parents=True, exist_ok=True)
cli = ["node", root / "packages/cli/bin/cliptune.cjs"]

kinds = {
    "plain": {},
    "all-linear": {"targets": "all-linear"},
    "rslora, rank and alpha by pattern": {
        "useRslora": True,
        "rankPattern": {"^text_model\\..*": 3},
        "alphaPattern": {"fc1": 5},
        "targets": ["q_proj", "fc1"],
    },
    "DoRA": {"useDora": True},
    "DoRA, rslora": {"useDora": True, "useRslora": True},
    "PiSSA": {"init": "pissa"},
    "PiSSA, rslora, by pattern": {
        "init": "pissa",
        "useRslora": True,
        "rankPattern": {"v_proj": 6},
        "alphaPattern": {"^vision_model\\..*": 3},
    },
    "bias all": {"bias": "all"},
    "bias lora_only": {"bias": "lora_only"},
    "projections saved whole": {"modulesToSave": ["visual_projection", "text_projection"]},
    "DoRA, bias all, a projection whole": {
        "useDora": True,
        "bias": "all",
        "modulesToSave": ["visual_projection"],
    },
    "each tower its own": {
        "image": {"rank": 6, "targets": ["q_proj", "v_proj"]},
        "text": {"rank": 2, "alpha": 8, "targets": ["fc1", "fc2"]},
    },
    "last block": {"lastBlocks": 1},
    "last block of one tower, PiSSA": {"image": {"lastBlocks": 1}, "init": "pissa"},
    "image tower only": {"mode": {"image": "lora", "text": "frozen"}},
}


def cliptune(*args):
    run = subprocess.run([*map(str, cli), *map(str, args)], capture_output=True, text=True, cwd=work)
    if run.returncode != 0:
        sys.exit(f"cliptune {' '.join(map(str, args))} failed:\n{run.stderr}")


def inputs_for(model):
    """Random pixels and token ids, each row with its end."""
    torch.manual_seed(0)
    config = model.config
    ids = torch.randint(3, 500, (4, config.text_config.max_position_embeddings))
    ids[:, 0] = config.text_config.bos_token_id
    for row, end in enumerate((3, 7, 11, 15)):
        ids[row, end:] = config.text_config.eos_token_id
    size = config.vision_config.image_size
    mask = torch.ones_like(ids)
    tensors = {"input_ids": ids.int(), "attention_mask": mask.int(), "pixel_values": torch.randn(4, 3, size, size)}
    save_file(tensors, work / "inputs.safetensors")
    return tensors


def embeddings(model, tensors):
    with torch.no_grad():
        return model(
            input_ids=tensors["input_ids"].long(),
            pixel_values=tensors["pixel_values"],
            attention_mask=tensors["attention_mask"].long(),
        )


def largest(one, other, names):
    return max((one[name] - other[name]).abs().max().item() for name in names)


worst = 0.0
embeds = ("image_embeds", "text_embeds")
print(f"{'adapter':38} {'embeddings':>10} {'logits':>8} {'from the base':>13}")
for number, (kind, lora) in enumerate(kinds.items()):
    config = {
        "data": {"train": [{"set": "signs", "split": "train", "share": 0.1}]},
        "batchSize": 16,
        "steps": 3,
        "mode": lora.get("mode", "lora"),
        "lora": {"rank": 4, "alpha": 8, **{key: value for key, value in lora.items() if key != "mode"}},
        "optimizer": {"learningRate": 0.02, "warmup": 0},
    }
    (work / f"{number}.json").write_text(json.dumps(config))
    cliptune("train", f"{number}.json", "--out", f"run{number}")
    adapter = work / f"run{number}/best"
    model_dir = json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"]
    base = CLIPModel.from_pretrained(model_dir, dtype=torch.float32).eval()
    tensors = inputs_for(base)
    before = embeddings(base, tensors)
    cliptune("encode", "--model", model_dir, "--adapter", adapter, "--tensors", "inputs.safetensors", "--out", "out.safetensors")
    ours = load_file(work / "out.safetensors")
    theirs = embeddings(PeftModel.from_pretrained(base, adapter).eval(), tensors)
    near, logits = largest(theirs, ours, embeds), largest(theirs, ours, ("logits_per_image",))
    print(f"{kind:38} {near:10.1e} {logits:8.1e} {largest(theirs, before, embeds):13.2f}", flush=True)
    worst = max(worst, near, logits / 10)
sys.exit(worst > 1e-5)
