"""One process of many, as `torchrun` starts them, or the only one. Knows nothing of models or text."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn

from models.errors import RumiError

PATIENCE = datetime.timedelta(days=1)
"""How long processes wait for each other: the leading one measures and writes while the others are done."""


@dataclass(frozen=True)
class World:
    """Which of the processes this is, and where it computes."""

    rank: int
    size: int
    device: torch.device

    @property
    def is_main(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def average_gradients(self, model: nn.Module) -> None:
        """Replaces each gradient by its mean over the processes."""
        if self.size > 1:
            for parameter in model.parameters():
                assert parameter.grad is not None
                dist.all_reduce(parameter.grad)
                parameter.grad.div_(self.size)

    def mean(self, value: float) -> float:
        """The mean of a number over the processes."""
        return self._reduce(value) / self.size

    def from_main(self, value: float) -> float:
        """The leading process's number, so that all decide alike."""
        return self._reduce(value if self.is_main else 0.0)

    def _reduce(self, value: float) -> float:
        if self.size == 1:
            return value
        number = torch.tensor(value, dtype=torch.float64, device=self.device)
        dist.all_reduce(number)
        return number.item()


@contextmanager
def join_world() -> Iterator[World]:
    """The world that `torchrun` set up in the environment: nccl with a GPU a process, else gloo on the CPU.

    Raises `RumiError` where there are GPUs, but not one for each process.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local_rank) if torch.cuda.is_available() else torch.device("cpu")
    if device.type == "cuda":
        if local_rank >= torch.cuda.device_count():
            raise RumiError(
                f"This machine has {torch.cuda.device_count()} GPUs, fewer than processes: start one for each, "
                "or hide the GPUs with CUDA_VISIBLE_DEVICES=''."
            )
        torch.cuda.set_device(device)
    if size == 1:
        yield World(0, 1, device)
        return
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield World(dist.get_rank(), size, device)
        dist.barrier()  # a process that ends right after its last message now and then aborts in gloo's own threads
    finally:
        dist.destroy_process_group()
