"""A kept poem to be looked at before it is opened. Knows nothing of the library."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.widgets.page import captions
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.library.poem import KeptPoem
from rumi_tui.verse.languages import model_title


class Preview(Vertical):
    """The poem, set as on the page, and above it what is known of it."""

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode

    def compose(self) -> ComposeResult:
        """What is known of the poem, and the poem."""
        yield Static(id="about", markup=False)
        yield PoemView(self._mode)

    def show(self, poem: KeptPoem | None, given: Sequence[range] = ()) -> None:
        """Shows a poem from its beginning, of which the person gave some parts; or nothing."""
        view = self.query_one(PoemView)
        if poem is None:
            self.query_one("#about", Static).update("")
            view.show("", (), "")
            return
        self.query_one("#about", Static).update(self._about(poem))
        view.show(poem.text, given, poem.form, captions(poem.text, poem.real))
        view.call_after_refresh(view.scroll_home, animate=False)

    def _about(self, poem: KeptPoem) -> Text:
        date = poem.written_here
        facts = [poem.form, model_title(poem.model.replace("\\", "/").rpartition("/")[2]), f"{date:%Y-%m-%d %H:%M}"]
        facts += ["a branch"] if poem.branch else []
        facts += [f"#{to_display(tag, self._mode, 0)}" for tag in poem.tags]
        title = to_display(poem.title, self._mode, 0)
        star = "★ " if poem.favourite else ""
        return Text(f"{star}{title}", "bold").append(f"{' · ' if star or title else ''}{' · '.join(facts)}", "not bold")

    def turn(self, halves: int) -> None:
        """Moves the poem by so many halves of what is shown of it, up where that is less than 0."""
        view = self.query_one(PoemView)
        view.scroll_relative(y=halves * max(1, view.size.height // 2), animate=False)
