"""ViT-B/32, B/16 and L/14 with random weights, saved by transformers, must embed alike here.

    npm run build && python bench/full_size.py [B/32 B/16 L/14]

Needs torch, transformers and safetensors, and some 4 GB of memory for L/14. Prints a line a shape; exit status 1 when an
embedding differs by more than 1e-4.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel

ROOT = Path(__file__).resolve().parent.parent
BASE_TEXT = dict(hidden_size=512, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=8)
BASE_VISION = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)
SHAPES = {
    "B/32": dict(text=BASE_TEXT, vision=dict(BASE_VISION, patch_size=32), projection_dim=512),
    "B/16": dict(text=BASE_TEXT, vision=dict(BASE_VISION, patch_size=16), projection_dim=512),
    "L/14": dict(
        text=dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12),
        vision=dict(
            hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, patch_size=14
        ),
        projection_dim=768,
    ),
}
START, END, LENGTH = 49406, 49407, 77
LIMIT = 1e-4


def random_inputs(n: int) -> dict[str, torch.Tensor]:
    """Pictures of noise, and texts of 5 to 75 tokens that end in end-of-text, padded with it."""
    ids = torch.full((n, LENGTH), END, dtype=torch.int32)
    mask = torch.zeros((n, LENGTH), dtype=torch.int32)
    for row in range(n):
        words = 5 + (70 * row) // max(1, n - 1)
        ids[row, 0] = START
        ids[row, 1 : 1 + words] = torch.randint(1, START, (words,), dtype=torch.int32)
        mask[row, : words + 2] = 1
    return {"pixel_values": torch.randn(n, 3, 224, 224), "input_ids": ids, "attention_mask": mask}


def largest_difference(name: str, folder: Path) -> float:
    torch.manual_seed(0)
    shape = SHAPES[name]
    config = CLIPConfig(
        text_config=shape["text"], vision_config=shape["vision"], projection_dim=shape["projection_dim"]
    )
    model = CLIPModel(config).eval()
    model.save_pretrained(folder / "model", safe_serialization=True)
    inputs = random_inputs(4)
    save_file(inputs, folder / "in.safetensors")
    command = ["node", ROOT / "packages/cli/bin/cliptune.cjs", "encode", "--model", folder / "model"]
    command += ["--tensors", folder / "in.safetensors", "--out", folder / "out.safetensors"]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    ours = load_file(folder / "out.safetensors")
    with torch.no_grad():
        theirs = model(
            input_ids=inputs["input_ids"].long(),
            pixel_values=inputs["pixel_values"],
            attention_mask=inputs["attention_mask"].long(),
        )
    names = ("image_embeds", "text_embeds")
    return max((getattr(theirs, key) - ours[key]).abs().max().item() for key in names)


def main() -> int:
    print(f"torch {torch.__version__}, transformers {transformers.__version__}")
    worst = 0.0
    for name in sys.argv[1:] or SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            difference = largest_difference(name, Path(folder))
        worst = max(worst, difference)
        print(f"ViT-{name}: largest difference of an embedding {difference:.1e}, at most {LIMIT:.0e} is allowed")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
