from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from support import METRES, SHAPES, describe, random_decoder, tokenizer_of

from models.description import Description
from models.phrases import PhraseIndex
from models.tokenizer import Tokenizer
from rumi_tui.console.writing.replay import requests
from rumi_tui.engine.poems import write_poems, writer
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session
from rumi_tui.engine.written import Step
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.store import Library
from rumi_tui.verse.words import words as words_of


@pytest.fixture(scope="session")
def session(model_file: Path) -> Session:
    """The random model of `model_file`, loaded."""
    return Session(model_file)


@pytest.fixture(scope="session")
def endless_file(model_file: Path, session: Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of `model_file`, but its poems never end by themselves: the end is made very unlikely."""
    path = tmp_path_factory.mktemp("endless") / "endless.onnx"
    path.write_bytes(_without_end(onnx.load(model_file), session.tokenizer))
    return path


@pytest.fixture(scope="session")
def indexed_file(endless_file: Path, endless: Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of `endless_file`, with an index of the free verse of four lines that it writes from the seed 7."""
    [poem] = write_poems(endless, endless.description, Request(form="free", seed=7, lines=4, keep="off"), 1)
    described = endless.description._replace(phrases=PhraseIndex.of([words_of(poem.text)]))
    model = onnx.load(endless_file)
    helper.set_model_props(model, described.to_metadata())
    path = tmp_path_factory.mktemp("indexed") / "indexed.onnx"
    onnx.save(model, path)
    return path


@pytest.fixture(scope="session")
def conditioned_file(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A model of random weights without end that can be told `METRES` and rhymes; forms couplet and free."""

    def fill(folder: Path) -> None:
        from export.graph import build_graph

        tokenizer = tokenizer_of(40).grown((), ("couplet", "free"), METRES)
        config = msgspec.structs.replace(SHAPES["rotary"], vocab_size=len(tokenizer))
        description = Description(config, tokenizer, describe(SHAPES["rotary"]).card)
        graph = build_graph(random_decoder(config), description)
        (folder / "conditioned.onnx").write_bytes(_without_end(graph, tokenizer))

    return make_once("conditioned", fill) / "conditioned.onnx"


@pytest.fixture(scope="session")
def conditioned(conditioned_file: Path) -> Session:
    """The model of `conditioned_file`, loaded."""
    return Session(conditioned_file)


def _without_end(model: onnx.ModelProto, tokenizer: Tokenizer) -> bytes:
    bias = np.zeros(len(tokenizer), dtype=np.float32)
    bias[tokenizer.end_id] = -1000
    last = next(node for node in model.graph.node if "logits" in node.output)
    last.output[list(last.output).index("logits")] = "logits_of_all"
    model.graph.initializer.append(numpy_helper.from_array(bias, "no_end"))
    model.graph.node.append(helper.make_node("Add", ["logits_of_all", "no_end"], ["logits"]))
    return model.SerializeToString()


@pytest.fixture(scope="session")
def endless(endless_file: Path) -> Session:
    """The model of `endless_file`, loaded."""
    return Session(endless_file)


@pytest.fixture(scope="session")
def words(word_pair: tuple[Path, Path]) -> Session:
    """A small trained model that reads words, loaded."""
    return Session(word_pair[1])


@pytest.fixture(scope="session")
def write_again() -> Callable[[KeptPoem, Session], str]:
    """Writes a poem of the library from its beginning, from nothing but what is kept beside its text."""
    return _write_again


def _write_again(kept: KeptPoem, model: Session) -> str:
    assert kept.model_sha256 == model.sha256
    text = ""
    for request in requests(kept.form, kept.text, kept.passages):
        text += kept.text[len(text) : len(request.text)]
        steps = [step for step in writer(model, model.description, request) if isinstance(step, Step)]
        text += "".join(step.text for step in steps)
    return text


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty library."""
    return Library(tmp_path / "poems.sqlite")
