"""The last row of a page: the keys of the moment."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer


class KeyRow(Footer):
    """Textual's footer, which would keep every key it ever showed: 30 MB in a minute of quick typing.

    Each key watches whether the footer is compact, and those that are gone are forgotten only when that is set.
    """

    def compose(self) -> ComposeResult:
        """The keys of the moment, which know from the first whether they are compact: to be told so restyles them."""
        for key in super().compose():
            if hasattr(key, "compact"):
                key.compact = self.compact
            yield key

    async def recompose(self) -> None:
        """Shows the keys of the moment and forgets those before."""
        await super().recompose()
        self.mutate_reactive(Footer.compact)
