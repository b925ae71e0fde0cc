"""Writes embeddings as clip-retrieval's writer does (np.save and pandas.to_parquet), in two parts whose
names sort otherwise than their numbers: python make.py"""

import os
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(0)
for name in ("img_emb", "text_emb", "metadata"):
    os.makedirs(os.path.join(here, name), exist_ok=True)
start = 0
for part, rows in (("2", 5), ("10", 3)):
    for name in ("img_emb", "text_emb"):
        vectors = rng.standard_normal((rows, 8)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        np.save(os.path.join(here, name, f"{name}_{part}.npy"), vectors.astype(np.float16))
    numbers = range(start, start + rows)
    table = pa.table(
        {
            "image_path": [f"shard/{i:04d}.jpg" for i in numbers],
            "caption": [f"caption {i}" for i in numbers],
            "width": pa.array([100 + i for i in numbers], pa.int64()),
            "similarity": pa.array([None if i == 1 else i / 8 for i in numbers], pa.float64()),
            "status": ["success"] * rows,
        }
    )
    pq.write_table(table, os.path.join(here, "metadata", f"metadata_{part}.parquet"))
    start += rows
