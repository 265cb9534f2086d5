from __future__ import annotations

import numpy as np
import pytest
from support import calls_of

from models.lexicon import Lexicon
from models.phrases import PhraseIndex
from models.word_vectors import DIMENSIONS, WordVectors
from rumi_tui.verse.metre import judge_of
from rumi_tui.verse.originality import CopyLimit
from rumi_tui.verse.rules import (
    ASSOCIATION_NATS,
    COPIED_NATS,
    REAL_ASSOCIATION,
    REPEATED_NATS,
    WORN_NATS,
    Rules,
    rules_of,
)

MASNAVI = "فاعلاتن فاعلاتن فاعلن"
IN_METRE = "بشنو از نی چون حکایت می‌کند"


def test_the_second_line_of_a_couplet_rhymes_with_the_first() -> None:
    rules = Rules("couplet", "en")
    assert rules.faults(["a ship in the night"]) == []
    assert rules.faults(["a ship in the night", "the lantern is bright"]) == []
    assert rules.faults(["a ship in the night", "the lantern is dark"]) == ["rhyme"]
    assert rules.faults(["a ship in the night", "the lantern is bright", "the lantern is dark"]) == []


def test_a_line_ends_in_the_rhyme_that_was_named() -> None:
    rules = Rules("couplet", "en")
    assert rules.faults(["a ship in the night"], "night bright") == []
    assert rules.faults(["a ship in the dark"], "night bright") == ["rhyme"]
    assert rules.faults(["a ship in the night", "a kite"], "night bright") == ["rhyme"]
    assert Rules("rubai", "fa").faults(["در این باران"], "اران") == []
    assert Rules("rubai", "fa").faults(["در این دریا"], "اران") == ["rhyme"]


def test_a_rhyme_of_two_words_must_rhyme() -> None:
    rules = Rules("couplet", "en", is_word={"night", "bright", "tree"}.__contains__)
    assert rules.is_rhyme("night bright")
    assert not rules.is_rhyme("night tree")
    assert not rules.is_rhyme("night fright")
    assert not rules.is_rhyme("night")
    assert rules.is_rhyme("")
    assert Rules("ghazal", "fa").is_rhyme("ان")


GHAZAL = ["از دل یاران بیا", "ای گل باران بیا", "شب به سر آمد دگر"]


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("با سواران بیا", []),
        ("با سواران برو", ["rhyme"]),
        ("در شب دریا بیا", ["rhyme"]),
        ("بوی بهاران ما", ["refrain"]),
        ("آمد از یاران بیا", ["rhyme word"]),
    ],
)
def test_a_ghazal_keeps_its_refrain_and_rhymes_on_new_words(line: str, faults: list[str]) -> None:
    assert Rules("ghazal", "fa").faults([*GHAZAL[:2], GHAZAL[2], line]) == faults


def test_a_line_that_rhymes_beside_the_refrain_lacks_it() -> None:
    lines = ["این یاران را دیدم", "آن باران را دیدم", "آمد", "با سواران را چیدم"]
    assert Rules("ghazal", "fa").faults(lines) == ["refrain"]


def test_lines_that_need_not_rhyme_are_free_to() -> None:
    assert Rules("ghazal", "fa").faults(GHAZAL) == []
    assert Rules("free", "en").faults(["one", "two"]) == []
    assert Rules("couplet", "und").faults(["one", "two"]) == []


def test_words_and_lines_are_new_but_not_made_up() -> None:
    rules = rules_of("free", "en", "", lexicon=Lexicon.of(["the", "sea"]))
    assert rules.faults(["the sea"]) == []
    assert rules.faults(["the seax"]) == ["word"]
    assert rules_of("free", "en", "", lexicon=Lexicon.of(["the"]), own_words=["seax"]).faults(["the seax"]) == []
    assert rules.faults(["the sea", "sea", "the sea"]) == ["repetition"]
    assert rules.faults([" ,"]) == ["repetition"]
    assert rules.faults(["the sea, sea"]) == ["repetition"]


