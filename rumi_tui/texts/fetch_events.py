"""What the fetching process says. Knows nothing of processes, and brings in nothing of the network."""

from __future__ import annotations

import msgspec


class Began(msgspec.Struct, frozen=True, tag=True):
    """A fetch begins."""

    files: list[str]
    """All that can be had."""
    missing: list[str]
    """Those that are not here yet."""


class Arrived(msgspec.Struct, frozen=True, tag=True):
    """How much of the sources is here."""

    bytes: int
    total: int
    seconds_left: int | None
    """None where that cannot be told yet."""


class Came(msgspec.Struct, frozen=True, tag=True):
    """A text is here, or cannot be had."""

    file: str
    poems: int
    complaint: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A fetch is over."""

    trouble: str
    """What ended it early; empty if nothing did."""


Event = Began | Arrived | Came | Ended
