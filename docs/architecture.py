"""Draws the rooms of the program and the imports between them, from the code itself, as docs/architecture.svg."""

from __future__ import annotations

import sys
from collections import defaultdict
from html import escape
from pathlib import Path

import grimp

PACKAGES = ("models", "training", "export", "rumi_tui")
PICTURE = Path(__file__).parent / "architecture.svg"
FLOORS = (
    ("rumi_tui.commands", "export"),
    ("rumi_tui.console",),
    ("rumi_tui.library", "rumi_tui.search", "training"),
    ("rumi_tui.texts",),
    ("rumi_tui.engine",),
    ("rumi_tui.verse",),
    ("models",),
)
"""The rooms from the top floor down; every import runs down."""
SAYS = {
    "models": "what a model is",
    "rumi_tui.verse": "words, rhyme, languages",
    "rumi_tui.engine": "model file in, verse out",
    "rumi_tui.texts": "the real Rumi",
    "rumi_tui.search": "found and asked",
    "rumi_tui.library": "poems that are kept",
    "rumi_tui.console": "the Textual application",
    "rumi_tui.commands": "what people type",
    "training": "text in, checkpoint out",
    "export": "checkpoint in, model file out",
}
WIDTH, HEIGHT, GAP, MARGIN = 220, 46, 34, 24
INK, PAPER, ROOM, ARROW = "#2b2721", "#f6f0e3", "#efe7d6", "#b39a6b"


def arrows() -> set[tuple[str, str]]:
    """Which room imports which; modules at the root of rumi_tui, which all rooms may use, are no room."""
    graph = grimp.build_graph(*PACKAGES)
    found = defaultdict[tuple[str, str], int](int)
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            upper, lower = room_of(module), room_of(imported)
            if upper and lower and upper != lower:
                found[upper, lower] += 1
    return set(found)


def room_of(module: str) -> str | None:
    """The room of a module."""
    rooms = [room for floor in FLOORS for room in floor]
    return next((room for room in rooms if f"{module}.".startswith(f"{room}.")), None)


def picture() -> str:
    """The rooms as SVG, each floor a row; an arrow leads from a room to each that it imports."""
    most = max(map(len, FLOORS))
    width, height = MARGIN * 2 + most * (WIDTH + GAP) - GAP, MARGIN * 2 + len(FLOORS) * (HEIGHT + GAP) - GAP
    places = {}
    for row, floor in enumerate(FLOORS):
        left = (width - len(floor) * (WIDTH + GAP) + GAP) // 2
        for column, room in enumerate(floor):
            places[room] = (left + column * (WIDTH + GAP), MARGIN + row * (HEIGHT + GAP))
    lines = []
    for upper, lower in sorted(arrows(), key=lambda pair: (places[pair[0]][1], pair)):
        (x1, y1), (x2, y2) = places[upper], places[lower]
        lines.append(
            f'<path d="M{x1 + WIDTH // 2},{y1 + HEIGHT} C{x1 + WIDTH // 2},{y1 + HEIGHT + GAP} '
            f'{x2 + WIDTH // 2},{y2 - GAP} {x2 + WIDTH // 2},{y2 - 3}" marker-end="url(#tip)"/>'
        )
    rooms = [
        f'<g><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{x + WIDTH // 2}" y="{y + 20}" font-weight="bold">{room.replace(".", "/")}</text>'
        f'<text x="{x + WIDTH // 2}" y="{y + 36}" font-size="11">{escape(SAYS[room])}</text></g>'
        for room, (x, y) in places.items()
    ]
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<title>The rooms of Rumi TUI; every arrow is an import, and all run down</title>
<defs><marker id="tip" markerWidth="7" markerHeight="7" refX="5" refY="3" orient="auto">
<path d="M0,0 L6,3 L0,6 z" fill="{ARROW}"/></marker></defs>
<rect width="100%" height="100%" fill="{PAPER}"/>
<g fill="none" stroke="{ARROW}" stroke-width="1.3">
{chr(10).join(lines)}
</g>
<g fill="{ROOM}" stroke="{INK}" stroke-width="1" font-family="Georgia, serif" font-size="14" text-anchor="middle">
{chr(10).join(rooms).replace("<text ", f'<text fill="{INK}" stroke="none" ')}
</g>
</svg>
"""


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
    sys.stdout.write(f"{PICTURE}\n")
