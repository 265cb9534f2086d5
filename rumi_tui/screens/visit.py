"""What all screens have in common that are opened from the page and left with an answer."""

from __future__ import annotations

from typing import ClassVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType

from rumi_tui.actions import EVERYWHERE


class Visit(ModalScreen[ScreenResultType]):
    """Can be left once, whatever keys still wait; what can be done everywhere can be done here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.key, f"app.{action.name}", action.title, show=False) for action in EVERYWHERE
    ]

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leaves with an answer; nothing happens where that was done already, or another screen lies on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
