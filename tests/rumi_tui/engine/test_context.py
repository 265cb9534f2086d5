from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.config import DecoderConfig
from rumi_tui.engine.context import Context
from rumi_tui.engine.session import Session

TOLERANCE = 2e-4


@pytest.fixture(scope="module")
def model(model_pair: tuple[Path, Path]) -> Session:
    return Session(model_pair[1])


def ids_of(count: int, seed: int = 0, batch: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(8, 40, (batch, count))


class Echo:
    """A learned-positions step whose logits are the ids it has seen since its cache was empty, the latest last."""

    config = DecoderConfig(vocab_size=40, window=6, layers=1, heads=1, width=2, positions="learned")

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def empty_cache(self, batch: int) -> tuple[int, ...]:
        return ()

    def select(self, cache: tuple[int, ...], streams: Sequence[int]) -> tuple[int, ...]:
        raise NotImplementedError

    def __call__(self, ids: np.ndarray, cache: tuple[int, ...]) -> tuple[np.ndarray, tuple[int, ...]]:
        rows = []
        for index in ids[0].tolist():
            cache = (*cache, index)
            assert len(cache) <= self.config.window
            rows.append([0] * (self.config.window - len(cache)) + list(cache))
        self.lengths.append(len(rows))
        return np.array([rows], dtype=np.float32), cache


@pytest.mark.parametrize("count", [1, 15, 16, 17, 33, 100])
@pytest.mark.parametrize("size", [1, 3, 8, 16, 40])
def test_any_split_gives_what_one_feed_gives(model, count, size):
    ids = ids_of(count, batch=2)
    whole = Context(model, batch=2).feed(ids)
    context = Context(model, batch=2)
    pieces = [context.feed(ids[:, start : start + size]) for start in range(0, count, size)]
    assert whole.shape == (2, count, 40)
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=TOLERANCE)


@pytest.mark.parametrize("count", [1, 16, 17, 32, 33, 500])
@pytest.mark.parametrize("before", [0, 1, 40])
def test_read_gives_the_last_of_feed_and_goes_on_like_it(model, before, count):
    first, ids, after = ids_of(before, seed=1), ids_of(count, seed=2), ids_of(20, seed=3)
    fed, read = Context(model), Context(model)
    if before:
        fed.feed(first)
        read.feed(first)
    np.testing.assert_allclose(read.read(ids), fed.feed(ids)[:, -1], atol=TOLERANCE)
    np.testing.assert_allclose(read.feed(after), fed.feed(after), atol=TOLERANCE)


def test_ids_too_far_back_do_not_matter_to_a_sliding_decoder(session):
    reach = session.config.layers * session.config.window
    near = ids_of(reach)
    answers = [Context(session).read(np.concatenate((ids_of(300, seed), near), axis=1)) for seed in (1, 2)]
    np.testing.assert_allclose(answers[0], answers[1], atol=TOLERANCE)
    with_another_last_id = near.copy()
    with_another_last_id[0, -1] = 8 + (near[0, -1] - 7) % 32
    assert np.abs(Context(session).read(with_another_last_id) - answers[0]).max() > 0.01


def test_a_sliding_decoder_attends_to_exactly_its_window(session):
    window, layers = session.config.window, session.config.layers
    reach = layers * (window - 1) + 1
    ids = ids_of(reach + 1)
    outside, inside = ids.copy(), ids.copy()
    outside[0, 0] = 8 + (ids[0, 0] - 7) % 32
    inside[0, 1] = 8 + (ids[0, 1] - 7) % 32
    answer = Context(session).feed(ids)[:, -1]
    np.testing.assert_allclose(Context(session).feed(outside)[:, -1], answer, atol=1e-5)
    assert np.abs(Context(session).feed(inside)[:, -1] - answer).max() > 1e-5


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 30])
def test_learned_positions_start_over_from_the_last_half_window(size):
    ids = np.arange(1, 31)[None]
    context = Context(Echo())
    seen = np.concatenate([context.feed(ids[:, start : start + size]) for start in range(0, 30, size)], axis=1)[0]
    expected, recent = [], []
    for index in ids[0].tolist():
        recent = [*(recent[-3:] if len(recent) == 6 else recent), index]
        expected.append([0] * (6 - len(recent)) + recent)
    assert seen.astype(int).tolist() == expected


def test_the_cache_stays_the_same_size_however_long_the_stream(session):
    cache = session.empty_cache(1)
    sizes = {name: buffer.nbytes for name, buffer in cache.buffers.items()}
    addresses = {name: buffer.ctypes.data for name, buffer in cache.buffers.items()}
    for start in range(0, 600, 3):
        _, cache = session(ids_of(3, seed=start), cache)
    assert cache.position == 600
    assert {name: buffer.nbytes for name, buffer in cache.buffers.items()} == sizes
    assert {name: buffer.ctypes.data for name, buffer in cache.buffers.items()} == addresses


@pytest.mark.parametrize("before", [1, 15, 16, 17, 40])
def test_selected_streams_of_a_context_go_on_as_if_alone(model, before):
    ids, after = ids_of(before, batch=2), ids_of(30, seed=9, batch=3)
    context = Context(model, batch=2)
    context.feed(ids)
    context.select([1, 0, 1])
    answers = np.concatenate([context.feed(after[:, [place]]) for place in range(30)], axis=1)
    for stream, source in enumerate([1, 0, 1]):
        alone = Context(model)
        alone.feed(ids[[source]])
        np.testing.assert_allclose(answers[[stream]], alone.feed(after[[stream]]), atol=TOLERANCE)
