"""What so many minutes of training give on tiny Shakespeare: our decoder and recipe beside a plain GPT-2 with AdamW.

Both have the same layers, width, heads and window, the same text, time and cores, and are measured alike: nats a
character over the whole validation split. Prints a table, and writes JSON with --json FILE.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from bench_text import BenchText, run
from gpt2 import GPT2
from torch.optim import AdamW, Optimizer

from models.config import DecoderConfig
from models.decoder import Decoder
from models.files import replacing
from training.defaults import LEARNING_RATE
from training.optim import build_optimizers
from training.run_config import TrainConfig

SHAPES = {
    2: {"window": 64, "layers": 4, "heads": 4, "width": 96, "dropout": 0.0},
    20: {"window": 128, "layers": 4, "heads": 4, "width": 192, "dropout": 0.1},
    60: {"window": 256, "layers": 6, "heads": 4, "width": 192, "dropout": 0.2},
}
"""The shape for a run of at most so many minutes."""
BATCH = 16
GPT2_RATE = 1e-3
"""The learning rate of nanoGPT's documented configurations for this text."""


def shape_for(minutes: float) -> dict[str, float]:
    return next((shape for most, shape in SHAPES.items() if minutes <= most), SHAPES[max(SHAPES)])


def plain(config: DecoderConfig) -> tuple[GPT2, list[Optimizer]]:
    model = GPT2(config)
    matrices = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim != 2]
    groups = [
        {"params": matrices, "weight_decay": 0.1, "peak": GPT2_RATE},
        {"params": others, "weight_decay": 0.0, "peak": GPT2_RATE},
    ]
    return model, [AdamW(groups, lr=GPT2_RATE, betas=(0.9, 0.99), fused=True)]


def ours(config: DecoderConfig) -> tuple[Decoder, list[Optimizer]]:
    model = Decoder(config)
    return model, build_optimizers(model, LEARNING_RATE)


def measure(name: str, text: BenchText, minutes: float, seed: int) -> dict[str, float | str]:
    config = DecoderConfig(vocab_size=len(text.tokenizer), positions="rotary", **shape_for(minutes))
    torch.manual_seed(seed)
    model, optimizers = ours(config) if name == "ours" else plain(config)
    started = time.monotonic()
    state, train_loss = run(model, optimizers, text.batches(config.window, BATCH, seed), TrainConfig(minutes=minutes))
    seconds = time.monotonic() - started
    characters = state.step * BATCH * config.window
    return {
        "model": name,
        "minutes": minutes,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "characters_seen": characters,
        "characters_per_second": round(characters / seconds),
        "train_loss": round(train_loss, 4),
        "validation_loss": round(text.loss(model, config.window), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, help="tiny Shakespeare; default: in the folder RUMI_CORPUS_DIR")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0, 10.0, 30.0], help="of training; each a pair")
    parser.add_argument("--only", choices=["ours", "plain"], help="leave the other out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="also write the results to this file")
    arguments = parser.parse_args()
    text = BenchText(arguments.text)
    print(f"{torch.get_num_threads()} threads")
    print(f"{'model':8}{'minutes':>8}{'params':>12}{'chars/s':>9}{'train':>9}{'valid':>9}")
    results = []
    for minutes in arguments.minutes:
        for name in [arguments.only] if arguments.only else ["ours", "plain"]:
            row = measure(name, text, minutes, arguments.seed)
            results.append(row)
            print(
                f"{row['model']:8}{minutes:8g}{row['parameters']:12,}{row['characters_per_second']:9,}"
                f"{row['train_loss']:9.4f}{row['validation_loss']:9.4f}",
                flush=True,
            )
    if arguments.json:
        with replacing(arguments.json) as temporary:
            temporary.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
