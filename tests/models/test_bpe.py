from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SHAPES, describe, refused, verse

from models import bpe as words
from models.bpe import FREQUENT, WordTokenizer
from models.description import Description
from models.errors import RumiError
from models.tokenizer import RARE, REPLACEMENT, RESERVED, CharacterTokenizer

TEXTS = [*verse(40).split("\n\n"), "ж" * (RARE - 1), "z" * RARE]
WORDS = WordTokenizer.train(TEXTS)
PERSIAN = WordTokenizer.train([verse(40, language="fa")])
ALPHABET = [symbol for symbol in WORDS.tokens if len(symbol) == 1]
NAMED = ("<unknown>", "<end>", "<couplet>", "<ghazal>", "<rubai>", "<free>")
"""The reserved tokens of the vocabularies below: their merges are ids, which another form would move."""
SMALL: dict[str, Any] = {"tokens": (*NAMED, "\n", " ", "a", "b", "ab", " ab"), "merges": ((8, 9), (7, 10))}
"""A vocabulary small enough to damage it by hand."""


def spelling(text: str, tokenizer: WordTokenizer = WORDS) -> list[str]:
    return [tokenizer.text_of(index) for index in tokenizer.encode(text)]


def test_a_frequent_word_is_one_piece_with_the_space_before_it() -> None:
    assert spelling("amber mirror\nfennel amber") == ["amber", " mirror", "\n", "fennel", " amber"]
    assert spelling("چراغ دریا", PERSIAN) == ["چراغ", " دریا"]


def test_a_word_never_seen_is_spelled_in_pieces() -> None:
    pieces = spelling("amberfen")
    assert 1 < len(pieces) < len("amberfen")
    assert "".join(pieces) == "amberfen"


@given(st.text(ALPHABET) | st.lists(st.sampled_from([*WORDS.tokens[len(RESERVED) :]])).map("".join))
def test_decoding_what_was_encoded_gives_the_text_back(text: str) -> None:
    ids = WORDS.encode(text)
    assert WORDS.decode(ids) == text
    assert WORDS.unknown_id not in ids


@given(st.text(st.characters(exclude_categories=())) | st.text("amber \n\0\ud800é<end>"))
def test_each_character_outside_the_alphabet_is_one_unknown(text: str) -> None:
    ids = WORDS.encode(text)
    assert ids.count(WORDS.unknown_id) == sum(character not in ALPHABET for character in text)
    assert WORDS.decode(ids) == "".join(c if c in ALPHABET else REPLACEMENT for c in text)


def test_the_alphabet_is_that_of_a_tokenizer_of_characters() -> None:
    assert WORDS.tokens[: len(RESERVED) + len(ALPHABET)] == CharacterTokenizer.train(TEXTS).tokens
    assert "z" in ALPHABET
    assert "ж" not in ALPHABET


def test_a_line_end_is_a_piece_of_its_own_and_a_space_begins_a_piece() -> None:
    longer = [symbol for symbol in WORDS.tokens[len(RESERVED) :] if len(symbol) > 1]
    assert not any("\n" in piece or " " in piece[1:] for piece in longer)
    assert any(piece.startswith(" ") for piece in longer)


def test_what_stands_together_too_seldom_is_not_merged() -> None:
    def pieces(times: int) -> list[str]:
        return spelling("xy", WordTokenizer.train(["xy\n" * times]))

    assert pieces(FREQUENT - 1) == ["x", "y"]
    assert pieces(FREQUENT) == ["xy"]


def test_a_vocabulary_keeps_to_its_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LARGEST_VOCABULARY", 50)
    tokenizer = WordTokenizer.train(TEXTS)
    assert len(tokenizer) == 50 < len(WORDS)
    assert tokenizer.tokens == WORDS.tokens[:50]


@pytest.mark.parametrize("texts", [[], [""], ["\n"], ["漢"]])
def test_a_text_of_nothing_gives_a_vocabulary_of_nothing(texts: list[str]) -> None:
    assert WordTokenizer.train(texts).tokens == (*RESERVED, "\n")


def test_the_same_texts_give_the_same_vocabulary_in_every_process() -> None:
    code = (
        "import sys, msgspec; from models.bpe import WordTokenizer; "
        "sys.stdout.buffer.write(msgspec.json.encode(WordTokenizer.train(msgspec.json.decode(sys.stdin.buffer.read()))))"
    )
    given_texts = msgspec.json.encode(random.Random(0).sample(TEXTS, len(TEXTS)))
    done = subprocess.run([sys.executable, "-c", code], input=given_texts, capture_output=True, check=True)
    assert msgspec.json.decode(done.stdout, type=WordTokenizer) == WORDS


