from __future__ import annotations

import json
import os
from typing import Any

import msgspec
import pytest
from support import SHAPES, describe, refused, tokenizer_of

from models.card import Text
from models.characters import is_printable
from models.description import Description
from models.errors import RumiError
from models.forms import form_named
from models.phrases import PhraseIndex

DESCRIPTION = describe(SHAPES["rotary"])


def changed(key: str, **fields: Any) -> dict[str, str]:
    metadata = DESCRIPTION.to_metadata()
    return metadata | {key: json.dumps(json.loads(metadata[key]) | fields)}


def test_a_description_comes_back_from_its_metadata() -> None:
    metadata = DESCRIPTION.to_metadata()
    assert set(metadata) == {"rumi.config", "rumi.tokenizer", "rumi.card"}
    assert Description.from_metadata(metadata, "it.onnx") == DESCRIPTION


@pytest.mark.parametrize("key", ["rumi.config", "rumi.tokenizer", "rumi.card"])
@pytest.mark.parametrize("name", ["\x1b]0;title\x07", "\u202e", "\x9b31m"])
def test_what_a_file_names_its_fields_controls_no_screen(key: str, name: str) -> None:
    with pytest.raises(RumiError) as refusal:
        Description.from_metadata(changed(key, **{name: 1}), f"{name}.onnx")
    assert "\N{REPLACEMENT CHARACTER}" in str(refusal.value)
    assert all(map(is_printable, str(refusal.value)))


def test_metadata_of_other_programs_beside_ours_does_not_matter() -> None:
    assert Description.from_metadata({**DESCRIPTION.to_metadata(), "format": "pt"}, "it.onnx") == DESCRIPTION


@pytest.mark.parametrize("key", ["rumi.config", "rumi.tokenizer", "rumi.card"])
@pytest.mark.parametrize("garbled", [None, "", "{", "[]", "null", '"text"', "{}", "\x00\ud800\n\n", "9" * 5000])
def test_missing_or_garbled_metadata_is_refused(key: str, garbled: str | None) -> None:
    metadata = DESCRIPTION.to_metadata()
    del metadata[key]
    if garbled is not None:
        metadata[key] = garbled
    with refused("^it.onnx "):
        Description.from_metadata(metadata, "it.onnx")


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("rumi.config", {"format": 2}),
        ("rumi.config", {"new": 1}),
        ("rumi.config", {"window": "16"}),
        ("rumi.config", {"positions": "alibi"}),
        ("rumi.config", {"layers": -1}),
        ("rumi.config", {"vocab_size": 41}),
        ("rumi.tokenizer", {"kind": "syllables"}),
        ("rumi.tokenizer", {"kind": None}),
        ("rumi.tokenizer", {"kind": "word"}),
        ("rumi.tokenizer", {"kind": "word", "merges": [[8, 9]]}),
        ("rumi.tokenizer", {"kind": "word", "merges": [["a", "b"]]}),
        ("rumi.tokenizer", {"merges": []}),
        ("rumi.tokenizer", {"normalisation": "rumi-3"}),
        ("rumi.tokenizer", {"symbols": ["a", "b"]}),
        ("rumi.card", {"forms": []}),
        ("rumi.card", {"forms": ["sonnet\n"]}),
        ("rumi.card", {"language": None}),
        ("rumi.card", {"new\nkey": 1}),
    ],
)
def test_a_description_of_another_version_or_of_no_model_is_refused(key: str, fields: dict[str, Any]) -> None:
    with refused("^it.onnx "):
        Description.from_metadata(changed(key, **fields), "it.onnx")


def test_a_description_larger_than_any_models_is_refused() -> None:
    with refused("larger than any"):
        Description.from_metadata(changed("rumi.card", commands=["x" * (1 << 20)]), "it.onnx")


def test_an_index_of_phrases_comes_back_too() -> None:
    described = DESCRIPTION._replace(phrases=PhraseIndex.of([["a", "b", "c", "d", "e", "f"]]))
    metadata = described.to_metadata()
    assert set(metadata) == {"rumi.config", "rumi.tokenizer", "rumi.card", "rumi.phrases"}
    assert Description.from_metadata(metadata, "it.onnx") == described


@pytest.mark.parametrize("garbled", ["", "{}", "\ud800", '{"count":9,"last_bits":"AA==","overflows":"AA=="}'])
def test_a_garbled_index_of_phrases_is_refused(garbled: str) -> None:
    with refused("^it.onnx .*damaged or of another version"):
        Description.from_metadata(DESCRIPTION.to_metadata() | {"rumi.phrases": garbled}, "it.onnx")


def test_a_description_nested_without_end_is_refused() -> None:
    metadata = DESCRIPTION.to_metadata()
    metadata["rumi.card"] = '{"texts":[{"extra":' + "[" * 100_000
    with refused("^it.onnx "):
        Description.from_metadata(metadata, "it.onnx")


def test_an_alphabet_of_another_size_than_the_weights_is_refused() -> None:
    metadata = DESCRIPTION._replace(tokenizer=tokenizer_of(30)).to_metadata()
    with refused("alphabet"):
        Description.from_metadata(metadata, "it.onnx")


def test_a_name_that_is_not_utf8_can_be_written_in_a_card() -> None:
    name = os.fsdecode(b"verse\xff.txt")
    card = msgspec.structs.replace(DESCRIPTION.card, texts=(Text(name=name, sha256="0" * 64),), commands=(name,))
    metadata = DESCRIPTION._replace(card=card).to_metadata()
    assert "verse" in Description.from_metadata(metadata, "it.onnx").card.texts[0].name


@pytest.mark.parametrize("forms", [(), ("sonnet",), ("free", "Free")])
def test_a_card_that_names_a_form_which_the_alphabet_lacks_is_refused(forms: tuple[str, ...]) -> None:
    card = msgspec.structs.replace(DESCRIPTION.card, forms=forms)
    with refused("form"):
        Description.from_metadata(DESCRIPTION._replace(card=card).to_metadata(), "it.onnx")


@pytest.mark.parametrize(("forms", "usual"), [(("ghazal", "free"), "free"), (("couplet", "ghazal"), "couplet")])
def test_a_text_of_which_nothing_is_said_is_free_if_the_model_learned_that(forms: tuple[str, ...], usual: str) -> None:
    assert describe(SHAPES["rotary"], forms).card.usual_form == usual


def test_a_model_file_may_bring_a_form_that_the_program_does_not_know() -> None:
    tokenizer = DESCRIPTION.tokenizer.grown((), ["sonnet"])
    described = Description(
        msgspec.structs.replace(DESCRIPTION.config, vocab_size=len(tokenizer)),
        tokenizer,
        msgspec.structs.replace(DESCRIPTION.card, forms=("sonnet",)),
    )
    assert Description.from_metadata(described.to_metadata(), "it.onnx") == described
    assert tokenizer.form_of(tokenizer.form_id("sonnet")) == "sonnet"
    assert form_named("sonnet").rhyming_pairs(14) == []
