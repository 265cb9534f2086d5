"""The engine beside llama.cpp: one step at the end of the window, one thread each, in turn in one process.

    pip install gguf llama-cpp-python    # the second builds llama.cpp for this processor, which takes some minutes
    python benchmarks/llama.py

Both compute decoders of the same layers, heads, width and window, of random weights. That of llama.cpp is of the Llama
kind: its feed-forward part has three matrices in place of two, so they are two thirds as high, to the next multiple of
32. Prints microseconds of ours, and each way of llama.cpp as a multiple of them. Without the two packages only ours is
measured, and how to get them is told.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
from contestants import Step, engine, random_decoder, sessions
from generation import SHAPES, median_times

from models.config import DecoderConfig

PACKAGES = {"gguf": "gguf", "llama_cpp": "llama-cpp-python"}
"""Modules, and what installs them."""
PRECISIONS = ("Q8_0", "Q4_0")
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


def llama(path: Path, window: int) -> Step:
    """llama.cpp with its context full to the window; the id that was read last is forgotten before each step."""
    import llama_cpp as api

    api.llama_log_set(api.llama_log_callback(lambda *_: None), None)
    model = api.Llama(str(path), n_ctx=2 * window, n_batch=window, n_threads=1, n_threads_batch=1, verbose=False)
    model.eval([9] * (window - 1))
    memory = api.llama_get_memory(model.ctx)
    batch = api.llama_batch_init(1, 0, 1)
    batch.n_tokens, batch.token[0], batch.pos[0] = 1, 9, window - 1
    batch.n_seq_id[0], batch.seq_id[0][0], batch.logits[0] = 1, 0, True

    def take() -> None:
        api.llama_memory_seq_rm(memory, 0, window - 1, -1)
        if api.llama_decode(model.ctx, batch):
            raise RuntimeError("llama.cpp cannot take the step")

    return take


def steps(config: DecoderConfig, ours: Step, folder: Path) -> Iterator[tuple[str, Step]]:
    """What can be measured here."""
    yield "ours, 8 bits", ours
    if not missing():
        for precision in PRECISIONS:
            path = folder / f"{precision}.gguf"
            write_llama(path, config, precision)
            yield f"llama.cpp {precision}", llama(path, config.window)


def missing() -> list[str]:
    """What is to be installed for llama.cpp."""
    return [package for module, package in PACKAGES.items() if find_spec(module) is None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    for name, shape in SHAPES.items():
        decoder = random_decoder(*shape)
        with tempfile.TemporaryDirectory() as folder:
            ours = engine(sessions(decoder)["int8"], decoder.config.window)
            times = median_times(dict(steps(decoder.config, ours, Path(folder))), rounds)
        first, *others = times.items()
        print(
            f"{name}: {first[0]} {1e6 * first[1]:.0f} µs", *(f"{way} {t / first[1]:.2f}" for way, t in others), sep=", "
        )
    if missing():
        print(f"Of llama.cpp nothing was measured: pip install {' '.join(missing())}")


if __name__ == "__main__":
    main()
