"""Text as it is compared, and lines as their words. Knows nothing of languages, poems or models."""

from __future__ import annotations

import re
import unicodedata
from itertools import filterfalse, pairwise

from models.tokenizer import normalise

MOST_TERMS = 64
"""Of a search: SQLite takes no more than a few hundred."""

SENTENCE_ENDS = tuple('.!?؟;؛…”’"»')
"""What the last line of a sentence ends with: a mark, or a quotation mark that closes."""

_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SPELLED = re.compile(rf"[^\W\d_](?:{_MARKS.pattern}|[^\W\d_]|['’\u200c](?=[^\W\d_]))*")
_WITHIN = re.compile(rf"(?:{_MARKS.pattern}|[^\W\d_]|['’\u200c])+")


def fold(text: str) -> str:
    """The spelling in which texts are compared: normalised, without vowel signs, accents and joiners."""
    parts = unicodedata.normalize("NFD", normalise(text).replace("\N{ZERO WIDTH NON-JOINER}", " "))
    return normalise("".join(filterfalse(unicodedata.combining, parts)))


def search_terms(text: str) -> list[str]:
    """The first `MOST_TERMS` different words of a text in their folded spelling, without capitals."""
    return list(dict.fromkeys(re.findall(r"\w+", fold(text).casefold())))[:MOST_TERMS]


def words(line: str) -> list[str]:
    """The words of a line in small letters, without vowel signs and punctuation; an apostrophe within a word stays.

    Unlike `fold` it leaves letters whole that sound otherwise without their sign, as alef with madda.
    """
    return _WORD.findall(_MARKS.sub("", line).replace("’", "'").lower())


def word_places(text: str) -> list[range]:
    """Where each of `words` stands in a text: the ranges of its characters, with the vowel signs on them."""
    bare = [(place, letter) for place, letter in enumerate(text) if not _MARKS.match(letter)]
    letters = [(place, small) for place, letter in bare for small in letter.replace("’", "'").lower()]
    ends = {place: following for (place, _), (following, _) in pairwise([*bare, (len(text), "")])}
    found = _WORD.finditer("".join(small for _, small in letters))
    return [range(letters[word.start()][0], ends[letters[word.end() - 1][0]]) for word in found]


def spelled_words(text: str) -> list[range]:
    """Where its words stand, as ranges of its characters; unlike in `words`, no joiner parts them."""
    return [range(*word.span()) for word in _SPELLED.finditer(text)]


def is_within_word(text: str) -> bool:
    """Whether a word can go on with this: letters, the marks on them, and what stands between letters."""
    return _WITHIN.fullmatch(text) is not None


def ends_sentence(text: str) -> bool:
    """Whether the last character of verse is one of `SENTENCE_ENDS`."""
    return text.rstrip().endswith(SENTENCE_ENDS)


def unaccented(word: str) -> str:
    """A word without accents."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", word))
