"""What a phrase is, and the hash by which an index knows it (`models.phrases`). Knows nothing of what a word is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

PHRASE = 5
"""Words of a phrase. Of those of real verse, one in 64 (English) or 92 (Persian) stands in other verse of the same
texts; of phrases of four words, one in 16 or 41: too many to call each of them copied."""
RANGE = 10**10
"""Of a hash. A phrase that is not in an index of n phrases passes for one of them n times in `RANGE`: once in 12,700
times beside the Persian texts. More would make their index larger than 2 MB."""


def phrase_hashes(words: Sequence[str]) -> list[int]:
    """A hash of each phrase of some words, below `RANGE`, the same everywhere."""
    phrases = (" ".join(words[place : place + PHRASE]) for place in range(len(words) - PHRASE + 1))
    digests = (hashlib.blake2b(phrase.encode("utf-8", "replace"), digest_size=8).digest() for phrase in phrases)
    return [int.from_bytes(digest, "little") % RANGE for digest in digests]
