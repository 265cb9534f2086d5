"""Whether a word exists, by a word list of its language. Knows nothing of lines or poems.

The lists are those of `pyspellchecker` (English 160,000 words, Persian 28,000), which comes with the extra `train`. The
pronouncing dictionary would do for English without it, but judges worse: of the real words that are new in unseen verse
it lacks nearly twice as many, and its surnames let through no fewer made-up ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from models.tokenizer import normalise_for_models
from rumi_tui.verse.words import words

SHORTEST_STEM = 3
"""Letters that must be left when a prefix or an ending is taken off."""


@dataclass(frozen=True)
class Inflection:
    """What may be taken off a word to find its stem: one prefix, one ending, or both."""

    prefixes: tuple[str, ...] = ()
    endings: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Each ending, and what may have stood in its place."""

    def stems(self, word: str) -> Iterator[str]:
        """What the word may have been made from."""
        heads = [word.removeprefix(prefix) for prefix in ("", *self.prefixes) if word.startswith(prefix)]
        for head in heads:
            yield head
            for ending, replacements in self.endings.items():
                if head.endswith(ending):
                    yield from (head.removesuffix(ending) + replacement for replacement in replacements)


_ENGLISH = Inflection(
    ("un",),
    {
        "'s": ("",),
        "s'": ("s",),
        "'d": ("", "e", "ed"),
        "'st": ("", "e"),
        "est": ("", "e"),
        "dst": ("d",),
        "eth": ("", "e"),
    },
)
"""The endings of verse: the list has the others, and to build more of them would let through "sooned" and "indeeds"."""
_PERSIAN = Inflection(
    ("ب", "ن", "می", "نمی", "همی", "بی", "نا", "ال"),
    dict.fromkeys(
        """
        ها های هایی ان گان ی یی م ت ش ام ات اش مان تان شان است ست یست هاست یم ید ند اند ه ا تر ترین ین
        """.split(),  # noqa: SIM905
        ("",),
    ),
)
"""Before a word signs of the verb, negations, the article; after it plurals, persons, pronouns and the verb to be."""
_INFLECTIONS = {"en": _ENGLISH, "fa": _PERSIAN}


@cache
def word_list(language: str) -> frozenset[str]:
    """The words of a language (ISO 639-1), as `rumi_tui.verse.words.words` spells them.

    Empty for a language without a list, and where `pyspellchecker` is not installed.
    """
    try:
        from spellchecker import SpellChecker
    except ModuleNotFoundError:
        return frozenset()
    if language not in _INFLECTIONS:
        return frozenset()
    entries = SpellChecker(language).word_frequency.words()
    return frozenset(word for entry in entries for word in words(normalise_for_models(entry)))


def exists(word: str, language: str, known: Set[str]) -> bool:
    """Whether a word, or a stem that it may be made from, is in the word list or among other words known to exist."""
    listed = word_list(language)
    if word in known or word in listed:
        return True
    stems = _INFLECTIONS.get(language, Inflection()).stems(word)
    return any(len(stem) >= SHORTEST_STEM and (stem in known or stem in listed) for stem in stems)
