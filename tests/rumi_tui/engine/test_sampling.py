from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rumi_tui.engine.request import Sampling
from rumi_tui.engine.sampling import choose, log_softmax, logprob_of

LOGITS = np.array([0.3, 2.0, -1.0, 1.1, 0.0, -0.4, 1.7, -2.2], dtype=np.float32)
ALL = np.ones(len(LOGITS), dtype=np.bool_)

some_logits = st.lists(st.integers(-6000, 6000), min_size=2, max_size=12).map(lambda x: np.array(x, np.float32) / 1000)


class Draw:
    """A source of one chosen random number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self) -> float:
        return self.number


def choosable(logits: np.ndarray, allowed: np.ndarray, how: Sampling, draws: int = 1000) -> set[int]:
    """The ids that random numbers spread evenly over their range lead to."""
    return {choose(logits, allowed, how, Draw(number)) for number in np.linspace(0, 1, draws, endpoint=False)}


def kept(logits: np.ndarray, how: Sampling) -> list[int]:
    """The ids that the filters leave, worked out one at a time as their descriptions say; the likeliest first."""
    weights = {index: math.exp((value - max(logits)) / how.temperature) for index, value in enumerate(logits.tolist())}
    left = sorted(weights, key=lambda index: (-weights[index], index))
    if how.top_k:
        left = left[: how.top_k]
    nucleus, total = [], sum(weights[index] for index in left)
    for index in left:
        before = sum(weights[kept_index] for kept_index in nucleus)
        assume(abs(before - how.top_p * total) > 1e-9)
        if how.top_p < 1 and before >= how.top_p * total:
            break
        nucleus.append(index)
    shares = {index: weights[index] / weights[left[0]] for index in nucleus}
    assume(all(abs(share - how.min_p) > 1e-9 for share in shares.values() if how.min_p and share != 1))
    return [index for index in nucleus if shares[index] >= how.min_p]


@pytest.mark.parametrize(("top_k", "top_p", "min_p"), [(0, 1.0, 0.0), (3, 1.0, 0.0), (0, 0.5, 0.2)])
def test_temperature_zero_takes_the_likeliest(top_k, top_p, min_p):
    how = Sampling(temperature=0, top_k=top_k, top_p=top_p, min_p=min_p)
    assert choosable(LOGITS, ALL, how) == {1}


def test_temperature_zero_takes_the_first_of_equals():
    assert choosable(np.array([1, 5, 5, 0], np.float32), np.ones(4, np.bool_), Sampling(temperature=0)) == {1}


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Sampling(temperature=1, top_k=1), {1}),
        (Sampling(temperature=1, top_k=3), {1, 6, 3}),
        (Sampling(temperature=1, top_k=1_000_000), set(range(8))),
        (Sampling(temperature=1, top_p=0.01), {1}),
        (Sampling(temperature=1, top_p=0.6), {1, 6}),
        (Sampling(temperature=1, min_p=1), {1}),
        (Sampling(temperature=1, min_p=0.4), {1, 6, 3}),
        (Sampling(temperature=1), set(range(8))),
    ],
)
def test_each_filter_keeps_the_ids_it_should(how, expected):
    assert choosable(LOGITS, ALL, how) == expected


@settings(max_examples=60)
@given(
    some_logits,
    st.builds(
        Sampling,
        temperature=st.sampled_from([0.5, 1.0, 1.7]),
        top_k=st.integers(0, 12),
        top_p=st.floats(0.05, 1),
        min_p=st.floats(0, 1),
    ),
)
def test_filters_together_keep_what_brute_force_keeps(logits, how):
    expected = sorted(kept(logits, how))
    weights = np.exp((logits[expected].astype(np.float64) - logits.max()) / how.temperature)
    edges = np.concatenate(([0], np.cumsum(weights))) / weights.sum()
    middles = (edges[1:] + edges[:-1]) / 2
    allowed = np.ones(len(logits), dtype=np.bool_)
    assert [choose(logits, allowed, how, Draw(middle)) for middle in middles] == expected
    assert choosable(logits, allowed, how, draws=100) <= set(expected)


@settings(max_examples=40)
@given(some_logits, st.data())
def test_what_is_not_allowed_is_never_chosen(logits, data):
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(logits), max_size=len(logits))))
    assume(allowed.any())
    how = data.draw(
        st.builds(
            Sampling, temperature=st.sampled_from([0, 0.01, 1, 5]), top_k=st.integers(0, 4), top_p=st.floats(0.01, 1)
        )
    )
    assert choosable(logits, allowed, how, draws=100) <= set(np.flatnonzero(allowed))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_softmax(temperature):
    draws, rng = 20_000, np.random.default_rng(7)
    how = Sampling(temperature=temperature)
    counts = np.bincount([choose(LOGITS, ALL, how, rng) for _ in range(draws)], minlength=len(LOGITS))
    weights = np.exp(LOGITS.astype(np.float64) / temperature)
    expected = draws * weights / weights.sum()
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < 24.3  # 7 degrees of freedom: one honest seed in a thousand is above


@pytest.mark.parametrize("how", [Sampling(temperature=0), Sampling(top_k=1), Sampling(), Sampling(top_p=0.3)])
def test_each_choice_takes_one_random_number(how):
    used, reference = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(5):
        choose(LOGITS, ALL, how, used)
        reference.random()
    assert used.random() == reference.random()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("temperature", [1e-320, 1e-310, 1e-9])
def test_a_temperature_next_to_zero_takes_the_likeliest_without_a_warning(temperature):
    assert choosable(LOGITS, ALL, Sampling(temperature=temperature), draws=10) == {1}


@given(st.lists(st.floats(-(2.0**126), 2.0**126, width=32), min_size=1, max_size=50))
def test_probabilities_sum_to_one_however_large_the_logits(values):
    logprobs = log_softmax(np.array(values, dtype=np.float32))
    assert np.exp(logprobs).sum() == pytest.approx(1, abs=1e-12)
    assert logprobs.dtype == np.float64
    assert not np.isnan(logprobs).any()


def test_probabilities_do_not_change_when_all_logits_are_shifted():
    logits = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    np.testing.assert_allclose(log_softmax(logits + 1024), log_softmax(logits), atol=1e-12)
    np.testing.assert_allclose(np.exp(log_softmax(logits))[1], 1 / 3)


@given(st.lists(st.floats(-(2.0**126), 2.0**126, width=32), min_size=1, max_size=50), st.data())
def test_the_probability_of_one_is_that_among_all(values, data):
    logits = np.array(values, dtype=np.float32)
    chosen = data.draw(st.integers(0, len(logits) - 1))
    assert logprob_of(logits, chosen) == pytest.approx(log_softmax(logits)[chosen], abs=1e-12)
