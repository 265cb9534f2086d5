"""What a processor can do, and how it is asked to. Knows nothing of what is computed."""

from __future__ import annotations

import ctypes
import sys

import torch

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Names of glibc's `mallopt` (malloc.h)."""
_NEVER = 2**31 - 1


def multiplies_bfloat16(device: torch.device) -> bool:
    """Whether a GPU, or the processor (AVX512-BF16 or AMX), has products of bfloat16 in hardware."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def keep_freed_memory() -> None:
    """Tells the C library to use freed memory again rather than to give it back to the system.

    A step of training asks for the same hundreds of megabytes as the step before. By default glibc returns each large
    tensor when it is freed, and the system clears every page anew. Does nothing where the C library is another.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _NEVER)


def is_out_of_memory(error: Exception) -> bool:
    """Whether it was raised because memory was asked for that there is not, on a GPU or beside it."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)
