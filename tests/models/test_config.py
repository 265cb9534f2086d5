from __future__ import annotations

from typing import Any

import msgspec
import pytest
from support import SHAPES, refused

from models.config import PRESETS, DecoderConfig, preset

GOOD = SHAPES["rotary"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vocab_size", 1),
        ("vocab_size", 10**9),
        ("window", 1),
        ("window", 10**9),
        ("layers", 0),
        ("layers", 10**9),
        ("heads", 0),
        ("heads", 3),
        ("heads", 32),
        ("width", 0),
        ("width", 10**9),
        ("dropout", -0.1),
        ("dropout", 1.0),
        ("dropout", float("nan")),
        ("format", 0),
        ("format", 2),
    ],
)
def test_numbers_that_describe_no_decoder_are_refused(field: str, value: Any) -> None:
    with refused(field if field in ("dropout", "format", "window") else None):
        msgspec.structs.replace(GOOD, **{field: value})


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_shape_with_its_alphabet(name: str) -> None:
    config = preset(name, 50)
    assert config.vocab_size == 50
    assert {key: getattr(config, key) for key in PRESETS[name]} == PRESETS[name]


def test_an_unknown_preset_is_refused_and_the_known_ones_are_named() -> None:
    with refused("minimal, small, base"):
        preset("huge", 50)


def test_dropout_does_not_change_the_shape_and_everything_else_does() -> None:
    assert GOOD.same_shape(msgspec.structs.replace(GOOD, dropout=0.5))
    for other in ({"vocab_size": 41}, {"window": 8}, {"layers": 1}, {"heads": 1}, {"width": 64}):
        assert not GOOD.same_shape(msgspec.structs.replace(GOOD, **other))
    assert not GOOD.same_shape(DecoderConfig(**{**msgspec.structs.asdict(GOOD), "positions": "learned"}))
