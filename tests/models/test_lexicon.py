from __future__ import annotations

import base64

import pytest

from models.lexicon import Lexicon
from models.packed import pack


def test_a_lexicon_knows_its_words_and_no_others() -> None:
    lexicon = Lexicon.of(["rose", "گل", "rose"])
    assert "rose" in lexicon
    assert "گل" in lexicon
    assert "rosé" not in lexicon
    assert "Rose" not in lexicon


def test_a_lexicon_is_the_same_after_a_file_which_holds_no_word() -> None:
    lexicon = Lexicon.of(f"word{number}" for number in range(500))
    text = lexicon.to_text()
    assert Lexicon.from_text(text) == lexicon
    assert len(base64.b64decode(text)) == 500 * 4
    assert Lexicon.from_text("") == Lexicon.of([])


def test_two_lexicons_are_one_of_the_words_of_both() -> None:
    assert Lexicon.of(["rose", "sun"]).united(Lexicon.of(["sun", "sea"])) == Lexicon.of(["sea", "rose", "sun"])


def test_made_up_words_are_hardly_ever_taken_for_words() -> None:
    lexicon = Lexicon.of(f"word{number}" for number in range(50_000))
    assert sum(f"nonword{number}" in lexicon for number in range(20_000)) <= 2


def test_hashes_in_another_order_are_refused() -> None:
    packed = pack([3, 2])
    with pytest.raises(ValueError, match="out of order"):
        Lexicon.from_text(base64.b64encode(packed).decode())


@pytest.mark.parametrize("text", ["!", "abc", "AAAA"])
def test_what_is_no_lexicon_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|padding|multiple|decode|character"):
        Lexicon.from_text(text)
