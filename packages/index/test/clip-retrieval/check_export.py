"""Reads what cliptune index export wrote with NumPy and pyarrow, and says what it found as JSON:
python check_export.py FOLDER"""

import glob
import json
import os
import sys
import numpy as np
import pyarrow.parquet as pq

found = {}
for path in sorted(glob.glob(os.path.join(sys.argv[1], "**", "*.*"), recursive=True)):
    name = os.path.relpath(path, sys.argv[1])
    if path.endswith(".npy"):
        vectors = np.load(path)
        norms = np.linalg.norm(vectors.astype(np.float32), axis=1)
        found[name] = {
            "dtype": str(vectors.dtype),
            "shape": list(vectors.shape),
            "norms": [round(float(norms.min()), 3), round(float(norms.max()), 3)],
        }
    else:
        table = pq.read_table(path)
        found[name] = {
            "schema": {field.name: str(field.type) for field in table.schema},
            "first": {key: str(value)[:60] for key, value in table.slice(0, 1).to_pylist()[0].items()},
            "rows": table.num_rows,
        }
print(json.dumps(found, indent=1))
