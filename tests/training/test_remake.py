from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from support import run_command

from models.pretrained import LANGUAGES
from rumi_tui.engine.session import load_model
from training.remake import remaking


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_are_those_of_the_card_each_begun_from_the_run_before(language: str, tmp_path: Path) -> None:
    card = load_model(language).card
    *runs, export = remaking(card, tmp_path, tmp_path / "texts")
    places = {"--init", "--out"}
    before = None
    for said, words in zip(map(shlex.split, card.commands), runs, strict=True):
        changed = {said[at - 1] for at, (old, new) in enumerate(zip(said, words, strict=True)) if old != new}
        assert changed <= places
        options = dict(pairwise(words))  # each word and the one after it, so what follows an option
        assert options.get("--init") == (str(before / "model.safetensors") if before else None)
        before = Path(options["--out"])
        assert before.parent == tmp_path
    assert export[:4] == ["rumi-export", str(before), "--out", str(tmp_path / f"rumi-{language}.onnx")]


@pytest.mark.parametrize("command", ["rumi-train", "rumi-export"])
def test_every_option_of_the_commands_is_there(command: str, tmp_path: Path) -> None:
    known = set(re.findall(r"--[a-z-]+", run_command(command, "--help").stdout))
    made = [words for language in LANGUAGES for words in remaking(load_model(language).card, tmp_path, tmp_path)]
    assert {word for words in made if words[0] == command for word in words if word.startswith("--")} <= known
