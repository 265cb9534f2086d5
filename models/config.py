"""The shape of a decoder, as a frozen, validated struct. Knows nothing of weights, text or torch."""

from __future__ import annotations

from typing import Literal

import msgspec

from models.errors import RumiError

FORMAT = 1
"""Version of the three metadata strings of a model file. A file of another version is refused."""


ROTARY_BASE = 1000.0
"""The slowest rotary pair turns about one radian in so many positions: a few windows, where words take 10,000."""


class DecoderConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is needed to build a decoder before its weights are loaded.

    Raises `RumiError` when the numbers cannot describe a decoder.
    """

    vocab_size: int
    """Number of tokens: characters or pieces of words, and reserved tokens."""
    window: int
    """Positions a query attends to, its own included; also the length of a training sequence."""
    layers: int
    """Number of blocks: attention, then feed-forward."""
    heads: int
    """Attention heads in a block; divides `width`."""
    width: int
    """Length of the vector that stands for one position (d_model)."""
    positions: Literal["rotary", "learned"]
    """`rotary`: relative, so the window slides for ever. `learned`: one vector a position, so it
    starts over when the window is full."""
    dropout: float = 0.0
    """Share of activations set to zero in training."""
    format: int = FORMAT
    """Version of the format, see `FORMAT`."""

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise RumiError(f"The model has format {self.format}, this program reads {FORMAT}: get a matching version.")
        limits = {
            "vocab_size": (2, 1_000_000),
            "window": (2, 65_536),
            "layers": (1, 256),
            "heads": (1, 256),
            "width": (2, 65_536),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise RumiError(f"The decoder's {name} is {getattr(self, name)}; it must lie from {low} to {high}.")
        if self.width % self.heads or self.head_dim % 2:
            raise RumiError(
                f"A width of {self.width} does not split into {self.heads} heads of an even size: change one of them."
            )
        if not 0 <= self.dropout < 1:
            raise RumiError(f"The decoder's dropout is {self.dropout}; it must be at least 0 and below 1.")

    @property
    def is_rotary(self) -> bool:
        """Whether positions are relative, so that the window slides for ever."""
        return self.positions == "rotary"

    @property
    def head_dim(self) -> int:
        """Length of the vectors that one head compares."""
        return self.width // self.heads

    def same_shape(self, other: DecoderConfig) -> bool:
        """Whether weights of the one fit into the other (dropout has no weights)."""
        return msgspec.structs.replace(self, dropout=other.dropout) == other


PRESETS: dict[str, dict[str, int | str]] = {
    "minimal": {"window": 128, "layers": 1, "heads": 4, "width": 128, "positions": "learned"},
    "small": {"window": 256, "layers": 4, "heads": 4, "width": 128, "positions": "rotary"},
    "base": {"window": 256, "layers": 6, "heads": 4, "width": 256, "positions": "rotary"},
    "large": {"window": 256, "layers": 6, "heads": 6, "width": 384, "positions": "rotary"},
}
"""The shapes that have a name: `minimal` to learn from, `small` for minutes on a laptop, the others for what ships."""

DEFAULT_PRESET = "small"


def preset(name: str, vocab_size: int) -> DecoderConfig:
    """The config of a preset for `vocab_size` tokens. Raises `RumiError` for an unknown name."""
    if name not in PRESETS:
        raise RumiError(f"There is no preset {name!r}: choose one of {', '.join(PRESETS)}.")
    return msgspec.convert({**PRESETS[name], "vocab_size": vocab_size}, DecoderConfig)
