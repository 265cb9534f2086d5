"""How the rhymes of a poem are named to a model, from its lines. Knows nothing of models."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from models.forms import form_named
from rumi_tui.verse.judge import can_judge, rhymes
from rumi_tui.verse.languages import LANGUAGES, language_of
from rumi_tui.verse.words import words


def unit_rhymes(lines: Sequence[str], form: str, language: str, letters: str = "") -> tuple[str, ...]:
    """The ending of each unit, as `models.layout.Conditions.rhymes` has it; empty where its lines do not rhyme.

    In a form of one rhyme it is that of the poem: what the first two lines that rhyme as the form asks end in. Where
    it is known in which `letters` all of its rhyming lines end, no more than these.
    Nothing for a form without couplets or a language without a rule of rhyme.
    """
    shape = form_named(form)
    if shape.unit == 1 or not can_judge(language):
        return ()
    if shape.one_rhyme:
        pairs = [pair for pair in shape.rhyming_pairs(len(lines)) if max(pair) < len(lines)]
        endings = [ending for one, other in pairs if (ending := _ending(lines[one], lines[other], language))]
        exact = filter(None, (_last(ending, letters) for ending in endings)) if letters else iter(())
        ending = next(exact, "") or next(iter(endings), "")
        return (ending,) if ending else ()
    return tuple(_ending(*unit, language) for unit in list(pairwise(lines))[:: shape.unit])


def asked_ending(rhyme: str) -> tuple[str, bool]:
    """A rhyme that a person asks for, as a model is told it, and whether that is all: one word of two is half of it."""
    if not LANGUAGES[language_of(rhyme)].rhymes_by_words:
        return rhyme.strip(), True
    asked = words(rhyme)[:2]
    return "".join(f" {word}" for word in asked), len(asked) == 2


def can_rhyme(rhyme: str) -> bool:
    """Whether what a person asks for can be the rhyme of two lines: where words are named, two of them must rhyme."""
    language = language_of(rhyme)
    asked = words(rhyme)
    if not LANGUAGES[language].rhymes_by_words or len(asked) == 1:
        return True
    return len(asked) == 2 and rhymes(asked[0], asked[1], language) == "perfect"


def ends_in(line: str, rhyme: str, place: int, language: str) -> bool:
    """Whether a line, at this place in its unit, ends in the rhyme that the unit was to have, as a model is told it."""
    if LANGUAGES[language].rhymes_by_words:
        return words(line)[-1:] == words(rhyme)[place : place + 1]
    return _letters(line).endswith(_letters(rhyme))


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def _ending(a: str, b: str, language: str) -> str:
    return LANGUAGES[language].ending(a, b) if rhymes(a, b, language) == "perfect" else ""


def _last(ending: str, letters: str) -> str:
    """The last part of an ending that is spelled in these letters, blanks and joiners aside; empty if none is."""
    parts = (ending[at:] for at in range(len(ending)) if ending[at].isalpha())
    return next((part for part in parts if _letters(part) == letters), "")
