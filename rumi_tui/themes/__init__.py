"""Five sets of colours, made for a page of verse. Knows nothing of what is drawn in them.

Text stands out from what is behind it by 4.5 to 1 at least, in `contrast` by 7 to 1 (WCAG 2.2, 1.4.3 and 1.4.6); a
test holds every page of the console to that.
"""

from __future__ import annotations

from textual.theme import Theme


def _theme(name: str, dark: bool, muted: str, faint: str, background: str, **colours: str) -> Theme:
    """A theme in which what is beside the verse is `muted`, and what only hints at something `faint`."""
    return Theme(
        name=name,
        dark=dark,
        background=background,
        variables={"text-muted": muted, "text-disabled": faint, "block-cursor-foreground": background},
        **colours,
    )


THEMES = (
    _theme(  # gold on ink
        "ink",
        dark=True,
        foreground="#e6e0d4",
        muted="#a79f90",
        faint="#8d8779",
        background="#16181c",
        surface="#1c1f24",
        panel="#22262c",
        primary="#c8a86b",
        secondary="#8fa3a0",
        accent="#d3b47a",
        success="#8fae7e",
        warning="#d6a35c",
        error="#c9705f",
    ),
    _theme(  # brown ink on laid paper
        "paper",
        dark=False,
        foreground="#2b2721",
        muted="#5f564a",
        faint="#6a6053",
        background="#f6f0e3",
        surface="#efe7d6",
        panel="#ebe2cf",
        primary="#7a4a21",
        secondary="#4c6361",
        accent="#8c3b2a",
        success="#4d6b3c",
        warning="#96641c",
        error="#b8503f",
    ),
    _theme(  # for tired eyes and poor screens
        "contrast",
        dark=True,
        foreground="#ffffff",
        muted="#d8d8d8",
        faint="#c8c8c8",
        background="#000000",
        surface="#000000",
        panel="#141414",
        primary="#ffd75f",
        secondary="#87d7ff",
        accent="#ffb000",
        success="#7fff7f",
        warning="#ffd75f",
        error="#e02020",
    ),
    _theme(  # the blue and gold of an illuminated page
        "lapis",
        dark=True,
        foreground="#efe9da",
        muted="#aab0cc",
        faint="#9299ba",
        background="#111a3a",
        surface="#172149",
        panel="#1c2856",
        primary="#d9b566",
        secondary="#86a5d9",
        accent="#e2c27c",
        success="#8fbf96",
        warning="#e0a75e",
        error="#cc6672",
    ),
    _theme(  # wine on parchment
        "rose",
        dark=False,
        foreground="#3b1726",
        muted="#74495a",
        faint="#7d5062",
        background="#faf1ea",
        surface="#f4e6de",
        panel="#f1dfd7",
        primary="#9b2f50",
        secondary="#5f6f52",
        accent="#a0324f",
        success="#4f6b3a",
        warning="#93590f",
        error="#d0554d",
    ),
)
"""The first is what the console opens with."""
