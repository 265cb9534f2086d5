from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support import joined, refused

from models.layout import UNSAID, Conditions
from models.tokenizer import CharacterTokenizer
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.labels import Label
from training.data import (
    VERSIONS,
    Batches,
    Ids,
    conditions_of,
    encode_poem,
    encode_versions,
    store_encoded,
    version_shares,
)

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


TOLD = CharacterTokenizer.train(["abcd \nx" * 9]).grown((), ("ghazal", "free"), ("swift",))
SAID = Poem("ab\ncb\ndx\nxb", "ghazal", Label(metre="swift"))


def test_a_poem_stands_in_versions_with_and_without_what_is_known_of_it() -> None:
    spelled = ["".join(TOLD.tokens[each] for each in ids) for ids in encode_versions(TOLD, SAID, "fa")]
    known = "<ghazal><metre:swift><rhyme>b<both>ab<break>cb\n<ghazal><metre:swift><rhyme>b<second>dx<break>xb<end>"
    assert spelled == [
        known,
        known.replace("<metre:swift>", ""),
        known.replace("<rhyme>b<both>", "").replace("<rhyme>b<second>", ""),
        "<ghazal>ab<break>cb\n<ghazal>dx<break>xb<end>",
    ]
    assert len(spelled) == VERSIONS


def test_what_a_model_cannot_be_told_is_left_out() -> None:
    plain = CharacterTokenizer.train(["abcd \nx" * 9])
    assert conditions_of(SAID, plain, "fa") == UNSAID
    other = Poem(SAID.text, "ghazal", Label(metre="slow"))
    assert conditions_of(other, TOLD, "fa") == Conditions(rhymes=("b",))


def test_an_epoch_reads_each_poem_in_one_version_and_the_shares_are_those_that_are_said() -> None:
    poems = [np.full(4 * (1 + version), 10 * poem + version) for poem in range(400) for version in range(VERSIONS)]
    of = Batches(joined(poems), WINDOW, BATCH, 0, versions=VERSIONS)
    assert of.tokens == pytest.approx(400 * 4 * (version_shares(VERSIONS) @ [1, 2, 3, 4]), abs=1)
    drawn = Counter[int]()
    for epoch in range(3):
        read = set(rows(of, epoch).ravel().tolist())
        assert len({each // 10 for each in read}) == len(read)
        drawn.update(each % 10 for each in read)
    for version, share in enumerate(version_shares(VERSIONS)):
        assert drawn[version] / drawn.total() == pytest.approx(share, abs=0.04)
    assert version_shares(1).tolist() == [1]


def test_a_sequence_inside_a_long_poem_begins_with_a_unit_where_one_is_near() -> None:
    poem = np.arange(60)
    heads = [0, 7, 20, 21, 40]
    of = Batches(joined([poem]), 16, 1, 0, heads)
    begins = {int(of.at(step)[0][0, 0]) for step in range(200)}
    assert {7, 20, 21, 40} & begins
    for begin in begins - set(heads):
        assert not any(begin - 4 <= head <= begin for head in heads)


def test_what_stands_beside_is_read_in_the_same_places() -> None:
    of = batches()
    others = joined([10 * poem for poem in numbered_poems()])
    for step in range(20):
        assert np.array_equal(of.beside(others, step), 10 * of.at(step)[1])
