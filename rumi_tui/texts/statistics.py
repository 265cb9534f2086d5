"""What a text is made of, counted. Knows nothing of how it is printed."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import msgspec

from models.tokenizer import RARE, SEPARATOR
from rumi_tui.texts.corpus import VALIDATION_EVERY, Source

LOOKED_AT = 10_000
"""Poems in which it is looked for what may be wrong with a text."""
ONE_LINERS = 0.1
"""Share of poems of one line from which on a text looks wrongly cut."""
_LICENCE = re.compile(r"project gutenberg|copyright|all rights reserved|licen[cs]ed? ", re.IGNORECASE)


def doubts_of(source: Source) -> list[str]:
    """What looks wrong in the first poems of a text, in sentences; whoever knows the text knows better."""
    poems = [poem.text for poem in islice(source.poems, LOOKED_AT)]
    doubts = []
    one_liners = sum("\n" not in poem for poem in poems)
    if one_liners > ONE_LINERS * len(poems):
        doubts.append(
            f"{one_liners:,} of {len(poems):,} poems have one line: are they titles, or lines with blank lines between?"
        )
    if any(_LICENCE.search(poem) for poem in poems[:3]):
        doubts.append("It begins with a notice of licence, which is no verse: cut that away.")
    return [f"{source.name} may need mending. {doubt}" for doubt in doubts]


class TextStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one text in its normal form."""

    name: str
    language: str | None
    form: str
    poems: int
    validation_poems: int
    lines: int
    characters: int
    """Separators between poems included."""
    symbols: tuple[str, ...]
    """Every character that is no blank, the most frequent first."""
    rare_symbols: dict[str, int]
    """Those that are seen too seldom to enter an alphabet, and how often."""


def describe_text(source: Source) -> TextStatistics:
    """Counts one text."""
    counts = Counter[str]()
    poems = lines = 0
    characters = -len(SEPARATOR)
    for poem in source.poems:
        counts.update("".join(poem.text.split()))
        poems += 1
        lines += poem.text.count("\n") + 1
        characters += len(poem.text) + len(SEPARATOR)
    return TextStatistics(
        name=source.name,
        language=source.language,
        form=source.form,
        poems=poems,
        validation_poems=poems // VALIDATION_EVERY,
        lines=lines,
        characters=characters,
        symbols=tuple(symbol for symbol, _ in counts.most_common()),
        rare_symbols={symbol: count for symbol, count in counts.most_common() if count < RARE},
    )
