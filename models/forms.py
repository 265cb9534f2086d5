"""The forms of a poem, one row each. Knows nothing of languages, of models or of how a form is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import RumiError


@dataclass(frozen=True)
class Form:
    """A form, as all parts of the program know it."""

    name: str
    """As people type it; a model file holds it as the reserved token `<name>`."""
    scheme: str = ""
    """Which lines rhyme, a letter each, unit by unit: "aa bb cc". The last unit repeats, and there the letters that the
    first unit does not have stand for new rhymes. Empty: nothing rhymes."""
    lines: int | None = None
    """How many lines a poem has; None: any number."""
    columns: int = 1
    """Lines that stand side by side where the language sets them so and there is room."""
    spaced: bool = False
    """Whether there is air between units."""
    help: str = ""
    """What it is, in a few words."""

    @property
    def unit(self) -> int:
        """Lines that belong together: 2 where couplets are made of hemistichs."""
        return len(self.scheme.partition(" ")[0]) or 1

    @property
    def one_rhyme(self) -> bool:
        """Whether the rhyme of the first unit goes through the whole poem."""
        opening, _, rest = self.scheme.partition(" ")
        return bool(set(opening) & set(rest))

    def both_rhyme(self, unit: int) -> bool:
        """Whether all lines of a unit, counted from 0, rhyme with each other; if not, only its last line rhymes."""
        units = self.scheme.split()
        return len(set(units[min(unit, len(units) - 1)])) == 1 if units else False

    def rhyming_pairs(self, lines: int) -> list[tuple[int, int]]:
        """The pairs of lines, counted from 0, that must rhyme in a poem of so many lines.

        Each line that rhymes is paired with the last line before it in the opening unit, or in its own. A pair may lie
        past the end of a poem that is too short for its form.
        """
        if not self.scheme:
            return []
        units = self.scheme.split()
        latest: dict[tuple[str, int], int] = {}
        pairs = []
        for line in range(self.lines or max(self.unit, lines - lines % self.unit)):
            number, place = divmod(line, self.unit)
            letter = units[min(number, len(units) - 1)][place]
            rhyme = (letter, 0 if letter in units[0] else number)
            if rhyme in latest:
                pairs.append((latest[rhyme], line))
            if number == 0 or rhyme not in latest:
                latest[rhyme] = line
        return pairs


FORMS = {
    form.name: form
    for form in (
        Form("couplet", "aa bb cc", columns=2, spaced=True, help="aa bb cc"),
        Form("ghazal", "aa ba ca", columns=2, spaced=True, help="aa ba ca, refrain"),
        Form("rubai", "aa ba", lines=4, columns=2, help="aaba"),
        Form("free", help="no scheme"),
    )
}
"""Every form, by its name, in the order in which people are shown them."""

FREE = "free"
"""The form of a text of which nobody has said one."""


def check_form(name: str) -> None:
    """Raises `RumiError` where no form has this name."""
    if name not in FORMS:
        raise RumiError(f"There is no form {name!r}: choose one of {', '.join(FORMS)}.")


def form_named(name: str) -> Form:
    """The form of this name; one that asks for nothing where a model file brings a name of its own."""
    return FORMS.get(name, Form(name))