def test_a_line_does_not_copy_more_than_it_may() -> None:
    reed = ["the", "reed", "tells", "of", "its", "bed"]
    rules = rules_of("free", "en", "", limit=CopyLimit(PhraseIndex.of([reed]), 6))
    assert rules.faults(["the reed tells of its lamp"]) == []
    assert rules.faults(["the reed tells of its", "bed"]) == ["copied"]
    assert rules.faults(["the reed tells of its", "bed", "bed"]) == ["repetition"]


def test_a_line_is_in_its_metre_where_one_is_known() -> None:
    assert judge_of("en") is None
    rules = rules_of("couplet", "fa", f"{MASNAVI} (رمل)")
    assert rules.faults([IN_METRE]) == []
    assert rules.faults(["از نی بشنو چون می‌کند حکایت"]) == ["metre"]
    assert rules_of("couplet", "fa", "tam tata").faults(["از نی"]) == []
    assert rules_of("couplet", "fa", "").faults(["از نی"]) == []


def test_words_wear_out_within_a_poem_and_within_a_line() -> None:
    rules = Rules("free", "en")
    assert rules.worn(["the secret door"]) == 0
    assert rules.worn(["secret", "a secret", "the secret door"]) == 1 / 2
    assert rules.worn(["secret secret secret garden"]) == 1 / 4
    assert rules.worn(["the", "the", "the of"]) == 0
    assert Rules("free", "und").worn(["a", "a", "a b"]) == 1 / 2


def test_pairs_of_words_are_said_once_in_a_poem() -> None:
    rules = Rules("free", "en")
    assert rules.repeated(["the secret door"]) == rules.repeated(["the secret", "secret the"]) == 0
    assert rules.repeated(["the secret", "a door", "The secret door"]) == 1 / 2
    assert rules.repeated(["the sea the sea"]) == 1 / 3
    assert rules.repeated(["sea"]) == 0
    assert rules.price(["the lamp", "the lamp"]) == REPEATED_NATS


def test_the_price_of_a_line_is_found_as_quickly_in_a_poem_of_any_length() -> None:
    rules = Rules("free", "en")
    calls = [calls_of(lambda lines=lines: rules.price(["amber lamp"] * lines)) for lines in (300, 3_000)]
    assert calls[1] <= calls[0]


def test_a_line_pays_for_the_words_that_it_copies() -> None:
    rules = rules_of("free", "en", "", phrases=PhraseIndex.of([["the", "reed", "tells", "of", "its", "bed"]]))
    assert rules.price(["the reed tells of its"]) == COPIED_NATS
    assert rules.price(["the reed tells", "of its", "bed lamp"]) == COPIED_NATS / 2
    assert rules.price(["the reed tells of her"]) == rules.price([""]) == 0


def test_words_that_go_together_are_worth_more_but_no_more_than_in_real_verse() -> None:
    angles = np.arange(4) * np.pi / 6
    vectors = np.zeros((4, DIMENSIONS), dtype=np.float32)
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    rules = rules_of("free", "en", "", vectors=WordVectors.of(["sea", "wave", "boat", "lamp"], vectors))
    assert rules.association(["the sea of a wave"]) == REAL_ASSOCIATION
    assert rules.association(["the sea of a lamp"]) == pytest.approx(0, abs=0.01)
    assert rules.association(["a boat", "the sea of a lamp"]) == REAL_ASSOCIATION
    together, apart = ["the sea of a wave"], ["the sea of a lamp"]
    assert rules.price(together) == -ASSOCIATION_NATS * REAL_ASSOCIATION < rules.price(apart)
    assert rules.price(["wave", "wave sea", *together]) == WORN_NATS / 2 + rules.price(together)
    assert rules.association(["the sea"]) == rules.association(["sea wave", ""]) == 0
    assert rules_of("free", "en", "").association(["the sea of a wave"]) == 0
