"""What each choice of the recipe is worth: training without it, for the same processor time, on tiny Shakespeare.

Each variant changes one thing of the shape `small`. The steps of the recipe are as many as fit into the given seconds
of processor time; those of a variant follow from how its steps compare with the recipe's, timed in turn, so other work
on the machine does not change who wins. Prints the table and writes it into docs/experiments.md between its marks.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import torch
from bench_text import BenchText, run, seconds_per_step
from gpt2 import GPT2
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW, Optimizer

from models.config import DecoderConfig, preset
from models.decoder import Decoder
from models.files import replacing
from training.defaults import BATCH, LEARNING_RATE
from training.optim import BETAS, WEIGHT_DECAY, build_optimizers
from training.run_config import TrainConfig

PAGE = Path(__file__).parent.parent / "docs" / "experiments.md"
ROUNDS = 3
"""Of timing a variant and the recipe in turn."""
BFLOAT16 = "training.loop.multiplies_bfloat16", "training.optim.multiplies_bfloat16"
"""Where it is asked whether a processor multiplies 16-bit floats."""
BEGIN, END = "<!-- ablations -->", "<!-- end of ablations -->"


def adamw(model: nn.Module) -> list[Optimizer]:
    """AdamW for every parameter."""
    matrices = [p for name, p in model.named_parameters() if name.startswith("blocks.") and p.ndim == 2]
    others = [p for name, p in model.named_parameters() if not (name.startswith("blocks.") and p.ndim == 2)]
    groups = [
        {"params": matrices, "weight_decay": WEIGHT_DECAY, "peak": 2e-3},
        {"params": others, "weight_decay": 0.0, "peak": 2e-3},
    ]
    return [AdamW(groups, lr=2e-3, betas=BETAS, fused=True)]


def recipe_optimizers(model: nn.Module) -> list[Optimizer]:
    return build_optimizers(model, LEARNING_RATE)


def muon_at(rate: float) -> Callable[[nn.Module], list[Optimizer]]:
    return lambda model: build_optimizers(model, rate)


def together(model: nn.Module) -> list[Optimizer]:
    """Queries, keys and values of a block orthogonalised as one matrix."""
    muon, adam = recipe_optimizers(model)
    muon.param_groups[0]["parts"] = 1
    return [muon, adam]


class Average:
    """The mean of the weights over the last steps, in the place of an optimizer: it steps after the others."""

    param_groups: tuple[dict[str, Any], ...] = ()

    def __init__(self, model: nn.Module) -> None:
        self.model = torch.optim.swa_utils.AveragedModel(
            model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.98)
        )
        self.trained = model

    def step(self) -> None:
        self.model.update_parameters(self.trained)

    def state_dict(self) -> dict[str, dict[str, Any]]:
        return {"state": {}}


def averaged(model: nn.Module) -> list[Any]:
    return [*recipe_optimizers(model), Average(model)]


class Ngrams(nn.Module):
    """Character embeddings with an exact table of pairs and a hashed table of triples added, all zero at first."""

    ROWS = 16_384

    def __init__(self, characters: nn.Embedding) -> None:
        super().__init__()
        count, width = characters.weight.shape
        self.count, self.characters = count, characters
        self.pairs, self.triples = nn.Embedding(count * count, width), nn.Embedding(self.ROWS, width)
        nn.init.zeros_(self.pairs.weight)
        nn.init.zeros_(self.triples.weight)

    def forward(self, ids: Tensor) -> Tensor:
        before, second = F.pad(ids, (1, 0))[:, :-1], F.pad(ids, (2, 0))[:, :-2]
        pairs = ids + self.count * before
        triples = (pairs + self.count**2 * second) * 2_654_435_761 % self.ROWS
        return self.characters(ids) + self.pairs(pairs) + self.triples(triples)


def with_ngrams(config: DecoderConfig) -> Decoder:
    model = Decoder(config)
    model.embedding = Ngrams(model.embedding)  # type: ignore[assignment]
    return model


def without_zeros(config: DecoderConfig) -> Decoder:
    """What writes into the stream starts normal, as the other matrices do."""
    model = Decoder(config)
    for name, matrix in model.named_parameters():
        if name.endswith(("out.weight", "down.weight")):
            nn.init.normal_(matrix, std=matrix.shape[1] ** -0.5)
    return model


def compiled(config: DecoderConfig) -> Decoder:
    model = Decoder(config)
    model.compile(dynamic=False)
    return model


def give_memory_back() -> None:
    """What glibc does by itself (mallopt(3)): large tensors go back to the system when they are freed."""
    library = ctypes.CDLL(None)
    library.mallopt(-4, 65_536)  # M_MMAP_MAX
    library.mallopt(-3, 128 << 10)  # M_MMAP_THRESHOLD
    library.mallopt(-1, 128 << 10)  # M_TRIM_THRESHOLD


@dataclass(frozen=True)
class Variant:
    """One thing changed."""

    name: str
    shape: dict[str, Any] = field(default_factory=dict)
    build: Callable[[DecoderConfig], nn.Module] = Decoder
    optimizers: Callable[[nn.Module], list[Any]] = recipe_optimizers
    batch: int = BATCH
    patches: dict[str, Any] = field(default_factory=dict)


VARIANTS = [
    Variant("the recipe"),
    Variant("plain GPT-2 shape and AdamW", build=GPT2, optimizers=adamw),
    Variant("AdamW for all parameters", optimizers=adamw),
    Variant("queries, keys, values orthogonalised together", optimizers=together),
    Variant("3 steps of orthogonalisation, not 5", patches={"training.optim.ORTHOGONALISATION_STEPS": 3}),
    Variant("products of 32 bits, not 16", patches=dict.fromkeys(BFLOAT16, lambda device: False)),
    Variant("half the learning rate", optimizers=muon_at(LEARNING_RATE / 2)),
    Variant("twice the learning rate", optimizers=muon_at(LEARNING_RATE * 2)),
    Variant("no fall of the learning rate", patches={"training.loop.schedule": lambda done: min(1.0, done / 0.02)}),
    Variant("batch of 4 sequences", batch=BATCH // 2),
    Variant("batch of 16 sequences", batch=BATCH * 2),
    Variant("window of 128, 16 sequences", shape={"window": 128}, batch=BATCH * 2),
    Variant("learned positions, not rotary", shape={"positions": "learned"}),
    Variant("rotary base 10,000, not 1,000", patches={"models.decoder.ROTARY_BASE": 10_000.0}),
    Variant("no zero initialisation in the blocks", build=without_zeros),
    Variant("dropout 0.1", shape={"dropout": 0.1}),
    Variant(
        "dropout 0.1, a number drawn for each value", {"dropout": 0.1}, patches={"models.decoder.drop_out": F.dropout}
    ),
    Variant("freed memory given back", patches={"training.loop.keep_freed_memory": give_memory_back}),
    Variant("tried: averaged weights (0.98 a step)", optimizers=averaged),
    Variant("tried: tables of pairs and triples", build=with_ngrams),
    Variant("tried: torch.compile, start not counted", build=compiled),
]


@contextlib.contextmanager
def patched(patches: dict[str, Any]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for name, value in patches.items():
            stack.enter_context(patch(name, value))
        yield


class Trial:
    """A variant, built and ready to train."""

    def __init__(self, variant: Variant, text: BenchText) -> None:
        self.variant, self.text = variant, text
        self.config = msgspec.structs.replace(preset("small", len(text.tokenizer)), **variant.shape)
        self.batches = text.batches(self.config.window, variant.batch, seed=0)
        with patched(variant.patches):
            torch.manual_seed(0)
            self.model = variant.build(self.config)
            self.optimizers = variant.optimizers(self.model)

    def seconds_per_step(self) -> float:
        with patched(self.variant.patches):
            return seconds_per_step(self.model, self.optimizers, self.batches)

    def train(self, steps: int) -> tuple[float, int]:
        """The validation loss, and the characters seen, after so many steps."""
        with patched(self.variant.patches):
            run(self.model, self.optimizers, self.batches, TrainConfig(steps=steps))
            last = self.optimizers[-1]
            measured = last.model.module if isinstance(last, Average) else self.model
            return self.text.loss(measured, self.config.window), steps * self.variant.batch * self.config.window


def cost(variant: Variant, text: BenchText) -> float:
    """The time of a variant's step in steps of the recipe."""
    pair = Trial(variant, text), Trial(VARIANTS[0], text)
    for trial in pair:
        trial.seconds_per_step()
    return statistics.median(pair[0].seconds_per_step() / pair[1].seconds_per_step() for _ in range(ROUNDS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, help="tiny Shakespeare; default: in the folder RUMI_CORPUS_DIR")
    parser.add_argument("--seconds", type=float, default=60.0, help="of processor time for each variant")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="variants whose names contain one of these")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    text = BenchText(arguments.text)
    wanted = [v for v in VARIANTS if not arguments.only or any(part in v.name for part in arguments.only)]
    rows = [
        f"| change, {arguments.seconds:g} s of one core | nats/char | worse by | characters seen |",
        "|---|---|---|---|",
    ]
    probe = Trial(VARIANTS[0], text)
    probe.seconds_per_step()
    steps = arguments.seconds / statistics.median(probe.seconds_per_step() for _ in range(ROUNDS))
    recipe, _ = Trial(VARIANTS[0], text).train(round(steps))
    print("\n".join(rows), flush=True)
    for variant in wanted:
        loss, characters = Trial(variant, text).train(max(1, round(steps / cost(variant, text))))
        rows.append(f"| {variant.name} | {loss:.4f} | {loss - recipe:+.4f} | {characters:,} |")
        print(rows[-1], flush=True)
    if not arguments.only:
        page = PAGE.read_text("utf-8")
        before, rest = page.split(BEGIN)
        _, after = rest.split(END)
        with replacing(PAGE) as temporary:
            temporary.write_text(f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
