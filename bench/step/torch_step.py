"""The same step in plain PyTorch (any version from 1.13): prints one JSON object.

CLIP ViT-B/32 with random weights, LoRA of rank 16 on q, k, v and out of both towers, batch 8 unless given, 77 tokens;
forward, backward of the adapters alone, AdamW. Nothing that transformers and peft would do is left out;
with --peft it is they that do it. Inputs are on the device before the first step.
"""

import argparse
import json
import os
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

flags = argparse.ArgumentParser()
flags.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
flags.add_argument("--steps", type=int, default=5)
flags.add_argument("--batch", type=int, default=8)
flags.add_argument("--peft", action="store_true")
flags.add_argument("--device", default="cpu", help="cpu or cuda")
flags.add_argument("--precision", default="float32", choices=["float32", "tf32", "bf16"], help="bf16 by autocast")
flags.add_argument("--compile", action="store_true", help="by torch.compile")
options = flags.parse_args()

torch.manual_seed(0)
torch.set_num_threads(options.threads)
torch.backends.cuda.matmul.allow_tf32 = options.precision == "tf32"
BATCH = options.batch
LENGTH, RANK, SIDE, PATCH, VOCABULARY, DIMENSION = 77, 16, 224, 32, 49408, 512


class LoraLinear(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.base = nn.Linear(size, size).requires_grad_(False)
        self.a = nn.Parameter(torch.randn(RANK, size) / size)
        self.b = nn.Parameter(torch.randn(size, RANK) / 100)

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.a), self.b)


class Block(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)
        self.q, self.k, self.v, self.out = (LoraLinear(size) for _ in range(4))
        self.up, self.down = nn.Linear(size, 4 * size), nn.Linear(4 * size, size)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, mask):
        y = self.norm1(x)
        q, k, v = self.split(self.q(y)), self.split(self.k(y)), self.split(self.v(y))
        scores = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5
        y = torch.softmax(scores if mask is None else scores + mask, -1) @ v
        x = x + self.out(y.transpose(1, 2).reshape(x.shape))
        y = self.up(self.norm2(x))
        return x + self.down(y * torch.sigmoid(1.702 * y))


class Clip(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 768, PATCH, PATCH, bias=False)
        self.cls = nn.Parameter(torch.randn(768))
        self.places = nn.Parameter(torch.randn((SIDE // PATCH) ** 2 + 1, 768))
        self.before, self.after = nn.LayerNorm(768), nn.LayerNorm(768)
        self.tokens = nn.Embedding(VOCABULARY, 512)
        self.positions = nn.Parameter(torch.randn(77, 512))
        self.last = nn.LayerNorm(512)
        self.vision = nn.ModuleList(Block(768, 12) for _ in range(12))
        self.text = nn.ModuleList(Block(512, 8) for _ in range(12))
        self.project_image = nn.Linear(768, DIMENSION, bias=False)
        self.project_text = nn.Linear(512, DIMENSION, bias=False)

    def forward(self, pixels, ids):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), 1, -1), x], 1) + self.places
        x = self.before(x)
        for block in self.vision:
            x = block(x, None)
        image = self.project_image(self.after(x[:, 0]))
        y = self.tokens(ids) + self.positions[: ids.shape[1]]
        mask = torch.full((ids.shape[1], ids.shape[1]), -3e38).triu(1)
        for block in self.text:
            y = block(y, mask)
        text = self.project_text(self.last(y)[torch.arange(len(ids)), ids.argmax(-1)])
        return F.normalize(image, dim=-1), F.normalize(text, dim=-1)


def peft_model():
    from peft import LoraConfig, get_peft_model
    from transformers import CLIPConfig, CLIPModel

    targets = ["q_proj", "k_proj", "v_proj", "out_proj"]
    return get_peft_model(CLIPModel(CLIPConfig()), LoraConfig(r=RANK, lora_alpha=RANK, target_modules=targets))


def plain_model():
    model = Clip()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.endswith((".a", ".b")))
    return model


model = (peft_model() if options.peft else plain_model()).to(options.device)
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-5)
pixels = torch.randn(BATCH, 3, SIDE, SIDE, device=options.device)
ids = torch.randint(0, 6000, (BATCH, LENGTH), device=options.device)
ids[:, -1] = VOCABULARY - 1
target = torch.arange(BATCH, device=options.device)
run = torch.compile(model) if options.compile else model


def step():
    with torch.autocast(options.device, dtype=torch.bfloat16, enabled=options.precision == "bf16"):
        if options.peft:
            logits = run(input_ids=ids, pixel_values=pixels).logits_per_image
        else:
            image, text = run(pixels, ids)
            logits = 20 * image @ text.T
    logits = logits.float()
    loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def wait():
    if options.device == "cuda":
        torch.cuda.synchronize()


begun = time.perf_counter()
step()
wait()
first = time.perf_counter() - begun
if options.device == "cuda":
    # A GPU is asked for all steps before the first is done: their mean is what one takes.
    for _ in range(4):
        step()
    wait()
    begun = time.perf_counter()
    for _ in range(options.steps):
        step()
    wait()
    taken, processor = (time.perf_counter() - begun) / max(1, options.steps), None
else:
    seconds, processors = [], []
    for _ in range(options.steps):
        begun, spent = time.perf_counter(), time.process_time()
        step()
        seconds.append(time.perf_counter() - begun)
        processors.append(time.process_time() - spent)
    taken, processor = statistics.median(seconds or [0]), min(processors or [0])
print(
    json.dumps(
        {
            "version": torch.__version__,
            "firstS": first,
            "stepS": taken,
            "pairsPerSecond": BATCH / taken if options.steps else None,
            "processorS": processor,
            "peakRssGB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
            "peakDeviceGB": torch.cuda.max_memory_allocated() / 1e9 if options.device == "cuda" else None,
        }
    )
)
