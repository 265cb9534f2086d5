"""What the fetching process says. Knows nothing of processes, and brings in nothing of the network."""

from __future__ import annotations

import msgspec

MODEL = "model of meaning"
"""What stands in place of a file for the model that questions are read with."""


class Began(msgspec.Struct, frozen=True, tag=True):
    """A fetch begins."""

    files: list[str]
    """All that can be had."""
    missing: list[str]
    """Those that are not here yet."""


class Arrived(msgspec.Struct, frozen=True, tag=True):
    """How much of the sources is here, or of the model."""

    bytes: int
    total: int
    seconds_left: int | None
    """None where that cannot be told yet."""
    what: str = ""
    """What the bytes are of; empty for the texts."""


class Came(msgspec.Struct, frozen=True, tag=True):
    """A text is here, or the model, or it cannot be had."""

    file: str
    poems: int
    """None of the model."""
    complaint: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A fetch is over."""

    trouble: str
    """What ended it early; empty if nothing did."""


Event = Began | Arrived | Came | Ended
