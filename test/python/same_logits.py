"""Loads a model directory and an adapter of cliptune's with transformers and peft, and compares them with `cliptune encode`.

    cliptune encode --model MODEL --adapter ADAPTER --tensors in.safetensors --out out.safetensors
    python same_logits.py MODEL ADAPTER in.safetensors out.safetensors

Not part of `npm test`, which needs no Python. Exit status 1 when a logit differs by more than 1e-4.
"""
import sys

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import CLIPModel

model_dir, adapter_dir, inputs_file, outputs_file = sys.argv[1:]
model = CLIPModel.from_pretrained(model_dir, dtype=torch.float32)
model = PeftModel.from_pretrained(model, adapter_dir).eval()
inputs = load_file(inputs_file)
ours = load_file(outputs_file)
with torch.no_grad():
    theirs = model(
        input_ids=inputs["input_ids"].long(),
        pixel_values=inputs["pixel_values"],
        attention_mask=inputs["attention_mask"].long(),
    )
worst = 0.0
for name in ("image_embeds", "text_embeds", "logits_per_image"):
    difference = (getattr(theirs, name) - ours[name]).abs().max().item()
    worst = max(worst, difference)
    print(f"{name}: largest difference {difference:.2e}")
sys.exit(worst > 1e-4)
