# The recipes of the models that ship, each from beginning to end, at a size that takes seconds.

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from support import WORDS, call_command

from models.config import PRESETS
from models.pretrained import MODELS
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import load_model

RECIPES = Path(__file__).parents[2] / "training" / "recipes"
TINY = {"PRESET": "minimal", "STEPS": "2", "MINUTES": "0.02", "BATCH": "4"}
NOTE = '#!/usr/bin/env bash\n{ printf "%q " "${0##*/}" "$@"; echo; } >> "$NOTES"\n'
"""Stands for a command and notes only how it was called."""
RHYMES = {"en": ("in the night", "of the light", "and so white"), "fa": ("باران", "یاران", "ماران")}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of couplets that rhyme, in each language."""
    folder = tmp_path / "texts"
    folder.mkdir()
    catalogue = ""
    for language, words in WORDS.items():
        first, second, third = RHYMES[language]
        poems = [
            f"{one} {words[0]} {first}\n{words[1]} {one} {second}\n{other} {first}\n{one} {other} {third}"
            for one in words[:8]
            for other in words[8:14]
        ]
        (folder / f"{language}.txt").write_text("\n\n".join(poems), "utf-8")
        catalogue += f'[[text]]\nfile = "{language}.txt"\nlanguage = "{language}"\nform = "couplet"\n'
    (folder / "corpus.toml").write_text(catalogue, "utf-8")
    return folder


def test_each_model_that_ships_has_its_recipe() -> None:
    assert {path.stem for path in RECIPES.glob("*.sh")} >= {f"rumi-{model}" for model in MODELS}


def commands_of(recipe: Path, folder: Path, texts: Path) -> list[list[str]]:
    """The commands that a recipe calls, in their order, as bash runs it; none of them is carried out."""
    notes, stand_ins = folder / "notes", folder / "bin"
    stand_ins.mkdir()
    for name in ("rumi-train", "rumi-export", "python"):
        (stand_ins / name).write_text(NOTE, "utf-8")
        (stand_ins / name).chmod(0o755)
    search_path = os.pathsep.join((str(stand_ins), os.environ["PATH"]))
    variables = os.environ | TINY | {"PATH": search_path, "RUMI_CORPUS_DIR": str(texts), "NOTES": str(notes)}
    command = ["bash", str(recipe), str(folder / "runs")]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return [shlex.split(line) for line in notes.read_text("utf-8").splitlines()]


@pytest.mark.long
@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.sh")), ids=lambda path: path.stem)
def test_a_recipe_makes_a_model_file_that_writes(recipe: Path, tmp_path: Path, texts: Path) -> None:
    for command in commands_of(recipe, tmp_path, texts):
        done = call_command(*command, RUMI_CORPUS_DIR=str(texts))
        assert done.returncode == 0, done.stderr
    model = load_model(str(tmp_path / "runs" / f"{recipe.stem}.onnx"))
    assert model.card.language == recipe.stem.split("-")[1]
    assert model.config.layers == PRESETS[TINY["PRESET"]]["layers"]
    assert model.card.commands[0].startswith(f"rumi-train --language {model.card.language} --licence MIT --preset")
    written = list(Generation(model, model.tokenizer, Request(form="couplet", characters=20)))
    assert 0 < len(written) <= 20
