"""How long a step of training takes as it is, with PyTorch's fused attention, with products of 32 bits, and compiled.

Runs on the GPU or CPU at hand. Prints milliseconds of this machine and this hour, and ratios of times measured in turn,
for which they are meant.
"""

from __future__ import annotations

import argparse
import statistics
import time

import msgspec
import torch
from ablations import BFLOAT16, patched
from torch import Tensor
from torch.nn import functional as F

from models.config import preset
from models.decoder import Decoder
from training.defaults import BATCH, GPU_BATCH, LEARNING_RATE
from training.loop import compiled, losses_on
from training.optim import build_optimizers

SYMBOLS, DROPOUT = 60, 0.2
ROUNDS = 5


def fused(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
    """`models.decoder.attend` as PyTorch has it for every device."""
    return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, is_causal=mask is None)


KINDS: dict[str, dict[str, object]] = {
    "as it is": {},
    "fused attention": {"models.decoder.attend": fused},
    "32 bits": dict.fromkeys(BFLOAT16, lambda device: False),
}
"""Of a step: what stands in for what."""


class Step:
    """One decoder and its optimizers; `losses` is how it computes them."""

    def __init__(self, shape: str, batch: int, kind: str, is_compiled: bool, device: torch.device) -> None:
        config = msgspec.structs.replace(preset(shape, SYMBOLS), dropout=DROPOUT)
        torch.manual_seed(0)
        self.model = Decoder(config).to(device)
        self.optimizers = build_optimizers(self.model, LEARNING_RATE)
        self.ids = torch.randint(SYMBOLS, (batch, config.window), device=device)
        self.patches = KINDS[kind]
        with patched(self.patches):
            start = time.monotonic()
            losses = losses_on(device)
            self.losses = compiled(losses, self.model, self.ids) if is_compiled else losses
            self.compile_seconds = time.monotonic() - start

    def seconds(self, steps: int) -> float:
        """The time of a step."""
        with patched(self.patches):
            start = time.monotonic()
            for _ in range(steps):
                self.model.zero_grad()
                loss = self.losses(self.model, self.ids, self.ids)[1].mean()
                loss.backward()
                for optimizer in self.optimizers:
                    optimizer.step()
                loss.item()
            return (time.monotonic() - start) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", nargs="+", default=["small", "base", "large"])
    parser.add_argument("--steps", type=int, default=5, help="timed together")
    parser.add_argument("--batch", type=int, help=f"sequences in a step; default {GPU_BATCH} on a GPU, else {BATCH}")
    arguments = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    batch = arguments.batch or (GPU_BATCH if device.type == "cuda" else BATCH)
    print(f"{batch} sequences on {device.type}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    for shape in arguments.preset:
        kinds = [(kind, is_compiled) for kind in KINDS for is_compiled in (False, True)]
        trials = [Step(shape, batch, *kind, device) for kind in kinds]
        for trial in trials:
            trial.seconds(2)
        rounds = [[trial.seconds(arguments.steps) for trial in trials] for _ in range(ROUNDS)]
        for number, ((kind, is_compiled), trial) in enumerate(zip(kinds, trials, strict=True)):
            milliseconds = 1000 * statistics.median(times[number] for times in rounds)
            ratio = statistics.median(times[number] / times[0] for times in rounds)
            start = f", after {trial.compile_seconds:.0f} s of compiling" if is_compiled else ""
            name = f"{shape}, {kind}, {'compiled' if is_compiled else 'plain'}"
            print(f"{name:36} {milliseconds:8.1f} ms {ratio:6.2f}{start}")


if __name__ == "__main__":
    main()
