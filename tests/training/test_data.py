from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support import joined, refused

from models.tokenizer import CharacterTokenizer
from rumi_tui.texts.corpus import Poem
from training.data import Batches, Ids, encode_poem, store_encoded

WINDOW, BATCH = 8, 3
LENGTHS = (5, 9, 13, 21, 34)


def numbered_poems() -> list[Ids]:
    """Poems in which every id is another number, so that a place in a batch tells where it came from."""
    return np.split(np.arange(sum(LENGTHS)), np.cumsum(LENGTHS)[:-1])


def batches(seed: int = 0) -> Batches:
    return Batches(joined(numbered_poems()), WINDOW, BATCH, seed)


def rows(of: Batches, epoch: int) -> Ids:
    """The sequences of one epoch, [sequences, window + 1]."""
    wanted = range(epoch * of.sequences, (epoch + 1) * of.sequences)
    found = []
    for index in wanted:
        inputs, targets = of.at(index // BATCH)
        found.append(np.append(inputs[index % BATCH], targets[index % BATCH, -1]))
    return np.stack(found)


def test_a_poem_is_its_form_its_characters_and_an_end() -> None:
    tokenizer = CharacterTokenizer.train(["ab" * 9])
    a, b = tokenizer.encode("ab")
    ids = encode_poem(tokenizer, Poem("abz", "ghazal"))
    assert ids.tolist() == [tokenizer.form_id("ghazal"), a, b, tokenizer.unknown_id, tokenizer.end_id]


def test_targets_are_the_inputs_one_place_on() -> None:
    for step in range(20):
        inputs, targets = batches().at(step)
        assert inputs.shape == targets.shape == (BATCH, WINDOW)
        assert np.array_equal(inputs[:, 1:], targets[:, :-1])


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_an_epoch_of_long_poems_reads_every_place_once_but_for_less_than_a_window(epoch: int) -> None:
    of = Batches(joined([poem for poem in numbered_poems() if len(poem) > WINDOW]), WINDOW, BATCH, 0)
    assert of.sequences == (of.tokens - 1) // WINDOW
    read = rows(of, epoch)[:, :-1].ravel()
    assert len(set(read)) == len(read) == of.sequences * WINDOW
    assert of.tokens - len(read) <= WINDOW


def test_a_sequence_begins_inside_a_poem_only_if_the_poem_is_longer_than_a_sequence() -> None:
    of = Batches(joined([np.arange(10 * number, 10 * number + 6) for number in range(40)]), WINDOW, BATCH, 0)
    for epoch in range(3):
        assert all(row[0] % 10 == 0 for row in rows(of, epoch))


@pytest.mark.parametrize(("vocab_size", "largest"), [(100, 99), (2**16, 2**16 - 1), (2**16 + 1, 2**16)])
def test_stored_poems_are_the_poems_and_leave_no_file_behind(tmp_path: Path, vocab_size: int, largest: int) -> None:
    poems = [np.array([1, 2, largest]), np.array([7]), np.arange(50)]
    stored = store_encoded(iter(poems), tmp_path, vocab_size)
    assert isinstance(stored.ids, np.memmap)
    assert stored.ids.tolist() == np.concatenate(poems).tolist()
    assert stored.beginnings.tolist() == [0, 3, 4, 54]
    assert list(tmp_path.iterdir()) == []


def test_poems_that_cannot_be_stored_are_refused(tmp_path: Path) -> None:
    with refused("as ids in"):
        store_encoded([np.arange(3)], tmp_path / "missing", 9)


def test_a_sequence_runs_through_whole_poems_joined_in_the_order_of_the_epoch() -> None:
    poems = numbered_poems()
    begins, ends = {int(poem[0]) for poem in poems}, {int(poem[-1]) for poem in poems}
    for row in rows(batches(), epoch=2):
        for left, right in pairwise(row):
            assert right == left + 1 or (left in ends and right in begins)


def test_each_epoch_and_each_seed_has_its_own_order() -> None:
    orders = [rows(batches(seed), epoch).tobytes() for seed in (0, 1) for epoch in (0, 1, 2)]
    assert len(set(orders)) == len(orders)


def test_a_step_has_the_same_batch_whatever_was_asked_before() -> None:
    in_order = batches()
    known = [in_order.at(step) for step in range(40)]
    other = batches()
    for step in (39, 0, 17, 17, 3, 38):
        for mine, its in zip(other.at(step), known[step], strict=True):
            assert np.array_equal(mine, its)


def test_a_text_of_one_window_is_enough_and_a_shorter_one_is_refused() -> None:
    assert Batches(joined([np.arange(WINDOW + 1)]), WINDOW, BATCH, 0).at(5)[0].tolist() == [list(range(WINDOW))] * BATCH
    with refused(f"{WINDOW} tokens, fewer than one window of {WINDOW}"):
        Batches(joined([np.arange(WINDOW)]), WINDOW, BATCH, 0)
