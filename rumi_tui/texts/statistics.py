"""What a text is made of, counted. Knows nothing of how it is printed."""

from __future__ import annotations

from collections import Counter

import msgspec

from models.tokenizer import RARE, SEPARATOR
from rumi_tui.texts.corpus import VALIDATION_EVERY, Source


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
