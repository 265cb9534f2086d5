"""The spelling in which verse is searched: one for all ways to write a word. Knows nothing of indexes.

It goes further than `rumi_tui.verse.words.fold`, which the lexicons of models are made with and which must not change:
the parts of a Persian word that a zero-width non-joiner holds apart are one word here, and its ezafe is not written.
What is Persian is told by the letters alone.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable
from functools import lru_cache

from models.tokenizer import normalise
from rumi_tui.verse.languages import language_typed
from rumi_tui.verse.words import fold

ORIGINAL, TRANSLATION = "fa", "en"
"""ISO 639-1 codes: what Rumi wrote in, and what he is read in."""
TOKENIZER = "porter unicode61 remove_diacritics 2"
"""Of FTS5: English words by their stem (Porter, An algorithm for suffix stripping, 1980)."""
PREFIXES = frozenset(["می", "نمی", "همی"])
"""Of verbs; the first alone is also wine."""
ENDINGS = frozenset("ی ها های هایی هاست ام ات اش ایم اید اند است ست ای تر ترین".split())  # noqa: SIM905
_MORE_ENDINGS = frozenset("ان انی انه م ت ش مان تان شان ند یم ید د ن ه را ک".split())  # noqa: SIM905
_LONGEST_FIRST = sorted(sorted(ENDINGS | _MORE_ENDINGS), key=len, reverse=True)

_SIGNS = "\u064b-\u065f\u0670"
JOINER = "\u200c"
_EZAFE = re.compile(rf"ه{JOINER}ی(?!\w)")
_COMPOUND = re.compile(rf"(?<!\w)\w+(?:{JOINER}\w+)+")
_PARTED_VERB = re.compile(rf"(?<!\w)({'|'.join(PREFIXES)}) (\w+)")
_GENITIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
_WORD = re.compile(rf"(?:(?<!\w)(?:{'|'.join(PREFIXES)}) )?\w(?:\w|[{_SIGNS}{JOINER}])*(?:{_GENITIVE.pattern})?", re.I)


def has_persian(line: str) -> bool:
    """Whether a line has a word that may have a gloss, as its letters tell."""
    return any(language_typed(word) == ORIGINAL for word in line.split())


def search_spelling(text: str) -> str:
    """A text as it is searched: folded, in small letters, each Persian compound as one word, no English genitive."""
    return fold(_GENITIVE.sub("", _unsigned(text).replace(JOINER, ""))).casefold()


def other_spellings(text: str) -> str:
    """What its words are searched by besides: the parts of compounds, and verbs that stand apart from their prefix."""
    unsigned = _unsigned(text)
    parts = (part for compound in _COMPOUND.findall(unsigned) for part in compound.split(JOINER))
    verbs = (prefix + verb for prefix, verb in _PARTED_VERB.findall(unsigned))
    words = " ".join([*(part for part in parts if part not in PREFIXES | ENDINGS), *verbs])
    return fold(words).casefold() if words else ""  # as for most verse


def search_words(text: str) -> list[str]:
    """The words of a text in the order in which they stand, as they are searched."""
    return re.findall(r"\w+", search_spelling(text))


def spelled_words(text: str) -> list[tuple[int, int, list[str]]]:
    """Where each word of a text begins and ends, and all that it can be found by."""
    found = []
    for match in _WORD.finditer(text):
        word = match[0]
        found.append((*match.span(), [*search_words(word), *search_words(other_spellings(word))]))
    return found


def is_stemmed(word: str) -> bool:
    """Whether FTS5 may keep another word for it, its stem: of a word in the spelling of `search_words`."""
    return word.isascii() and len(word) > 2


def stems(words: Iterable[str]) -> dict[str, str]:
    """The stem of each word, as the index keeps it; of a Persian word it is the word."""
    distinct = list(dict.fromkeys(words))
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE VIRTUAL TABLE words USING fts5 (word, tokenize = '{TOKENIZER}')")
        database.execute("CREATE VIRTUAL TABLE terms USING fts5vocab (words, instance)")
        database.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(distinct))
        found = dict(database.execute("SELECT doc, term FROM terms ORDER BY doc, offset DESC"))
    return {word: found.get(number, word) for number, word in enumerate(distinct)}


def without_prefix(word: str) -> str:
    """A Persian verb without its prefix, any other word as it is, as `search_words` spells both."""
    return next(
        (word.removeprefix(each) for each in PREFIXES if word.startswith(each) and len(word) > len(each) + 1), word
    )


@lru_cache(maxsize=1 << 15)
def persian_stem(word: str) -> str:
    """A Persian word, as `search_words` spells it, without the prefix of a verb and without its last endings.

    A rule for comparing words, not grammar: at most two endings go, and three letters stay.
    """
    stem = without_prefix(word)
    for _ in range(2):
        ending = next((each for each in _LONGEST_FIRST if stem.endswith(each) and len(stem) - len(each) >= 3), "")
        stem = stem[: len(stem) - len(ending)]
    return stem


def _unsigned(text: str) -> str:
    return _EZAFE.sub("ه", re.sub(f"[{_SIGNS}]", "", normalise(text)))
