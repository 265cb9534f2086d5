"""A poem and its branches as a tree. Knows nothing of where they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.widgets.wrap import shortened
from rumi_tui.library.poem import KeptPoem

EXCERPT = 60
"""Cells of a poem that stand for it, at most."""
FOLDING = 4
"""Cells before a title for the sign that folds what is below it, and behind it for the bar to scroll with."""


class BranchTree(Tree[KeptPoem]):
    """The first poem at the root, each branch below what it branched from."""

    def __init__(self, mode: Mode) -> None:
        super().__init__("", classes="tree")
        self._mode = mode
        self._current: int | None = None
        self.show_root = False
        self.guide_depth = 3
        self.auto_expand = False

    def grow(self, family: Sequence[KeptPoem], current: int | None) -> None:
        """Shows the poems of one tree, the oldest first, the cursor on the one on the page."""
        self.clear()
        self._current = current
        nodes: dict[int, TreeNode[KeptPoem]] = {}
        parents = {poem.branch.parent for poem in family if poem.branch}
        for poem in family:
            parent = nodes.get(poem.branch.parent, self.root) if poem.branch else self.root
            has_branches = poem.id in parents
            nodes[poem.id] = parent.add("", poem, expand=has_branches, allow_expand=has_branches)
        self._set_titles()
        self.root.expand()
        if current in nodes:  # not where it was deleted from the library
            self.call_after_refresh(self.move_cursor, nodes[current])

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left titles in another way from now on."""
        self._mode = mode
        self._set_titles()

    def on_resize(self) -> None:
        """Cuts the titles to the room that there is now."""
        self._set_titles()

    def _set_titles(self) -> None:
        level, nodes = 1, list(self.root.children)
        while nodes:
            for node in nodes:
                assert node.data is not None
                node.set_label(self._title(node.data, level))
            level, nodes = level + 1, [child for node in nodes for child in node.children]

    def _title(self, poem: KeptPoem, level: int) -> Text:
        begins = poem.branch.at if poem.branch else 0
        signs = f"{'● ' if poem.id == self._current else ''}{'… ' if begins else ''}"
        room = self.size.width - self.guide_depth * level - cell_len(signs) - FOLDING
        line = shortened(" ".join(poem.text[begins:].split()), min(EXCERPT, room) if self.size else EXCERPT)
        return Text(f"{signs}{to_display(line, self._mode, 0)}")


def branch_count(family: Sequence[KeptPoem]) -> str:
    """How many branches there are, in words."""
    count = len(family) - 1
    return f"Branches of this poem: {count}" if count > 0 else "This poem has no branches yet: the lens makes one."
