from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from support import SHAPES, describe, random_decoder, run_command, write_corpus

from export.export import export_model
from export.graph import build_graph
from training.checkpoint import save_weights

# Models this small lose more by sharing the work among threads than they gain, above all on a busy machine.
os.environ["OMP_NUM_THREADS"] = "1"
torch.set_num_threads(1)

settings.register_profile("on any machine", deadline=None)
settings.load_profile("on any machine")


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of texts, see `support.write_corpus`."""
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def write_pair(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Writes a checkpoint and its model file, of random weights, for a kind of positions; once each."""

    @functools.cache
    def write(kind: str) -> tuple[Path, Path]:
        folder, config = tmp_path_factory.mktemp(kind), SHAPES[kind]
        decoder, description = random_decoder(config), describe(config)
        save_weights(folder / "model.safetensors", decoder, description)
        (folder / "model.onnx").write_bytes(build_graph(decoder, description).SerializeToString())
        return folder / "model.safetensors", folder / "model.onnx"

    return write


@pytest.fixture(scope="session", params=SHAPES)
def model_pair(request: pytest.FixtureRequest, write_pair: Callable[[str], tuple[Path, Path]]) -> tuple[Path, Path]:
    """A checkpoint and the model file of it, for each kind of positions."""
    return write_pair(request.param)


@pytest.fixture(scope="session")
def model_file(write_pair: Callable[[str], tuple[Path, Path]]) -> Path:
    """A model file that slides; forms couplet and free."""
    return write_pair("rotary")[1]


@pytest.fixture(scope="session")
def word_pair(tmp_path_factory: pytest.TempPathFactory, corpus_folder: Path) -> tuple[Path, Path]:
    """A checkpoint and its model file that read words, trained on a little verse as a person would; form couplet."""
    run = tmp_path_factory.mktemp("word") / "run"
    text = ("--corpus", str(corpus_folder / "one.txt"), "--tokenizer", "word")
    done = run_command("rumi-train", *text, "--preset", "minimal", "--steps", "60", "--out", str(run))
    assert done.returncode == 0, done.stderr
    export_model(run / "model.safetensors", run / "word.onnx")
    return run / "model.safetensors", run / "word.onnx"