def test_it_comes_back_from_the_description_of_a_model() -> None:
    config = msgspec.structs.replace(SHAPES["rotary"], vocab_size=len(WORDS))
    description = describe(SHAPES["rotary"])._replace(config=config, tokenizer=WORDS)
    read = Description.from_metadata(description.to_metadata(), "it.onnx")
    assert read == description
    assert read.tokenizer.kind == "word"
    assert read.tokenizer.encode("amber mirror") == WORDS.encode("amber mirror")


def test_opening_and_decoding_need_no_library() -> None:
    code = (
        "import sys, msgspec; from models.bpe import WordTokenizer; "
        "read = msgspec.json.decode(sys.stdin.buffer.read(), type=WordTokenizer); "
        "print(read.decode([11, 6, 10]), 'tokenizers' in sys.modules)"
    )
    small = msgspec.json.encode(WordTokenizer(**SMALL))
    done = subprocess.run([sys.executable, "-c", code], input=small, capture_output=True, check=True)
    assert done.stdout.decode() == " ab\nab False\n"


def test_a_prompt_is_fitted_as_by_characters() -> None:
    characters = CharacterTokenizer.train(TEXTS)
    for typed in ("Café “amber”", "\n\nAMBER  ж\r\n\n x", "👩 ﻻ"):
        assert WORDS.fit(typed) == characters.fit(typed)


@pytest.mark.parametrize("text", ["x" * 100_000, "amber " * 17_000, "🜁" * 100_000, "\ud800" * 100_000], ids=ascii)
def test_a_hundred_thousand_characters_are_no_trouble(text: str) -> None:
    assert len(WORDS.decode(WORDS.encode(text))) == len(text)


@pytest.mark.parametrize("symbol", RESERVED)
def test_no_text_can_spell_a_reserved_symbol(symbol: str) -> None:
    tokenizer = WordTokenizer.train([f"{symbol} " * 50])
    ids = tokenizer.encode(symbol)
    assert min(ids) >= len(RESERVED)
    assert tokenizer.decode(ids) == symbol


@pytest.mark.parametrize(
    "damage",
    [
        {"tokens": SMALL["tokens"][1:]},
        {"tokens": (*SMALL["tokens"], "a")},
        {"tokens": (*SMALL["tokens"], "")},
        {"tokens": (*SMALL["tokens"], "aa")},
        {"tokens": (*SMALL["tokens"], "a b"), "merges": ((8, 9), (7, 10), (8, 11))},
        {"tokens": (*SMALL["tokens"], "\nab"), "merges": ((8, 9), (7, 10), (6, 10))},
        {"tokens": (*NAMED, "\n", " ", "a", "\x1b", "a\x1b"), "merges": ((8, 9),)},
        {"tokens": (*NAMED, "\n", " ", "a", "\u202e", "a\u202e"), "merges": ((8, 9),)},
        {"tokens": (*NAMED, "\n", " ", "a", "\ud800", "a\ud800"), "merges": ((8, 9),)},
        {"merges": ()},
        {"merges": ((8, 9),)},
        {"merges": ((8, 9), (7, 10), (9, 8))},
        {"merges": ((8, 9), (7, 10), (8, 9))},
        {"merges": ((8, 9), (7, 10), (0, 8))},
        {"merges": ((8, 9), (7, 10), (8, 12))},
        {"merges": ((8, 9), (7, 10), (-1, 8))},
        {"merges": ((8, 9), (7, 10), (8, 2**62))},
    ],
)
def test_a_damaged_vocabulary_is_refused(damage: dict[str, Any]) -> None:
    WordTokenizer(**SMALL)
    with refused("^The tokenizer"):
        WordTokenizer(**SMALL | damage)


PIECES = st.lists(st.text("ab \n", max_size=3), unique=True, max_size=6)


@given(PIECES, st.lists(st.tuples(st.integers(5, 13), st.integers(5, 13)), max_size=6), st.text("abc \n"))
def test_a_vocabulary_is_refused_or_spells_every_text(
    pieces: list[str], merges: list[tuple[int, int]], text: str
) -> None:
    try:
        tokenizer = WordTokenizer(tokens=(*RESERVED, *pieces), merges=tuple(merges))
    except RumiError:
        return
    known = set(pieces)
    assert tokenizer.decode(tokenizer.encode(text)) == "".join(c if c in known else REPLACEMENT for c in text)
