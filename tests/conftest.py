from __future__ import annotations

from pathlib import Path

import pytest
from support import SHAPES, describe, random_decoder, write_corpus

from export.graph import build_graph
from training.checkpoint import save_weights


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of texts, see `support.write_corpus`."""
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session", params=SHAPES)
def model_pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A checkpoint and the model file of it, of random weights, for each kind of positions."""
    return _write_pair(tmp_path_factory.mktemp("pair"), request.param)


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file of random weights that slides; forms couplet and free."""
    return _write_pair(tmp_path_factory.mktemp("model"), "rotary")[1]


def _write_pair(folder: Path, kind: str) -> tuple[Path, Path]:
    config = SHAPES[kind]
    decoder, description = random_decoder(config), describe(config)
    save_weights(folder / "model.safetensors", decoder, description)
    (folder / "model.onnx").write_bytes(build_graph(decoder, description).SerializeToString())
    return folder / "model.safetensors", folder / "model.onnx"
