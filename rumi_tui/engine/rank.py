"""What makes one draft better than another. Knows nothing of how poems are written or judged."""

from __future__ import annotations

import msgspec


class Rank(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """How well a poem came out; of two ranks the lower is the better.

    The fields count in their order: each only between poems that are equal in those before it.
    """

    faults_per_line: float
    """Rules of verse that a line breaks (`rumi_tui.verse.rules`), the mean over the lines that the model wrote."""
    was_stopped: bool
    """Whether the poem reached its limit before the model ended it, or ends in the middle of a sentence."""
    nats_per_char: float
    """What the model pays for a character, with the price on worn words (`rumi_tui.engine.keep.WORN_NATS`)."""

    @property
    def reasons(self) -> str:
        """The same in a few words."""
        form = f"{self.faults_per_line:.2g} faults/line" if self.faults_per_line else "form kept"
        return f"{form}, {'stopped' if self.was_stopped else 'ended'}, {self.nats_per_char:.2f} nats"
