"""What the rules of rhyme of all languages share. Knows nothing of any language."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

Rhyme = Literal["perfect", "near"]


def shared_end(a: Sequence[str], b: Sequence[str]) -> int:
    """How many last items two sequences share."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(reversed(a), reversed(b), strict=False)))
