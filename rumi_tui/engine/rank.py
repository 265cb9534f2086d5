"""What makes one draft better than another. Knows nothing of how poems are written or judged."""

from __future__ import annotations

import math

import msgspec

COPIED = 7
"""Words of a copied run that is no chance: a short line of verse."""


class Rank(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """How well a poem came out; of two ranks the lower is the better.

    The fields count in their order: each only between poems that are equal in those before it.
    """

    faults_per_line: float
    """Rules of verse that a line breaks (`rumi_tui.verse.rules`), the mean over the lines that the model wrote."""
    copies: bool
    """Whether a run of `COPIED` words or more stands in the text that the model learned from, as far as it can tell."""
    was_stopped: bool
    """Whether the poem reached its limit before the model ended it, or ends in the middle of a sentence."""
    nats_per_char: float
    """What the model pays for a character, and the price of the lines beside it (`Rules.price`)."""

    @property
    def reasons(self) -> str:
        """The same in a few words; the price in bits, as the lens tells surprise."""
        form = f"{self.faults_per_line:.2g} faults/line" if self.faults_per_line else "form kept"
        copies, bits = "copies, " * self.copies, self.nats_per_char / math.log(2)
        return f"{form}, {copies}{'cut off' if self.was_stopped else 'ended'}, {bits:.2f} bits"
