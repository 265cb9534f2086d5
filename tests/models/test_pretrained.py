"""The models that ship, and checkpoints of former versions, are read by this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from support import SHAPES, describe, random_decoder

from models.pretrained import MODELS, checkpoint_path
from training.checkpoint import load_weights

FORMER_PARTS = {"up": "expand", "down": "contract", "position_embedding": "places"}
"""Parts of a decoder, and what version 0.1 called them."""


@pytest.mark.parametrize("language", MODELS)
def test_a_checkpoint_that_ships_is_read(language: str) -> None:
    decoder, description = load_weights(checkpoint_path(language))
    assert description.card.language == language
    assert sum(parameter.numel() for parameter in decoder.parameters()) == description.card.parameters


@pytest.mark.parametrize("kind", SHAPES)
def test_a_checkpoint_that_has_the_names_of_version_0_1_is_read(write_pair, tmp_path: Path, kind: str) -> None:
    path, _ = write_pair(kind)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = {
        ".".join(FORMER_PARTS.get(part, part) for part in name.split(".")): tensor
        for name, tensor in load_file(path).items()
    }
    former = tmp_path / "model.safetensors"
    save_file(tensors, former, metadata)
    assert set(tensors) != set(load_file(path))
    decoder, description = load_weights(former)
    assert description == describe(SHAPES[kind])
    for name, tensor in random_decoder(SHAPES[kind]).state_dict().items():
        assert (decoder.state_dict()[name] == tensor).all()


WRITE_WITH_A_NEW_FORM = """
from models import forms
forms.FORMS["sonnet"] = forms.Form("sonnet", "abab", lines=14, help="fourteen lines")
from models.pretrained import MODELS
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import load_model
for name in MODELS:
    model = load_model(name)
    request = Request(form=model.card.forms[0], seed=1, characters=40)
    print(name, len("".join(step.text for step in Generation(model, model.tokenizer, request))))
"""


def test_a_row_more_among_the_forms_leaves_the_models_that_ship_as_they_are() -> None:
    done = subprocess.run([sys.executable, "-c", WRITE_WITH_A_NEW_FORM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [word for name in MODELS for word in (name, "40")]
