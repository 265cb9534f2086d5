"""What all screens have in common that are opened from the page and left with an answer."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import ModalScreen, ScreenResultType

from rumi_tui.console import actions


class Dialog(ModalScreen[ScreenResultType]):
    """Can be left once, whatever keys still wait."""

    BINDINGS = [Binding(actions.MESSAGES.key, "app.messages", show=False, priority=True, id=actions.MESSAGES.name)]

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leaves with an answer; nothing happens where that was done already, or another screen lies on top."""
        if not self.is_active:
            return AwaitComplete()
        leaving = super().dismiss(result)
        self._drop_drawings()
        return leaving

    def _drop_drawings(self) -> None:
        """Lets go of the rows that the widgets drew: Textual remembers the last 1,024 widgets, and bars to scroll."""
        for widget in self.query("*"):
            widget.refresh()
            if widget.show_vertical_scrollbar:
                widget.vertical_scrollbar.refresh()
            if widget.show_horizontal_scrollbar:
                widget.horizontal_scrollbar.refresh()
