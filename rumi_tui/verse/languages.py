"""What is known of each language, one row each. Knows nothing of models beyond their names."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from rumi_tui.verse import english, persian, stopwords
from rumi_tui.verse.rhyme import Rhyme


@dataclass(frozen=True)
class Language:
    """A language that verse is written and searched in."""

    code: str
    """ISO 639-1."""
    name: str
    model: str
    """The shipped model that writes it unless another is asked for, see `models.pretrained`."""
    script: str
    """The first word of the Unicode names of its letters."""
    rhymes: Callable[[list[str], list[str]], Rhyme | None]
    """How two lines rhyme, given as their words."""
    ending: Callable[[str, str], str]
    """How a model is told the rhyme of two lines that rhyme perfectly, given as they are written."""
    own_ending: Callable[[str], str]
    """How a model is told that lines rhyme with a word."""
    syllables: Callable[[str], int] | None
    """How many a word has; None where metre tells more (`rumi_tui.verse.metre`)."""
    rhymes_by_words: bool
    """Whether it is told by the last words of both lines; if not, by the letters that they end in."""
    stop_words: frozenset[str]
    """Words that say nothing of what a question is about, as `rumi_tui.verse.words.fold` spells them."""


LANGUAGES = {
    language.code: language
    for language in (
        Language(
            code="en",
            name="English",
            model="en",
            script="LATIN",
            rhymes=english.rhymes,
            ending=english.ending,
            own_ending=str,
            syllables=english.syllables,
            rhymes_by_words=True,
            stop_words=stopwords.ENGLISH,
        ),
        Language(
            code="fa",
            name="Persian",
            model="fa",
            script="ARABIC",
            rhymes=persian.rhymes,
            ending=persian.ending,
            own_ending=persian.own_ending,
            syllables=None,
            rhymes_by_words=False,
            stop_words=stopwords.PERSIAN,
        ),
    )
}
"""Every language, by its code; the first is what the program begins with."""

DEFAULT = next(iter(LANGUAGES.values()))


def language_name(code: str) -> str:
    """How a language is called; one that is not known by its code."""
    return LANGUAGES[code].name if code in LANGUAGES else repr(code)


def is_written_leftwards(code: str) -> bool:
    """Whether the script of a language runs from right to left."""
    return code in LANGUAGES and LANGUAGES[code].script == "ARABIC"


def model_language(model: str) -> str:
    """The code of the language of a shipped model, by which its name begins."""
    return model.partition("-")[0]


def model_title(model: str) -> str:
    """How a shipped model is called on the screen: by its language, and by what follows that in its name."""
    code, _, variant = model.partition("-")
    name = LANGUAGES[code].name if code in LANGUAGES else code
    return f"{name} ({variant})" if variant else name


def language_of(text: str) -> str:
    """The code of the language in whose script most letters of a text are; the first language's in doubt."""
    return language_typed(text) or DEFAULT.code


def language_typed(text: str) -> str | None:
    """The code of the language in whose script most letters of a text are; None where no letter is in any."""
    scripts = [unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha()]
    typed = [language for language in LANGUAGES.values() if language.script in scripts]
    return max(typed, key=lambda language: scripts.count(language.script)).code if typed else None
