"""Where memory lies when the zygote starts to fork: each page that a child writes to is one that the kernel must copy.

Not here: how much memory a program may use (cell.py). Nothing depends on this but speed: where an allocator works
otherwise, some memory is taken in vain, and no more than MOST_PER_SIZE for each size.
"""

import gc
import sys

import kernel

# What pymalloc divides: pools of blocks of one size, in steps of 16 bytes up to 512. CPython, Objects/obmalloc.c
POOL = 16_384 if sys.version_info >= (3, 10) else 4_096
POOL_HEAD = 48
STEP, LARGEST_BLOCK, LARGEST_CHUNK = 16, 512, 1_040
BYTES_HEAD = bytes.__basicsize__
MOST_PER_SIZE = 1 << 17

_kept = []


def settle():
    """No garbage, no collector, and no holes: what a child allocates then lies side by side, in few pages."""
    gc.collect()
    _fill_chunks()
    _fill_pools()
    gc.freeze()
    gc.disable()


def _fill_pools():
    """Objects of each size, for good, until one is the first of a fresh pool."""
    makers = {STEP: object, 2 * STEP: lambda: len(_kept) + 0.5}
    for size in range(3 * STEP, LARGEST_BLOCK + 1, STEP):
        makers[size] = lambda room=size - BYTES_HEAD: bytes(room)
    for size, make in makers.items():
        for _ in range(MOST_PER_SIZE // size):
            one = make()
            _kept.append(one)
            if id(one) % POOL == POOL_HEAD:
                break


def _fill_chunks():
    """The same for the C library's allocator: until two chunks in a row are neighbours."""
    for chunk in range(2 * STEP, LARGEST_CHUNK, STEP):
        before = 0
        for _ in range(MOST_PER_SIZE // chunk):
            address = kernel.allocate(chunk - 8)
            if address - before == chunk:
                break
            before = address
