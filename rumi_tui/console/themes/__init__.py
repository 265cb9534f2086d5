"""Five sets of colours, made for a page of verse. Knows nothing of what is drawn in them.

Text stands out from what is behind it by 4.5 to 1 at least, in `contrast` by 7 to 1 (WCAG 2.2, 1.4.3 and 1.4.6); a
test holds every page of the console to that.
"""

from __future__ import annotations

from textual.theme import Theme


def _beside(muted: str, faint: str, background: str) -> dict[str, str]:
    """Colours of what is beside the verse, of what only hints at something, and of letters on the cursor of a list."""
    return {"text-muted": muted, "text-disabled": faint, "block-cursor-foreground": background}


DESCRIPTIONS = {
    "ink": "Gold on ink.",
    "paper": "Brown ink on laid paper.",
    "contrast": "For tired eyes and poor screens.",
    "lapis": "The blue and gold of an illuminated page.",
    "rose": "Wine on parchment.",
}
"""Of each of `THEMES`, by its name."""
THEMES = (
    Theme(
        name="ink",
        dark=True,
        foreground="#e6e0d4",
        background="#16181c",
        surface="#1c1f24",
        panel="#22262c",
        primary="#c8a86b",
        secondary="#8fa3a0",
        accent="#d3b47a",
        success="#8fae7e",
        warning="#d6a35c",
        error="#c9705f",
        variables=_beside("#a79f90", "#9d9688", "#16181c"),
    ),
    Theme(
        name="paper",
        dark=False,
        foreground="#2b2721",
        background="#f6f0e3",
        surface="#efe7d6",
        panel="#ebe2cf",
        primary="#7a4a21",
        secondary="#4c6361",
        accent="#8c3b2a",
        success="#4d6b3c",
        warning="#96641c",
        error="#b8503f",
        variables=_beside("#5f564a", "#61584b", "#f6f0e3"),
    ),
    Theme(
        name="contrast",
        dark=True,
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#141414",
        primary="#ffd75f",
        secondary="#87d7ff",
        accent="#ffb000",
        success="#7fff7f",
        warning="#ffd75f",
        error="#e02020",
        variables=_beside("#d8d8d8", "#c8c8c8", "#000000") | {"text-error": "#ff9a9a"},
    ),
    Theme(
        name="lapis",
        dark=True,
        foreground="#efe9da",
        background="#111a3a",
        surface="#172149",
        panel="#1c2856",
        primary="#d9b566",
        secondary="#86a5d9",
        accent="#e2c27c",
        success="#8fbf96",
        warning="#e0a75e",
        error="#cc6672",
        variables=_beside("#aab0cc", "#9aa1c1", "#111a3a"),
    ),
    Theme(
        name="rose",
        dark=False,
        foreground="#3b1726",
        background="#faf1ea",
        surface="#f4e6de",
        panel="#f1dfd7",
        primary="#9b2f50",
        secondary="#5f6f52",
        accent="#a0324f",
        success="#4f6b3a",
        warning="#93590f",
        error="#d0554d",
        variables=_beside("#74495a", "#7d5062", "#faf1ea"),
    ),
)
"""The first is what the console opens with."""
