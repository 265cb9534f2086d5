"""What a restless person does at the console, as a seed says. Knows nothing of how it is done."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from rumi_tui.console.actions import EVERYWHERE, SCROLLING, WRITING
from rumi_tui.console.slash_commands import completions

WORDS = [
    "lantern ",
    "The river ",
    "amber, ",
    "A door ",
    "چراغ ",
    "دریا و ",
    "پنجره\u200cها ",
    "é\u0301 ",
    "日本 ",
    "[b]",
]
MOVES = [
    *["enter", "escape", "up", "down", "left", "right", "tab"] * 3,
    "shift+tab",
    "backspace",
    "delete",
    "home",
    "end",
]
MOVES += ["space", "ctrl+a", "ctrl+e", "ctrl+u", "ctrl+w", "ctrl+z", "ctrl+shift+z", "ctrl+p", "shift+left", "shift+up"]
MOVES += [*SCROLLING, "alt+b", "alt+d", "alt+left", "alt+up", "ctrl+j", "ctrl+v", "f2", "f3", "g"]
DEEDS = [action.key for action in (*WRITING, *EVERYWHERE) if action.name != "quit"]
COMMANDS = [line for line in completions() if not line.startswith("/quit")]
VALUES = ["0", "1", "7", "0.9", "400", "-1", "nan", "x" * 50, ""]
PERSIAN = "چراغ آمد و شب رفت و دریا آرام است (۱۲۳) abc\u200cdef"
PASTES = [
    "a line\nand another\r\nand a third\n",
    "\x1b]0;title\x07\x1b[31m red \x9b1m \x00\x01\x7f\u0085\u2028",
    "\u202eright to left\u202c \u2066isolated\u2069 \u200f\u200e\ufeff\u00ad",
    PERSIAN,
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") + "e" + "\u0301" * 200,
    "/form ghazal\n/quit later",
    "reed flute " * 10_000,
    "ن" * 50_000,
]
SMALLEST, LARGEST = (20, 8), (300, 100)
EVERYDAY = [(80, 24), (100, 28), (120, 40)]
LOOK_SECONDS = 1.5
"""Longer than it takes to read the works or the glosses."""
INDEX_SECONDS = 30.0
"""Longer than it takes to make the index of Rumi's verse."""


class Deed(NamedTuple):
    """One thing that a person does."""

    kind: str
    """A method of `Use`."""
    value: object

    def __str__(self) -> str:
        words = str(self.value)
        return words if self.kind == "press" else f"{self.kind} {words[:40]!r}{'…' * (len(words) > 40)}"


def keys(*names: str) -> Iterator[Deed]:
    """Each key once."""
    return (Deed("press", name) for name in names)


def look_around() -> Iterator[Deed]:
    """Opens every page on the largest screen, over the longest text and over Persian, and types a word there.

    So all that the console reads once is there, and as much is drawn as ever will be.
    """
    yield Deed("resize", LARGEST)
    for language, text, word in ("en", max(PASTES, key=len), "love"), ("fa", PERSIAN, "عشق"):
        yield from keys(*f"/model {language}", "enter")
        yield Deed("paste", text)
        yield from keys("enter")
        for key in DEEDS:
            yield from keys(key)
            yield Deed("wait", LOOK_SECONDS)
            yield from keys(*word, "enter")
            yield Deed("wait", LOOK_SECONDS)
            yield from keys(*["escape"] * 4)
        yield Deed("wait", INDEX_SECONDS)


def deeds(seed: int) -> Iterator[Deed]:
    """All that is done, without end."""
    rng = random.Random(seed)

    def move() -> Iterator[Deed]:
        yield from keys(rng.choice(MOVES))

    def act() -> Iterator[Deed]:
        yield from keys(rng.choice(DEEDS))

    def word() -> Iterator[Deed]:
        yield from keys(*rng.choice(WORDS))

    def paste() -> Iterator[Deed]:
        yield Deed("paste", rng.choice(PASTES))

    def command() -> Iterator[Deed]:
        line = rng.choice(COMMANDS)
        yield from keys(*line, *(rng.choice(VALUES) if line.endswith(" ") else ""), "enter")

    def click() -> Iterator[Deed]:
        yield Deed("click", (rng.random(), rng.random(), rng.choice([1, 1, 2])))

    def wheel() -> Iterator[Deed]:
        place, way = (rng.random(), rng.random()), rng.choice([64, 65])
        yield from [Deed("wheel", (*place, way))] * rng.randint(1, 5)

    def resize() -> Iterator[Deed]:
        anything = tuple(rng.randint(low, high) for low, high in zip(SMALLEST, LARGEST, strict=True))
        yield Deed("resize", rng.choice([*EVERYDAY, anything, anything]))

    def change_language() -> Iterator[Deed]:
        yield from keys(*["escape"] * 3, *f"/model {rng.choice(['en', 'fa'])}", "enter")

    def write() -> Iterator[Deed]:
        """Goes back to the page, writes for a while, and mostly stops."""
        yield from keys(*["escape"] * 4, "enter")
        for _ in range(rng.randint(5, 40)):
            yield from keys(rng.choice(["up", "down", "pagedown", "tab", *"lantern"]))
            yield Deed("wait", rng.random() / 20)
        if rng.random() < 0.7:
            yield from keys("escape")

    def wait() -> Iterator[Deed]:
        yield Deed("wait", rng.random())

    kinds = {move: 30, act: 14, word: 12, command: 6, click: 6, wheel: 4, paste: 3, resize: 5, write: 8, wait: 6}
    kinds[change_language] = 2
    while True:
        yield from rng.choices(list(kinds), list(kinds.values()))[0]()
