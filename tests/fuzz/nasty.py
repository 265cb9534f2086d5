"""Texts and numbers that programs stumble over."""

from __future__ import annotations

LARGE_NUMBERS = [
    *(0, 1, 2, 7, 40, 127, 128, 255, 256, 65_535, 65_536, 1_000_000),
    *(2**31 - 1, 2**31, 2**32, 2**40, 2**53 + 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30),
]
LARGE_NUMBERS += [-number for number in LARGE_NUMBERS[1:]]
NASTY_TEXTS = [
    *("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b1;1H", "\x1b[?1049h", "\x1bP+q\x1b\\", "\x00", "a\x00b", "\x7f"),
    *("\u202eevil\u202c", "\u2066a\u2069", "\u200f\u200e", "\ufeff", "\u00ad", "\u2028", "\u2029", "\x85", "\x0b\x0c"),
    *("\ud800", "\udfff\ud800", "\ufffe", "\U0010ffff", "\u0378", "e" + "\u0301" * 300, "\u200c", "\u200c\u200c"),
    *(
        "",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\n\n\n",
        "'",
        '"',
        "\\",
        "\\u001b",
        "%s%n",
        "{0}",
        "{",
        "[b]",
        "[/]",
        "[@click=x]",
    ),
    *("../../x", "/dev/zero", "/etc/passwd", "~", "~nobody/x", "a/b", ".", "..", "CON", "-", "--", "x.txt", "one.txt"),
    *(
        "nan",
        "inf",
        "-0",
        "1e400",
        "9" * 4500,
        "²",
        "٣",
        "Ⅷ",
        "一",
        "<end>",
        "<unknown>",
        "<couplet>",
        "<metre:x>",
        "</s>",
    ),
    *("عشق", "ﷺ", "لا", "ۀ", "می\u200cروم", "İ", "ß", "ﬁ", "🌹", "👩\u200d🚀", "日本", "x" * 5000, "a " * 3000),
    *("DROP TABLE poems", '"', "*", "a*", '"a', "NEAR(", "a OR b", "col:x", "^", "(", "masnavi/1:1", "ghazal 100"),
]
