"""What all screens have in common that are opened from the page and left with an answer."""

from __future__ import annotations

from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType


class Dialog(ModalScreen[ScreenResultType]):
    """Can be left once, whatever keys still wait."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leaves with an answer; nothing happens where that was done already, or another screen lies on top."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def on_unmount(self) -> None:
        """Lets go of all that it drew, which Textual would keep: a method of its caches remembers 1,024 of them."""
        StylesCache.get_inner_outer.cache_clear()
