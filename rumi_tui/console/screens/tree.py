"""All branches of a poem."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static, Tree

from rumi_tui.bidi import Mode
from rumi_tui.console.actions import closing
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.branch_tree import BranchTree, branch_count
from rumi_tui.library.poem import KeptPoem


class TreeScreen(Dialog[KeptPoem | None]):
    """Shows a poem and its branches; gives back the chosen one."""

    BINDINGS = closing("tree", "dismiss")

    def __init__(self, family: list[KeptPoem], current: int, mode: Mode) -> None:
        """The poems of one tree, the oldest first, and the id of the one on the page."""
        super().__init__()
        self._family, self._current, self._mode = family, current, mode

    def compose(self) -> ComposeResult:
        """The tree, and how large it is."""
        yield Static(branch_count(self._family))
        yield BranchTree(self._mode)

    def on_mount(self) -> None:
        """Grows the tree."""
        tree = self.query_one(BranchTree)
        tree.grow(self._family, self._current)
        tree.focus()

    @on(Tree.NodeSelected)
    def _choose(self, event: Tree.NodeSelected[KeptPoem]) -> None:
        if event.node.data is not None:
            self.dismiss(event.node.data)
