from __future__ import annotations

from rumi_tui.bidi import to_display
from rumi_tui.console.widgets.branch_tree import BranchTree
from rumi_tui.library.poem import Branch, KeptPoem

LINE = "باد آمد."
ROOT = KeptPoem(id=1, written="", model="fa", model_sha256="", form="free", text=LINE, passages=())
BRANCH = KeptPoem(
    id=2, written="", model="fa", model_sha256="", form="free", text=LINE, passages=(), branch=Branch(parent=1, at=0)
)


def test_titles_follow_how_persian_is_ordered():
    tree = BranchTree("app")
    tree.grow([ROOT, BRANCH], None)
    [root] = tree.root.children
    titles = [str(node.label) for node in (root, *root.children)]
    assert titles == [to_display(LINE, "app", 0)] * 2
    tree.draw_in("terminal")
    titles = [str(node.label) for node in (root, *root.children)]
    assert titles == [to_display(LINE, "terminal", 0)] * 2
