from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from support import run_command

from models.pretrained import LANGUAGES
from rumi_tui.engine.session import load_model
from training.remake import AVERAGING, remaking


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_are_those_of_the_card_each_begun_from_a_run_before(language: str, tmp_path: Path) -> None:
    card = load_model(language).card
    *made, export = remaking(card, tmp_path, tmp_path / "texts")
    trained = (
        words for words in map(shlex.split, card.commands) if words[0] == "rumi-train" and "--resume" not in words
    )
    places = {"--init", "--out", "--practice"}
    before = list[Path]()
    for words in made:
        if words[:3] == AVERAGING:
            before.append(Path(words[3]))
        elif words[0] == "rumi-train":
            said = next(trained)
            changed = {said[at - 1] for at, (old, new) in enumerate(zip(said, words, strict=True)) if old != new}
            assert changed <= places
            options = dict(pairwise(words))  # each word and the one after it, so what follows an option
            assert ("--init" in options) == bool(before)
            assert not before or Path(options["--init"]).parent in before
            before.append(Path(options["--out"]))
            assert before[-1].parent == tmp_path
    assert not list(trained)
    assert export[:4] == ["rumi-export", str(before[-1]), "--out", str(tmp_path / f"rumi-{language}.onnx")]


def test_a_run_practises_on_verse_by_the_run_before_it(tmp_path: Path) -> None:
    said = (
        "rumi-train --language fa --out runs/one",
        "rumi-generate '' --model fa --form rubai --seed 1 -n 2 --json > own.json",
        "rumi-generate '' --model fa --form couplet --seed 1 -n 2 --json > two.json",
        "python -m training.rewrite rumi-fa two.json",
        "rumi-train --init rumi-fa --rhyme --practice runs/own.json --practice runs/two.json --out runs/two",
        "rumi-train --resume runs/two",
    )
    card = msgspec.structs.replace(load_model("fa").card, commands=said)
    first, export, one, other, again, second, last = remaking(card, tmp_path, tmp_path / "texts")
    assert export[:4] == ["rumi-export", first[-1], "--out", str(tmp_path / "fa-practising.onnx")]
    for words, name in ((one, "own.json"), (other, "two.json")):
        assert words[:4] == ["rumi-generate", "", "--model", export[3]]
        assert words[-2:] == ["--json", str(tmp_path / name)]
    assert again == ["python", "-m", "training.rewrite", export[3], other[-1]]
    options = [(option, value) for option, value in pairwise(second) if option in ("--init", "--practice")]
    init = str(Path(first[-1]) / "model.safetensors")
    assert options == [("--init", init), ("--practice", one[-1]), ("--practice", other[-1])]
    assert last[:2] == ["rumi-export", second[-1]]


def test_runs_from_the_same_checkpoint_are_averaged(tmp_path: Path) -> None:
    said = (
        "rumi-train --language fa --out runs/fa",
        "rumi-train --init rumi-fa --seed 1 --out runs/one",
        "rumi-train --init rumi-fa --seed 2 --out runs/two",
        "python -m training.average runs/mean runs/one runs/two",
        "rumi-generate '' --model rumi-fa --form rubai --seed 1 -n 2 --json > own.json",
        "rumi-train --init rumi-fa --rhyme --practice own.json --out runs/three",
        "python -m training.average runs/end runs/mean runs/three",
    )
    card = msgspec.structs.replace(load_model("fa").card, commands=said)
    first, one, two, mean, export, _, three, end, last = remaking(card, tmp_path, tmp_path / "texts")
    begun = [Path(dict(pairwise(words))["--init"]).parent for words in (one, two, three)]
    assert begun == [Path(first[-1]), Path(first[-1]), Path(mean[3])]
    assert mean[4:] == [one[-1], two[-1]]
    assert export[:2] == ["rumi-export", mean[3]]
    assert end[4:] == [mean[3], three[-1]]
    assert last[:2] == ["rumi-export", end[3]]


@pytest.mark.parametrize("command", ["rumi-train", "rumi-export", "rumi-generate"])
def test_every_option_of_the_commands_is_there(command: str, tmp_path: Path) -> None:
    known = set(re.findall(r"--[a-z-]+", run_command(command, "--help").stdout))
    made = [words for language in LANGUAGES for words in remaking(load_model(language).card, tmp_path, tmp_path)]
    assert {word for words in made if words[0] == command for word in words if word.startswith("--")} <= known
