"""
Makes tiny-{f32,f16,bf16}.safetensors with the safetensors library: three tensors of hashed numbers (streams 0, 1, 2
of weights.ts times 4), so that our reader and our writer are compared with the reference implementation.
Run: python test/golden/make/safetensors_files.py
"""

import torch
from safetensors.torch import save_file

from common import GOLDEN, uniform

SHAPES = {"a.bias": (5,), "b.weight": (3, 7), "c.weight": (2, 2)}
DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}

if __name__ == "__main__":
    for key, dtype in DTYPES.items():
        tensors = {
            name: torch.tensor(4 * uniform(stream, torch.Size(shape).numel())).float().to(dtype).reshape(shape)
            for stream, (name, shape) in enumerate(SHAPES.items())
        }
        save_file(tensors, GOLDEN / f"tiny-{key}.safetensors", metadata={"format": "pt"})
