"""The engine beside llama.cpp: a step with the context full to the window, one thread each, in turn.

    pip install gguf    # and llama-bench of llama.cpp on the PATH: brew install llama.cpp, or its releases on GitHub
    python benchmarks/llama.py

Both compute decoders of the same layers, heads, width and window, of random weights. That of llama.cpp is of the Llama
kind: its feed-forward part has three matrices in place of two, so they are two thirds as high, to the next multiple of
32. It writes 64 ids, half of them before the window is full and half after, with the keys and values that it keeps by
itself (16 bits), and with 8 bits as ours. Prints microseconds of ours, and each way of llama.cpp as a multiple of them.
Where one of the two is missing only ours is measured, and how to get it is told.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from shutil import which

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
from contestants import Step, engine, random_decoder, sessions
from generation import SHAPES, median_times

from models.config import DecoderConfig

BENCH = "llama-bench"
STEPS = 64
PRECISIONS = ("Q8_0", "Q4_0")
CACHES = {"": (), ", 8-bit keys and values": ("-ctk", "q8_0", "-ctv", "q8_0", "-fa", "1")}
BLOCK = 32
"""Weights that share a scale in llama.cpp: matrices are as wide as some of these."""


def write_llama(path: Path, config: DecoderConfig, precision: str) -> None:
    """Writes a Llama of the same shape, of random weights, as a GGUF file."""
    from gguf import GGMLQuantizationType, GGUFWriter, quantize

    width, high = config.width, round(8 * config.width / 3 / BLOCK) * BLOCK
    writer, rng = GGUFWriter(path, "llama"), np.random.default_rng(0)
    writer.add_context_length(2 * config.window)
    writer.add_embedding_length(width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(high)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("none")
    kind = GGMLQuantizationType[precision]

    def add(name: str, rows: int, columns: int) -> None:
        weights = rng.normal(scale=columns**-0.5, size=(rows, columns)).astype(np.float32)
        writer.add_tensor(f"{name}.weight", quantize(weights, kind), raw_dtype=kind)

    def add_norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(width, dtype=np.float32))

    add("token_embd", config.vocab_size, width)
    for layer in range(config.layers):
        block = f"blk.{layer}"
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"{block}.{name}", width, width)
        add(f"{block}.ffn_gate", high, width)
        add(f"{block}.ffn_up", high, width)
        add(f"{block}.ffn_down", width, high)
        add_norm(f"{block}.attn_norm")
        add_norm(f"{block}.ffn_norm")
    add_norm("output_norm")
    add("output", config.vocab_size, width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def llama_seconds(path: Path, window: int, cache: Sequence[str]) -> float:
    """Seconds a step of llama.cpp takes, in a process of its own, with what tells it how keys and values are kept."""
    one_by_one = ("-t", "1", "-b", "1", "-ub", "1", "-r", "1")
    steps = ("-p", "0", "-n", str(STEPS), "-d", str(window - STEPS // 2))
    command = [BENCH, "-m", path, *one_by_one, *steps, *cache, "-o", "json"]
    done = subprocess.run(command, capture_output=True, check=True)
    return 1 / float(json.loads(done.stdout)[0]["avg_ts"])


def measure(config: DecoderConfig, ours: Step, rounds: int) -> dict[str, float]:
    """Seconds of a step by what takes it: medians of rounds in which each has its turn."""
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {} if missing() else {name: Path(folder) / f"{name}.gguf" for name in PRECISIONS}
        for name, path in paths.items():
            write_llama(path, config, name)
        for _ in range(rounds):
            times.setdefault("ours, 8 bits", []).append(median_times({"ours": ours}, 1)["ours"])
            for (name, path), (kept, cache) in product(paths.items(), CACHES.items()):
                times.setdefault(f"llama.cpp {name}{kept}", []).append(llama_seconds(path, config.window, cache))
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def missing() -> list[str]:
    """What llama.cpp cannot be measured without."""
    return ["pip install gguf"] * (find_spec("gguf") is None) + [f"{BENCH} of llama.cpp"] * (which(BENCH) is None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    for name, shape in SHAPES.items():
        decoder = random_decoder(*shape)
        times = measure(decoder.config, engine(sessions(decoder)["int8"], decoder.config.window), rounds)
        first, *others = times.items()
        print(
            f"{name}: {first[0]} {1e6 * first[1]:.0f} µs", *(f"{way} {t / first[1]:.2f}" for way, t in others), sep=", "
        )
    if missing():
        print(f"llama.cpp was not measured; what is missing: {', '.join(missing())}")


if __name__ == "__main__":
    main()
