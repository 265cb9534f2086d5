"""How characters are named to a person. Knows nothing of models."""

from __future__ import annotations

import unicodedata

_ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Mn", "Me", "Zs", "Zl", "Zp"})
"""Categories of characters of which alone nothing can be seen, or nothing that can be told from others."""


def spoken(character: str) -> str:
    """A character, or its name in words where nothing of it would be seen: `zero-width non-joiner`."""
    if unicodedata.category(character) not in _UNSEEN:
        return character
    name = unicodedata.name(character, f"character U+{ord(character):04X}")
    return name if name.startswith("character") else name.lower().replace("zero width", "zero-width")


def quoted(text: str) -> str:
    """A text in quotation marks, in which what could not be seen is named: '<no-break space>love'.

    Blanks between words, marks on letters and non-joiners within words stand as they are.
    """
    shown = ""
    for before, character, after in zip(f"\n{text}", text, f"{text[1:]}\n", strict=False):
        category = unicodedata.category(character)
        is_seen = (
            (character == " " and before != "\n" and after != "\n")
            or (character == _ZWNJ and before.isalpha() and after.isalpha())
            or (category == "Mn" and (before.isalpha() or unicodedata.category(before) == "Mn"))
        )
        named = character if is_seen else spoken(character)
        shown += character if named == character else f"<{named}>"
    return f"'{shown}'"
