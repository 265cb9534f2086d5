"""A poem and its branches as a tree. Knows nothing of where they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from rumi_tui.bidi import Mode, to_display
from rumi_tui.library.poem import KeptPoem

EXCERPT = 60
"""Characters of a poem that stand for it."""


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
            nodes[poem.id] = parent.add(self._title(poem), poem, expand=has_branches, allow_expand=has_branches)
        self.root.expand()
        if current in nodes:  # not where it was deleted from the library
            self.call_after_refresh(self.move_cursor, nodes[current])

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left titles in another way from now on."""
        self._mode = mode
        below = list(self.root.children)
        while below:
            node = below.pop()
            assert node.data is not None
            node.set_label(self._title(node.data))
            below += node.children

    def _title(self, poem: KeptPoem) -> Text:
        begins = poem.branch.at if poem.branch else 0
        line = " ".join(poem.text[begins : begins + EXCERPT].split("\n"))
        excerpt = to_display(line, self._mode, 0)
        return Text(f"{'● ' if poem.id == self._current else ''}{'… ' if begins else ''}{excerpt}")


def branch_count(family: Sequence[KeptPoem]) -> str:
    """How many branches there are, in words."""
    count = len(family) - 1
    return f"Branches of this poem: {count}" if count > 0 else "This poem has no branches yet: the lens makes one."
