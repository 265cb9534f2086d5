"""The colours of a theme on terminals that have 256 or 16 of them.

Rich would take each colour for itself to one that is near in hue: the ground of paper turned to lemon with fields of
pink, and letters went under. Here grounds stay as grey as they were, and letters stand out from what is behind them as
they did. Knows nothing of the themes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as Ground
from textual.filter import LineFilter

CHOICE: dict[str, list[Color]] = {
    "256": [Color.from_ansi(number) for number in range(16, 256)],
    "standard": [Color.from_ansi(number) for number in range(16)],
}
"""The colours there are, by the name that Rich has for so many. A terminal may set the first 16 as it likes."""
BLUES = {"#111a3a": 17, "#172149": 17, "#1c2856": 18}
"""Grounds that are dark and yet a colour: grey is nearer, but not meant."""
GREYISH = 40
"""How far red, green and blue, of 255 each, are apart in what is taken for grey."""
ENOUGH = 12.0
"""A contrast that need not be kept."""


def luminance(colour: ColorTriplet) -> float:
    """WCAG 2.2, relative luminance, from 0 to 1."""
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """WCAG 2.2, contrast ratio, from 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4096)
def fit(text: ColorTriplet, ground: ColorTriplet, depth: str) -> tuple[Color, Color]:
    """What letters and their ground are drawn in, where a terminal has only so many colours.

    The letters stand out as much as they did, or `ENOUGH`; if none of the colours does, as much as any.
    """
    number = BLUES.get(ground.hex) if depth == "256" else None
    new_ground = Color.from_ansi(number) if number else _nearest(ground, CHOICE[depth])
    wanted = min(contrast(text, ground), ENOUGH)
    behind = new_ground.get_truecolor()
    readable = [colour for colour in CHOICE[depth] if contrast(colour.get_truecolor(), behind) >= wanted]
    if readable:
        return _nearest(text, readable), new_ground
    return max(CHOICE[depth], key=lambda colour: contrast(colour.get_truecolor(), behind)), new_ground


def _nearest(colour: ColorTriplet, choice: Iterable[Color]) -> Color:
    """The one that looks most alike (https://www.compuphase.com/cmetric.htm); a grey for a grey."""
    colours = list(choice)
    alike = [each for each in colours if _is_greyish(each.get_truecolor()) == _is_greyish(colour)]

    def distance(other: Color) -> float:
        red, green, blue = (part - there for part, there in zip(colour, other.get_truecolor(), strict=True))
        mean = (colour.red + other.get_truecolor().red) / 2
        return (2 + mean / 256) * red**2 + 4 * green**2 + (2 + (255 - mean) / 256) * blue**2

    return min(alike or colours, key=distance)


def _is_greyish(colour: ColorTriplet) -> bool:
    return max(colour) - min(colour) < GREYISH


class FewColours(LineFilter):
    """Draws every row in the colours that the terminal has."""

    def __init__(self, depth: str) -> None:
        super().__init__()
        self._depth = depth

    def apply(self, segments: list[Segment], background: Ground) -> list[Segment]:
        """The row in these colours."""
        behind = background.rich_color
        return [
            Segment(text, _restyle(style, behind, self._depth) if style else style, control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=1024)
def _restyle(style: Style, behind: Color, depth: str) -> Style:
    text, ground = style.color, style.bgcolor or behind
    if ground.is_default or (text is not None and text.is_default):
        return style
    new_text, new_ground = fit((text or ground).get_truecolor(), ground.get_truecolor(), depth)
    return style + Style(color=new_text if text else None, bgcolor=new_ground)
