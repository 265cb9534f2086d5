"""What of a poem is Rumi's own, and where that stands in his works. Knows nothing of libraries or files."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

import msgspec

from rumi_tui.verse.words import fold, spelled_words

Author = Literal["Rumi", "machine", "hand"]
"""`hand`: a person changed his verse."""
MACHINE_CAPTION = "A machine, in Rumi's manner"
"""What stands above the lines that follow his."""
CAPTIONS: dict[Author, str] = {"machine": MACHINE_CAPTION, "hand": "Changed by hand"}
"""What stands above lines in the midst of his."""
LEAST_WORDS = 2
"""Of his that a poem begins with to begin with his verse, where none of his lines is whole."""


def shared_beginning(one: str, other: str) -> int:
    """How many characters two texts have in common from the first on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def shared_words(one: str, other: str) -> int:
    """How many characters of words two texts have in common from the first on; 0 for fewer than `LEAST_WORDS` words."""
    shared = shared_beginning(one, other)
    pairs = zip(spelled_words(one), spelled_words(other), strict=False)
    ends = [word.stop for word, same in pairs if word == same and word.stop <= shared]
    return ends[-1] if len(ends) >= LEAST_WORDS else 0


class RealVerse(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a poem that is Rumi's own verse, or a part of it that may be another's."""

    length: int
    """Characters of the poem."""
    place: str
    """Where it stands in his works, for a person; empty for what is not his."""
    address: str = ""
    """Where it can be seen on the web; empty where that is not known."""
    parts: tuple[RealVerse, ...] = ()
    """What it is put together of, one after the other: the couplets of a cento, and lines of others in their midst.
    None where all of it stands in one place."""
    author: Author = "Rumi"
    """Of a part."""

    @property
    def others(self) -> set[Author]:
        """Who else has written lines in its midst."""
        return {part.author for part in self.parts} - {"Rumi"}

    def shortened(self, length: int) -> RealVerse | None:
        """What of it stands among the first characters of the poem."""
        if length <= 0:
            return None
        left, parts = length, list[RealVerse]()
        for part in self.parts:
            if shortened := part.shortened(left):
                parts.append(shortened)
            left -= part.length
        return msgspec.structs.replace(self, length=min(length, self.length), parts=tuple(parts))

    def changed(self, old: str, new: str, by: Author) -> RealVerse | None:
        """What of it stands in the poem once that is no longer `old` but `new`.

        His lines stay his wherever they stand now, with their vowel signs or without, and lines that somebody wrote in
        their midst are told from them, as are those that a person wrote below a poem that is his from end to end. What
        a machine wrote after the last of them does not belong to it any more. Where none of his lines is whole, the
        words that both texts begin with are his.
        """
        is_whole = self.length >= len(old)
        goes_on_by_hand = by == "hand" and is_whole and new != old
        if self.length <= len(old) and new.startswith(old[: self.length]) and not goes_on_by_hand:
            return self
        before = [part for part, lines in self.lines_by_place(old) for _ in range(lines)]
        other, now = RealVerse(length=0, place="", author=by), list[RealVerse]()
        old_lines, new_lines = old.split("\n"), new.split("\n")
        alike = SequenceMatcher(None, [*map(fold, old_lines)], [*map(fold, new_lines)], autojunk=False)
        for deed, begin, end, new_begin, new_end in alike.get_opcodes():
            if begin < len(before) or is_whole:
                now += before[begin:end] if deed == "equal" else [other] * (new_end - new_begin)
        while now and (now[-1].author == "machine" or not new_lines[len(now) - 1]):
            now.pop()
        if all(line.author != "Rumi" for line in now):
            return None if self.others else self.shortened(shared_words(old, new))
        parts, left = list[RealVerse](), len(new)
        for _, run in groupby(zip(now, new_lines, strict=False), key=lambda line: (line[0].author, line[0].place)):
            lines = list(run)
            length = min(left, sum(len(line) + 1 for _, line in lines))
            parts.append(msgspec.structs.replace(lines[0][0], length=length, parts=()))
            left -= length
        is_one = len(parts) == 1 and parts[0].place == self.place
        return msgspec.structs.replace(self, length=len(new) - left, parts=() if is_one else tuple(parts))

    def whole_lines(self, text: str) -> int:
        """How many lines of the poem, of which this is the text so far, it has from end to end."""
        beginning = text[: self.length]
        ends_in_line = bool(beginning) and not beginning.endswith("\n")
        return beginning.count("\n") + (ends_in_line and text[self.length : self.length + 1] in ("", "\n"))

    def lines_by_place(self, text: str) -> list[tuple[RealVerse, int]]:
        """How many of these lines stand in each of its places, in the order of the poem."""
        begins, lines = 0, list[tuple[RealVerse, int]]()
        for part in self.parts or (self,):
            lines.append((part, part.whole_lines(text[begins:])))
            begins += part.length
        return [(part, count) for part, count in lines if count]

    @property
    def caption(self) -> str:
        """What stands above these lines."""
        return CAPTIONS.get(self.author) or f"Rumi, {self.place}"
