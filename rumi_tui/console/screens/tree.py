"""The tree of a poem: all that branched from one beginning."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.actions import closing
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.library.store import KeptPoem

EXCERPT = 60
"""Characters of a branch that its row shows."""


class TreeScreen(Dialog[KeptPoem | None]):
    """Shows a poem and its branches; gives back the chosen one."""

    BINDINGS = closing("tree", "dismiss")

    def __init__(self, family: list[KeptPoem], current: int, mode: Mode) -> None:
        """The poems of one tree, the oldest first, and the id of the one on the page."""
        super().__init__()
        self._family, self._current, self._mode = family, current, mode

    def compose(self) -> ComposeResult:
        """The first poem at the root, each branch below what it branched from."""
        count = len(self._family) - 1
        yield Static(
            f"Branches of this poem: {count}" if count else "This poem has no branches yet: the lens makes one."
        )
        tree: Tree[KeptPoem] = Tree("", classes="tree")
        tree.show_root = False
        tree.guide_depth = 3
        tree.auto_expand = False
        yield tree

    def on_mount(self) -> None:
        """Grows the tree."""
        tree = self.query_one(Tree)
        nodes: dict[int, TreeNode[KeptPoem]] = {}
        parents = {poem.branch.parent for poem in self._family if poem.branch}
        for poem in self._family:
            parent = nodes.get(poem.branch.parent, tree.root) if poem.branch else tree.root
            has_branches = poem.id in parents
            nodes[poem.id] = parent.add(self._title(poem), poem, expand=has_branches, allow_expand=has_branches)
        tree.root.expand()
        tree.focus()
        if self._current in nodes:  # not where it was deleted from the library
            self.call_after_refresh(tree.move_cursor, nodes[self._current])

    def _title(self, poem: KeptPoem) -> Text:
        begins = poem.branch.at if poem.branch else 0
        line = " ".join(poem.text[begins : begins + EXCERPT].split("\n"))
        excerpt = to_display(line, self._mode, 0)
        return Text(f"{'● ' if poem.id == self._current else ''}{'… ' if begins else ''}{excerpt}")

    @on(Tree.NodeSelected)
    def _choose(self, event: Tree.NodeSelected[KeptPoem]) -> None:
        if event.node.data is not None:
            self.dismiss(event.node.data)
