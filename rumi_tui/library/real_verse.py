"""What of a poem is Rumi's own, and where that stands in his works. Knows nothing of who wrote the rest."""

from __future__ import annotations

import msgspec


class RealVerse(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a poem that is Rumi's own verse."""

    length: int
    """Characters of the poem."""
    place: str
    """Where it stands in his works, for a person."""
    address: str = ""
    """Where it can be seen on the web; empty where that is not known."""
    parts: tuple[RealVerse, ...] = ()
    """What a cento is put together of, one after the other; none where all of it stands in one place."""

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

    def whole_lines(self, text: str) -> int:
        """How many lines of the poem, of which this is the text so far, are Rumi's from end to end."""
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
        """What stands above his lines."""
        return f"Rumi, {self.place}"


MACHINE_CAPTION = "A machine, in Rumi's manner"
"""What stands above the lines that follow his."""
