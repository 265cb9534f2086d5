from __future__ import annotations

import pytest
from support import refused

from models.bpe import WordTokenizer
from models.tokenizer import CharacterTokenizer
from rumi_tui.texts.corpus import parse_poems
from training.data import encode_poem
from training.rhyme.weights import WEIGHT, rhyme_weights, self_training_weights

POEM = "the night is deep\na lantern in the keep\nthe stone\nthe river"


def weighted(text: str, form: str, language: str, kind: type[CharacterTokenizer | WordTokenizer]) -> list[str]:
    """What weighs more in each run of tokens that do."""
    tokenizer = kind.train([text] * 40)
    ids = encode_poem(tokenizer, next(parse_poems(text.splitlines(), form)))
    weights = rhyme_weights(ids, tokenizer, language)
    assert set(weights.tolist()) <= {1, WEIGHT}
    marked = "".join(
        tokenizer.text_of(id) + "." * (id == tokenizer.end_id) if weight == WEIGHT else "|"
        for id, weight in zip(ids.tolist(), weights.tolist(), strict=True)
    )
    return [run for run in marked.split("|") if run]


@pytest.mark.parametrize("kind", [CharacterTokenizer, WordTokenizer])
@pytest.mark.parametrize(
    ("text", "form", "language", "expected"),
    [
        (POEM, "couplet", "en", ["keep\n"]),
        ("a door\nmore", "couplet", "en", ["more."]),
        (POEM, "free", "en", []),
        ("چراغ دریا شد\nصدای صحرا شد", "couplet", "fa", ["صحرا شد."]),
        ("the night is deep !\na lantern in the keep !", "couplet", "en", ["keep !."]),
        ("چراغ دریا شد\nصدای صحرا شد ؟", "couplet", "fa", ["صحرا شد ؟."]),
        ("چراغ دریا می\u200cشود\nصدای صحرا می\u200cشود", "couplet", "fa", ["صحرا می\u200cشود."]),
        ("چراغ و باران\nدر آن یاران\nپنجره\nگل و ایران", "rubai", "fa", ["یاران\n", "ایران."]),
    ],
)
def test_the_words_that_rhyme_weigh_more_to_the_end_of_their_line(text, form, language, expected, kind) -> None:
    assert [run.strip(" ") for run in weighted(text, form, language, kind)] == expected


PRACTISED = "a lantern in the keep"


@pytest.mark.parametrize("kind", [CharacterTokenizer, WordTokenizer])
@pytest.mark.parametrize(
    ("second", "counts"),
    [
        (PRACTISED, True),
        ("a lantern in the stone", False),
        ("a lentern in the keep", False),
        ("a lantern in in the keep", False),
        ("the lantern in the river in the keep", False),
        ("the keep", False),
    ],
    ids=["rhymes", "no rhyme", "unknown word", "a word twice", "too long", "too short"],
)
def test_a_pair_of_lines_of_generated_verse_counts_where_it_rhymes_and_is_verse(second, counts, kind) -> None:
    pair = f"the night is so deep\n{second}\n"
    text = f"{pair}the stone\nthe river"
    tokenizer = kind.train([text] * 40)
    ids = encode_poem(tokenizer, next(parse_poems(text.splitlines(), "couplet")))
    weights = self_training_weights(ids, tokenizer, "en", set(f"{POEM} so".split()))
    counted = [weight for weight in weights.tolist() if weight]
    pieces = [tokenizer.text_of(id) for id, weight in zip(ids.tolist(), weights.tolist(), strict=True) if weight]
    assert "".join(pieces).strip(" ") == pair * counts
    assert set(counted) == ({1, WEIGHT} if counts else set())
    assert not self_training_weights(ids, tokenizer, "en", set(POEM.split())).any()  # it lacks a word of the first line


def test_a_pair_that_a_poem_of_generated_verse_says_again_counts_once_and_its_end_never() -> None:
    text = (
        f"the night is so deep\n{PRACTISED}\nthe night is so deep\n{PRACTISED}\nthe river is deep\na keep in the keep"
    )
    tokenizer = CharacterTokenizer.train([text] * 40)
    ids = encode_poem(tokenizer, next(parse_poems(text.splitlines(), "couplet")))
    weights = self_training_weights(ids, tokenizer, "en", set(text.split()))
    counted = "".join(
        tokenizer.text_of(id) for id, weight in zip(ids.tolist(), weights.tolist(), strict=True) if weight
    )
    assert counted == f"the night is so deep\n{PRACTISED}\nthe river is deep\na keep in the keep"
    assert weights[-1] == 0


@pytest.mark.parametrize(
    ("form", "lines", "counts"), [("rubai", 4, True), ("rubai", 3, False), ("rubai", 5, False), ("couplet", 4, False)]
)
def test_only_a_whole_quatrain_of_generated_verse_teaches_how_it_ends(form: str, lines: int, counts: bool) -> None:
    text = "\n".join(
        ["the night is deep", "a lantern in the keep", "the river in sleep", "a stone in a heap", "a reap"][:lines]
    )
    tokenizer = CharacterTokenizer.train([text] * 40)
    ids = encode_poem(tokenizer, next(parse_poems(text.splitlines(), form)))
    weights = self_training_weights(ids, tokenizer, "en", set(text.split()))
    assert weights[-1] == (WEIGHT if counts else 0)


def test_a_language_without_a_rule_of_rhyme_is_refused() -> None:
    with refused("no rule of rhyme"):
        weighted("bir ev\niki dev", "couplet", "tr", CharacterTokenizer)
