"""What the writing process says of the poem on the page: how the model saw it, and what else could stand there.

Each question is an order of its own; the answers are given back and not posted. Knows nothing of screens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import msgspec

from rumi_tui.console.writing.draft import Settings
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.console.writing.writer import Writer
from rumi_tui.engine.messages import Event, Inspect, Judge, OfferLines, OfferWords


class Look:
    """Asks about one poem."""

    def __init__(self, writer: Writer, snapshot: Snapshot, settings: Callable[[], Settings]) -> None:
        """`settings` gives those of the moment, with which other lines are written; it may raise `RumiError`."""
        self._writer, self._snapshot, self._settings = writer, snapshot, settings
        self.text = snapshot.text
        self.model_sha256 = snapshot.draft.model_sha256
        """Of the model file that wrote it."""

    def scores(self) -> AsyncIterator[Event]:
        """How the model saw each character: `Inspected`."""
        draft = self._snapshot.draft
        return self._writer.carry_out(Inspect(draft.model, draft.form, self.text, self._snapshot.metre))

    def words(self, at: int) -> AsyncIterator[Event]:
        """The words that could stand after so many characters, where one stands: `OfferedWords`."""
        draft = self._snapshot.draft
        return self._writer.carry_out(OfferWords(draft.model, draft.form, self.text, at, self._snapshot.metre))

    def lines(self, at: int) -> AsyncIterator[Event]:
        """The lines that could stand after so many characters, where one stands: `Tried` and `OfferedLines`.

        Raises `RumiError` for settings that nothing can be written with.
        """
        draft = self._snapshot.draft
        settings = self._settings().meant_for(draft.model, draft.form)
        settings = msgspec.structs.replace(settings, metre=settings.metre or draft.metre_at(at))
        return self._writer.carry_out(OfferLines(draft.model, settings.request(self.text[:at])))

    def marks(self) -> AsyncIterator[Event]:
        """What there is to see of its verse: `Judged`."""
        draft = self._snapshot.draft
        return self._writer.carry_out(Judge(draft.model, draft.form, self.text, self._snapshot.metre, draft.prompt))

    async def stop(self) -> None:
        """Stops the search for lines."""
        await self._writer.stop()
