from __future__ import annotations

import pytest
from support import refused

from models.tokenizer import CharacterTokenizer
from models.words import WordTokenizer
from rumi_tui.texts.corpus import parse_poems
from training.data import encode_poem
from training.rhyme_weights import WEIGHT, rhyme_weights

POEM = "the night is deep\na lantern in the keep\nthe stone\nthe river"


def weighted(text: str, form: str, language: str, kind: type[CharacterTokenizer | WordTokenizer]) -> list[str]:
    """What weighs more in each run of symbols that do."""
    tokenizer = kind.train([text] * 40)
    ids = encode_poem(tokenizer, next(parse_poems(text.splitlines(), form)))
    weights = rhyme_weights(ids, tokenizer, language)
    assert set(weights.tolist()) <= {1, WEIGHT}
    marked = "".join(
        tokenizer.piece(id) + "." * (id == tokenizer.end_id) if weight == WEIGHT else "|"
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


def test_a_language_without_a_rule_of_rhyme_is_refused() -> None:
    with refused("no rule of rhyme"):
        weighted("bir ev\niki dev", "couplet", "tr", CharacterTokenizer)
