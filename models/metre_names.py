"""Which metres a person means who types a part of a name. Knows nothing of what a metre is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_SIGNS = "ʿʾ'’"
"""That stand beside letters."""


def metres_meant(asked: str, metres: Sequence[str]) -> list[str]:
    """Those of some metres that are asked for: by the name or the feet, by how their words begin, or by any part.

    Capitals and the signs on letters need not be typed.
    """
    asked, names = _bare(asked), {metre: _bare(metre) for metre in metres}
    wholes = [metre for metre, name in names.items() if asked in re.split(r" ?[()]", name)]
    return (
        wholes
        or [metre for metre, name in names.items() if _are_beginnings(asked.split(), re.findall(r"\w+", name))]
        or [metre for metre, name in names.items() if asked in name]
    )


def _are_beginnings(parts: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in parts)


def _bare(name: str) -> str:
    """The barest spelling of a name."""
    letters = unicodedata.normalize("NFKD", name.replace("\N{ZERO WIDTH NON-JOINER}", " ")).casefold()
    return "".join(each for each in letters if not unicodedata.combining(each) and each not in _SIGNS)
