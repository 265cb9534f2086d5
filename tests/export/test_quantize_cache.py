from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnx
import pytest

from export.quantize import LARGEST
from export.quantize_cache import largest_kept, quantize_cache
from rumi_tui.engine import runtime
from rumi_tui.engine.context import Context
from rumi_tui.engine.runtime import BLOCKS_OFF
from rumi_tui.engine.session import OrtCache, Session

pytestmark = pytest.mark.slow  # graphs are traced


def ids_of(count: int, batch: int = 1, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(8, 40, (batch, count))


def kept_by(session: Session, ids: np.ndarray) -> dict[str, np.ndarray]:
    """The buffers after ids."""
    _, cache = session(ids, session.empty_cache(len(ids)))
    assert isinstance(cache, OrtCache)
    return cache.buffers


@pytest.fixture(scope="module")
def exact(model_file: Path) -> Session:
    return Session(model_file)


@pytest.fixture(scope="module")
def graph(model_file: Path, exact: Session) -> onnx.ModelProto:
    """The graph of `exact`, with 8-bit keys and values."""
    return quantize_cache(onnx.load(model_file), largest_kept(exact, [ids_of(16, seed=seed) for seed in range(20)]))


@pytest.fixture(scope="module")
def small(graph: onnx.ModelProto, tmp_path_factory: pytest.TempPathFactory) -> Session:
    path = tmp_path_factory.mktemp("small") / "small.onnx"
    path.write_bytes(graph.SerializeToString())
    return Session(path)


def test_what_is_largest_is_looked_for_in_each_text_as_far_as_the_window_goes(exact: Session) -> None:
    texts = [ids_of(5, seed=1), ids_of(30, seed=2)]
    read = [kept_by(exact, ids[:, : exact.config.window]) for ids in texts]
    expected = {name: max(float(np.abs(buffers[name]).max()) for buffers in read) for name in read[0]}
    assert largest_kept(exact, texts) == expected
    assert set(expected) == {f"{kind}.{layer}" for kind in ("key", "value") for layer in range(2)}


def test_keys_and_values_come_back_within_half_a_step_of_their_layer(exact: Session, small: Session) -> None:
    first = ids_of(1, seed=3)
    largest = largest_kept(exact, [ids_of(16, seed=seed) for seed in range(20)])
    floats, integers = kept_by(exact, first), kept_by(small, first)
    for name in ("key.0", "value.0"):  # before any attention: what is quantized is the same
        step = largest[name] / LARGEST
        assert integers[name].dtype == np.int8
        assert integers[name].any()
        clipped = np.clip(floats[name], -largest[name], largest[name])
        assert np.abs(integers[name] * step - clipped).max() <= 0.51 * step


def test_verse_of_any_length_is_read_nearly_as_with_floats(exact: Session, small: Session) -> None:
    ids = ids_of(100, batch=2)
    expected, answers = Context(exact, 2).feed(ids), Context(small, 2).feed(ids)
    differences = np.abs(answers - expected).max(axis=(0, 2))
    assert 0 < differences.max() < 0.05 * np.abs(expected).max()


@pytest.mark.parametrize("size", [1, 3, 16])
def test_verse_reads_the_same_at_once_and_in_pieces(small: Session, size: int) -> None:
    ids = ids_of(60, batch=2)
    context = Context(small, 2)
    pieces = np.concatenate([context.feed(ids[:, start : start + size]) for start in range(0, 60, size)], axis=1)
    whole = Context(small, 2).feed(ids)
    np.testing.assert_allclose(pieces, whole, atol=0.01 * np.abs(whole).max())  # an integer may be the next one


@pytest.mark.parametrize("before", [1, 15, 17, 40])
def test_selected_streams_go_on_as_if_alone(small: Session, before: int) -> None:
    ids, after = ids_of(before, batch=3), ids_of(30, seed=9, batch=2)
    context = Context(small, 3)
    context.feed(ids)
    context.select([2, 0])
    answers = context.feed(after)
    for stream, source in enumerate([2, 0]):
        alone = Context(small)
        alone.feed(ids[[source]])
        expected = alone.feed(after[[stream]])
        np.testing.assert_allclose(answers[[stream]], expected, atol=0.01 * np.abs(expected).max())


def test_what_is_larger_than_any_that_was_seen_is_cut_to_that(model_file: Path, tmp_path: Path) -> None:
    graph = onnx.load(model_file)
    names = [value.name.removeprefix("past_") for value in graph.graph.input if value.name.startswith("past_")]
    path = tmp_path / "narrow.onnx"
    path.write_bytes(quantize_cache(graph, dict.fromkeys(names, 1e-3)).SerializeToString())
    narrow = Session(path)
    for buffer in kept_by(narrow, ids_of(10)).values():
        assert np.abs(buffer.astype(int)).max() in (LARGEST, LARGEST + 1)
    assert np.isfinite(Context(narrow).feed(ids_of(40))).all()


def test_only_integers_are_not_read_in_blocks_and_the_environment_stays_as_it_was(
    model_file: Path, graph: onnx.ModelProto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small.onnx"
    small.write_bytes(graph.SerializeToString())
    told, start = list[str](), runtime._start
    monkeypatch.setattr(runtime, "_start", lambda *given: (told.append(os.environ[BLOCKS_OFF]), start(*given))[1])
    monkeypatch.delenv(BLOCKS_OFF, raising=False)
    for path in (model_file, small):
        Session(path)
        assert BLOCKS_OFF not in os.environ
    assert told == ["0", "1"]
    monkeypatch.setenv(BLOCKS_OFF, "a person's own")
    Session(small)
    assert os.environ[BLOCKS_OFF] == "a person's own"


def test_a_layer_that_keeps_nothing_but_zeros_has_a_scale(model_file: Path) -> None:
    graph = onnx.load(model_file)
    names = [value.name.removeprefix("past_") for value in graph.graph.input if value.name.startswith("past_")]
    made = quantize_cache(graph, dict.fromkeys(names, 0.0)).graph
    scales = [onnx.numpy_helper.to_array(each) for each in made.initializer if each.name.endswith(".scale")]
    assert scales == [1.0] * 4


def test_the_graph_that_was_given_stays_as_it_is(model_file: Path, exact: Session) -> None:
    graph = onnx.load(model_file)
    quantize_cache(graph, largest_kept(exact, [ids_of(16)]))
    assert graph == onnx.load(model_file)
