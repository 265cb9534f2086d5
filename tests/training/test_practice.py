from __future__ import annotations

from itertools import islice

from support import SHAPES, describe, random_decoder

from rumi_tui.engine.generate import DEFAULT_LINES
from training.practice import own_poems
from training.torch_step import TorchStep

SHAPE = SHAPES["rotary"]


def test_practice_is_verse_of_a_form_until_there_is_enough_of_it() -> None:
    model, tokenizer = TorchStep(random_decoder(SHAPE)), describe(SHAPE).tokenizer
    poems = list(own_poems(model, tokenizer, "couplet", 150))
    lines = [poem.text.split("\n") for poem in poems]
    assert {poem.form for poem in poems} == {"couplet"}
    assert all(line for poem in lines for line in poem)
    assert sum(map(len, lines[:-1])) < 150 <= sum(map(len, lines))
    assert max(map(len, lines)) <= DEFAULT_LINES
    assert list(islice(own_poems(model, tokenizer, "couplet", 1000), len(poems))) == poems
