# The graph, run by onnxruntime, against the same computed plainly by numpy.

from __future__ import annotations

import json
import math
import os
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import load_file, save_file
from support import refused
from tokenizers import Tokenizer

from rumi_tui.search.embeddings import Encoder

Array = npt.NDArray[np.float64]


def plainly(folder: Path, text: str) -> Array:
    """The embedding of one text, operation by operation, in 64 bits."""
    config = json.loads((folder / "config.json").read_text())
    weights = {name: array.astype(np.float64) for name, array in load_file(folder / "model.safetensors").items()}
    heads = config["num_attention_heads"]
    erf = np.vectorize(math.erf)

    def norm(x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
        return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def dense(x: Array, name: str) -> Array:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids
    embedded = weights["embeddings.word_embeddings.weight"][ids]
    embedded = embedded + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(embedded + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        queries, keys, values = (
            dense(x, f"{layer}.attention.self.{part}").reshape(len(ids), heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = np.exp(queries @ keys.swapaxes(1, 2) / math.sqrt(queries.shape[-1]))
        seen = (scores / scores.sum(-1, keepdims=True) @ values).swapaxes(0, 1).reshape(len(ids), -1)
        x = norm(x + dense(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        wide = dense(x, f"{layer}.intermediate.dense")
        active = wide * 0.5 * (1 + erf(wide / math.sqrt(2)))
        x = norm(x + dense(active, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean = x.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_texts_read_together_are_embedded_as_each_alone_by_numpy(encoder_folder: Path, tmp_path: Path) -> None:
    texts = ["amber drum", "candle", "the needle , mirror lantern amber ivory kettle harbour"]
    embedded = Encoder(encoder_folder, tmp_path).embed(texts)
    for text, vector in zip(texts, embedded, strict=True):
        np.testing.assert_allclose(vector, plainly(encoder_folder, text), atol=1e-5)


def test_a_long_text_is_read_as_far_as_the_model_goes(encoder_folder: Path, tmp_path: Path) -> None:
    encoder = Encoder(encoder_folder, tmp_path)
    long, longer = encoder.embed(["amber drum " * 64, "amber drum " * 20_000])
    np.testing.assert_array_equal(long, longer)


def test_the_graph_is_made_once(encoder_folder: Path, tmp_path: Path) -> None:
    Encoder(encoder_folder, tmp_path)
    (graph,) = tmp_path.iterdir()
    made = graph.stat().st_mtime_ns
    Encoder(encoder_folder, tmp_path)
    assert graph.stat().st_mtime_ns == made


def test_the_graph_of_another_model_is_not_kept(encoder_folder: Path, tmp_path: Path) -> None:
    folder, kept = Path(shutil.copytree(encoder_folder, tmp_path / "copy")), tmp_path / "kept"
    kept.mkdir()
    Encoder(folder, kept)
    (first,) = kept.iterdir()
    os.utime(folder / "model.safetensors", (0, 0))
    Encoder(folder, kept)
    (second,) = kept.iterdir()
    assert second != first


@pytest.mark.parametrize("fault", ["kind", "missing weight", "no weights", "no file", "no tokenizer", "no config"])
def test_a_folder_that_holds_no_encoder_is_refused(encoder_folder: Path, tmp_path: Path, fault: str) -> None:
    folder = Path(shutil.copytree(encoder_folder, tmp_path / "copy"))
    if fault == "kind":
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}))
    elif fault == "missing weight":
        weights = load_file(folder / "model.safetensors")
        del weights["embeddings.LayerNorm.bias"]
        save_file(weights, folder / "model.safetensors")
    elif fault == "no weights":
        (folder / "model.safetensors").write_bytes(b"nothing")
    else:
        missing = {"no file": "model.safetensors", "no tokenizer": "tokenizer.json", "no config": "config.json"}[fault]
        (folder / missing).unlink()
    with refused("sentence encoder"):
        Encoder(folder, tmp_path / "kept").embed(["amber"])
