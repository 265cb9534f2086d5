"""A poem or a section as it is read in: couplet by couplet in every language. Knows nothing of files."""

from __future__ import annotations

import msgspec

from models.errors import RumiError
from rumi_tui.texts.places import Place
from rumi_tui.verse.languages import LANGUAGES


class NumberedCouplet(msgspec.Struct, frozen=True, kw_only=True):
    """A couplet in all its languages."""

    number: int
    """In the Masnavi through the whole book, elsewhere in the poem; from 1."""
    verse: dict[str, str]
    """Its lines by language (ISO 639-1 code), as far as there are some."""


class WholePoem(msgspec.Struct, frozen=True, kw_only=True):
    """A section of the Masnavi, a ghazal or a quatrain."""

    place: Place
    forms: dict[str, str]
    """By language, each one of `models.forms.FORMS`."""
    titles: dict[str, str]
    """By language, as far as there are some."""
    metre: str
    """Its feet, and the name of the metre in brackets where it has one; empty where nobody said."""
    rhyme: str
    """The letters that all its rhyming lines end with; empty where nobody said, or each couplet has its own."""
    couplets: tuple[NumberedCouplet, ...]
    """In their order; numbers may be missing."""
    authors: dict[str, str]
    """Who wrote or translated what stands here, by language, as far as that is said."""

    @property
    def form(self) -> str:
        """Of the original, or of the translation where there is nothing else."""
        return next(iter(self.forms.values()))

    @property
    def languages(self) -> list[str]:
        """Those that stand here, the original first."""
        return list(self.forms)

    def couplet(self, number: int) -> NumberedCouplet | None:
        """The couplet of this number; None where it is not here."""
        return next((couplet for couplet in self.couplets if couplet.number == number), None)

    def place_of(self, couplet: NumberedCouplet) -> Place:
        """Where one of its couplets stands."""
        return msgspec.structs.replace(self.place, couplet=couplet.number)

    def only_in(self, language: str) -> WholePoem:
        """What of it is in a language. Raises `RumiError` where nothing is."""
        couplets = tuple(
            NumberedCouplet(number=couplet.number, verse={language: couplet.verse[language]})
            for couplet in self.couplets
            if language in couplet.verse
        )
        if not couplets:
            name = LANGUAGES[language].name if language in LANGUAGES else repr(language)
            raise RumiError(f"There is no {name} of {self.place.name} in these texts.")
        forms, titles, authors = (
            {language: each[language]} if language in each else {} for each in (self.forms, self.titles, self.authors)
        )
        return msgspec.structs.replace(self, forms=forms, titles=titles, authors=authors, couplets=couplets)

    def nearest(self, number: int) -> int:
        """The number of the couplet that is here and nearest to this one, the earlier one in doubt."""
        return min((couplet.number for couplet in self.couplets), key=lambda other: (abs(other - number), other))
