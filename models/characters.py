"""What of a text may reach a screen, and how characters are named to a person. Knows nothing of models.

What a stranger wrote into a file could otherwise move the cursor, change the title of the window or turn a line round.
"""

from __future__ import annotations

import unicodedata

_ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Mn", "Me", "Zs", "Zl", "Zp"})
"""Categories of characters of which alone nothing can be seen, or nothing that can be told from others."""

LONGEST_QUOTE = 200
"""Characters of what a person typed that are repeated to them."""
LONGEST_MESSAGE = 2_000
"""Characters of a message: what a person pasted may have a million."""
LINE_ENDS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
"""What ends a line, as `str.splitlines` has it."""
_CONTROLS = frozenset({"Cc", "Cf", "Cs"})
"""Categories of what controls a screen or the order of a line, and of halves of characters."""
_TO_BLANKS = str.maketrans(dict.fromkeys(LINE_ENDS + "\t", " "))


def is_printable(character: str) -> bool:
    """Whether a character may reach a screen: no control character, bidi mark or override, nor half of one."""
    return unicodedata.category(character) not in _CONTROLS or character == _ZWNJ


def printable(line: str) -> str:
    """The line without what may not reach a screen."""
    return line if line.isprintable() else "".join(filter(is_printable, line))


def one_line(text: str) -> str:
    """A text as one line to be told: line ends and tabs become blanks, what may not reach a screen becomes U+FFFD."""
    return "".join(c if is_printable(c) else "\N{REPLACEMENT CHARACTER}" for c in text.translate(_TO_BLANKS))


def told(message: str) -> str:
    """A message to a person as one line. Of one that repeats a text without end, the beginning and the end stand."""
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[: LONGEST_MESSAGE // 2]} … {message[-LONGEST_MESSAGE // 2 :]}"
    return one_line(message)


def spoken(character: str) -> str:
    """A character, or its name in words where nothing of it would be seen: `zero-width non-joiner`."""
    if unicodedata.category(character) not in _UNSEEN:
        return character
    name = unicodedata.name(character, f"character U+{ord(character):04X}")
    return name if name.startswith("character") else name.lower().replace("zero width", "zero-width")


def quoted(text: str) -> str:
    """A text in quotation marks, in which what could not be seen is named: '<no-break space>love'.

    Blanks between words, marks on letters and non-joiners in words stand as they are. Of a long text the beginning.
    """
    shown, rest = "", "…" * (len(text) > LONGEST_QUOTE)
    text = text[:LONGEST_QUOTE]
    for before, character, after in zip(f"\n{text}", text, f"{text[1:]}\n", strict=False):
        category = unicodedata.category(character)
        is_seen = (
            (character == " " and before != "\n" and after != "\n")
            or (character == _ZWNJ and before.isalpha() and after.isalpha())
            or (category == "Mn" and (before.isalpha() or unicodedata.category(before) == "Mn"))
        )
        named = character if is_seen else spoken(character)
        shown += character if named == character else f"<{named}>"
    return f"'{shown}{rest}'"
