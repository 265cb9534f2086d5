# The commands as a person runs them: each once in a process of its own, and beyond that in this one.

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from support import (
    SHAPES,
    assert_command_refused,
    call_command,
    describe,
    full_disk,
    random_decoder,
    run_command,
    verse,
    write_corpus,
)

from training.checkpoint import load_state, load_weights, save_weights

MINIMAL = ("--preset", "minimal", "--language", "en")


def loss_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of `loss.csv` without the times."""
    with (folder / "loss.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def interrupt_after_first_eval(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Has rumi-train begin a run, and presses Ctrl-C when it tells its first evaluation."""
    return call_command("rumi-train", *arguments, interrupt_at=": training")


@pytest.mark.long
def test_a_run_stopped_by_ctrl_c_and_resumed_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole, cut, steps = tmp_path / "whole", tmp_path / "cut", 60
    corpus = write_corpus(tmp_path / "corpus", poems=20)  # so small that it is evaluated every two dozen steps or so
    run_config = ("--corpus", str(corpus), *MINIMAL, "--steps", str(steps), "--batch", "1", "--dropout", "0.1")

    stopped = interrupt_after_first_eval(*run_config, "--out", str(cut))
    assert (stopped.returncode, stopped.stdout) == (1, "")
    last_words = stopped.stderr.splitlines()[-1].split()
    assert last_words == ["Stopped", "and", "kept.", "Go", "on", "with:", "rumi-train", "--resume", str(cut)]
    stopped_at = load_state(cut)[1]["state"]["step"]
    assert 0 < stopped_at < steps

    resumed = call_command("rumi-train", "--resume", str(cut))
    assert (resumed.returncode, resumed.stdout) == (0, f"{cut / 'model.safetensors'}\n"), resumed.stderr
    uncut = call_command("rumi-train", *run_config, "--out", str(whole))
    assert (uncut.returncode, uncut.stdout) == (0, f"{whole / 'model.safetensors'}\n"), uncut.stderr

    evaluated = [int(row["step"]) for row in loss_rows(whole)]
    assert evaluated == [*range(evaluated[0], steps, evaluated[0]), steps]
    assert len(evaluated) > 2
    assert loss_rows(cut) == loss_rows(whole)
    for name in ("state.safetensors", "model.safetensors"):
        mine, its = load_file(cut / name), load_file(whole / name)
        assert mine.keys() == its.keys()
        assert all(torch.equal(mine[key], its[key]) for key in mine), name
    card, whole_card = (load_weights(folder)[1].card for folder in (cut, whole))
    assert card.commands[1:] == (f"rumi-train --resume {cut}",)
    assert card.nats_per_char == whole_card.nats_per_char
    assert card.characters_seen == whole_card.characters_seen
    assert (cut / "samples.txt").read_text() == (whole / "samples.txt").read_text()


def train_in_two_processes(*arguments: str) -> subprocess.CompletedProcess[str]:
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"]
    command = [*launch, str(Path(sys.executable).parent / "rumi-train"), *arguments]
    variables = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=variables)


@pytest.mark.long
def test_two_processes_learn_what_one_does_and_go_on_with_what_one_began(tmp_path: Path, corpus_folder: Path) -> None:
    text = ("--corpus", str(corpus_folder), "--language", "fa")  # in English each process would read how words sound
    run_config = (*text, "--preset", "minimal", "--steps", "30", "--batch", "4", "--dropout", "0")
    one = call_command("rumi-train", *run_config, "--out", str(tmp_path / "one"))
    assert one.returncode == 0, one.stderr

    two = train_in_two_processes(*run_config, "--accumulate", "2", "--out", str(tmp_path / "two"))
    assert two.returncode == 0, two.stderr
    assert two.stdout == f"{tmp_path / 'two' / 'model.safetensors'}\n"
    assert "2 x cpu" in two.stderr

    assert interrupt_after_first_eval(*run_config, "--out", str(tmp_path / "cut")).returncode == 1
    resumed = train_in_two_processes("--resume", str(tmp_path / "cut"))
    assert resumed.returncode == 0, resumed.stderr

    expected = loss_rows(tmp_path / "one")
    assert expected[-1]["step"] == "30"
    for name in ("two", "cut"):
        for row, other in zip(expected, loss_rows(tmp_path / name), strict=True):
            assert row["step"] == other["step"]
            for kind in ("train_loss", "validation_loss"):
                assert float(row[kind]) == pytest.approx(float(other[kind]), abs=1e-3)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--steps", "0"),
        ("--minutes", "nan"),
        ("--batch", "-1"),
        ("--learning-rate", "2"),
        ("--learning-rate", "nan"),
        ("--dropout", "nan"),
        ("--seed", "-1"),
        ("--seed", "1.5"),
        ("--tokenizer", "letters"),
        ("--self-training", "without-rhyme.json"),
    ],
)
def test_a_value_out_of_range_is_wrong_use(tmp_path: Path, option: str, value: str) -> None:
    done = call_command(
        "rumi-train", "--corpus", str(tmp_path / "missing"), "--out", str(tmp_path / "run"), option, value
    )
    assert_command_refused(done, 2, f"^rumi-train: .*{option}")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("rumi-train", ["--out", "x"]),
        ("rumi-train", ["--corpus", "x", "--out", "y", "--steps", "1", "--minutes", "1"]),
        ("rumi-train", ["--nonsense"]),
        ("rumi-eval", []),
        ("rumi-eval", ["--model", "x"]),
        ("rumi-eval", ["--model", "x", "--text", "y", "--split", "test"]),
        ("rumi-eval", ["--model", "x", "--text", "y", "--samples", "0"]),
        ("rumi-corpus", ["stats"]),
        ("rumi-corpus", ["nonsense"]),
    ],
)
def test_wrong_use_is_said_in_one_line(tmp_path: Path, name: str, arguments: list[str]) -> None:
    assert_command_refused(call_command(name, *arguments, XDG_DATA_HOME=str(tmp_path)), 2, f"^{name}: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no text at"),
        (b"", "is empty"),
        (b"verse\n\xff\n", r"not UTF-8.*line 2"),
        (b"a few words\n", "fewer than one window of 256"),
    ],
    ids=["missing", "empty", "not utf-8", "shorter than a window"],
)
def test_a_corpus_that_cannot_train_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "verse.txt").write_bytes(content)
    out = tmp_path / "run"
    done = call_command("rumi-train", "--corpus", str(tmp_path / "verse.txt"), "--out", str(out), "--steps", "1")
    assert_command_refused(done, 1, f"^rumi-train: .*{said}")
    assert not out.exists()


@pytest.mark.parametrize(
    ("option", "said"), [(("--language", "tr", "--form", "couplet"), "no rule of rhyme"), ((), "No line")]
)
def test_rhyme_that_cannot_be_learned_is_refused(tmp_path: Path, option: tuple[str, ...], said: str) -> None:
    (tmp_path / "verse.txt").write_text(verse(40), "utf-8")
    options = ("--corpus", str(tmp_path / "verse.txt"), "--out", str(tmp_path / "run"), "--steps", "1", "--rhyme")
    done = call_command("rumi-train", *options, *(option or ("--language", "en")))
    assert_command_refused(done, 1, f"^rumi-train: .*{said}")
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_shape_is_no_start(tmp_path: Path, corpus_folder: Path) -> None:
    save_weights(tmp_path / "other.safetensors", random_decoder(SHAPES["rotary"]), describe(SHAPES["rotary"]))
    start = ("--init", str(tmp_path / "other.safetensors"), "--out", str(tmp_path / "run"))
    done = call_command("rumi-train", "--corpus", str(corpus_folder), *MINIMAL, "--steps", "1", *start)
    assert_command_refused(done, 1, "^rumi-train: .*other.safetensors is not of the preset minimal")
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_that_was_not_installed_is_told_from_one_that_is_missing(
    tmp_path: Path, corpus_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.cli.checkpoint_path", lambda name: tmp_path / f"rumi-{name}.safetensors")
    start = ("--corpus", str(corpus_folder), "--init", "rumi-en", "--steps", "1", "--out", str(tmp_path / "run"))
    said = r"not installed with the program: give its path .*models/pretrained/rumi-en\.safetensors"
    assert_command_refused(call_command("rumi-train", *start), 1, said)


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path, corpus_folder: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    done = call_command("rumi-train", "--corpus", str(corpus_folder), "--out", str(tmp_path), *MINIMAL, "--steps", "1")
    assert_command_refused(done, 1, "already holds something")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_folder_that_cannot_be_made_is_refused_before_training(tmp_path: Path, corpus_folder: Path) -> None:
    (tmp_path / "file").touch()
    out = str(tmp_path / "file" / "run")
    done = call_command("rumi-train", "--corpus", str(corpus_folder), "--out", out, *MINIMAL, "--steps", "1")
    assert_command_refused(done, 1, "^rumi-train: .*run")


@pytest.mark.parametrize("option", [("--steps", "5"), ("--batch", "4"), ("--language", "en"), ("--out", "elsewhere")])
def test_a_run_is_resumed_with_nothing_else(tmp_path: Path, option: tuple[str, str]) -> None:
    done = call_command("rumi-train", "--resume", str(tmp_path), *option)
    assert_command_refused(done, 2, "goes on as it was started")


def test_a_run_may_be_resumed_with_the_traceback_of_an_error(tmp_path: Path) -> None:
    done = call_command("rumi-train", "--resume", str(tmp_path), "--debug")
    assert "There is no checkpoint at" in done.stderr
    assert "Traceback" in done.stderr


def test_a_folder_without_a_run_cannot_be_resumed(tmp_path: Path) -> None:
    assert_command_refused(call_command("rumi-train", "--resume", str(tmp_path)), 1, "There is no checkpoint at")


def test_a_full_disk_stops_a_run_with_one_sentence_and_leaves_no_half_files(
    tmp_path: Path, corpus_folder: Path
) -> None:
    out = tmp_path / "run"
    with full_disk(512 * 512):
        done = call_command("rumi-train", "--corpus", str(corpus_folder), "--out", str(out), *MINIMAL, "--steps", "1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"rumi-train: Could not write {out / 'state.safetensors'} (")
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("model", "text", "said"),
    [
        ("model.safetensors", "missing.txt", "There is no text at"),
        ("model.safetensors", "verse.txt", "damaged"),
        ("model.onnx", "verse.txt", "damaged"),
        ("missing.onnx", "verse.txt", "Could not read the model file"),
    ],
)
def test_rumi_eval_refuses_what_it_cannot_measure(tmp_path: Path, model: str, text: str, said: str) -> None:
    (tmp_path / "verse.txt").write_text(verse(1))
    path = tmp_path / "model.safetensors"
    if text == "missing.txt":
        save_weights(path, random_decoder(SHAPES["rotary"]), describe(SHAPES["rotary"]))
    else:
        path.write_bytes(b"half of a fi")
        (tmp_path / "model.onnx").write_bytes(b"half of a fi")
    done = call_command("rumi-eval", "--model", str(tmp_path / model), "--text", str(tmp_path / text), "--json")
    assert_command_refused(done, 1, f"^rumi-eval: .*{said}")


def test_texts_that_a_person_names_are_measured_alone_whatever_the_environment_says(
    tmp_path: Path, corpus_folder: Path
) -> None:
    (tmp_path / "verse.txt").write_text(verse(1))
    (tmp_path / "more.txt").write_text(verse(1))
    save_weights(tmp_path / "m.safetensors", random_decoder(SHAPES["rotary"]), describe(SHAPES["rotary"]))
    model = ("rumi-eval", "--json", "--model", str(tmp_path / "m.safetensors"))
    texts = (str(tmp_path / "verse.txt"), str(tmp_path / "more.txt"))
    for named, expected in (((texts[0],), ["verse.txt"]), (("--text", *texts), ["verse.txt", "more.txt"])):
        done = call_command(*model, *named, RUMI_CORPUS_DIR=str(corpus_folder))
        assert json.loads(done.stdout)["texts"] == expected, done.stderr


def test_rumi_corpus_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_bytes(b"verse\n\xff\n")
    assert_command_refused(call_command("rumi-corpus", "stats", str(tmp_path / "odd.txt")), 1, "line 2")
    assert_command_refused(call_command("rumi-corpus", "stats", str(tmp_path / "none")), 1, "There is no text at")


@pytest.mark.parametrize("name", ["rumi-train", "rumi-eval", "rumi-corpus"])
def test_help_and_version_are_data(name: str) -> None:
    shown = run_command(name, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"Usage: {name}" in shown.stdout
    version = call_command(name, "--version")
    assert (version.returncode, version.stdout, version.stderr) == (0, "0.1.0\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("rumi-train", "--nonsense"),
        ("rumi-eval", "--model", "missing.onnx", "--text", "missing.txt"),
        ("rumi-corpus", "stats", "missing.txt"),
        ("rumi-export", "missing.safetensors"),
    ],
)
def test_a_refusal_is_the_same_in_a_process_of_its_own(arguments: tuple[str, ...]) -> None:
    alone, here = run_command(*arguments), call_command(*arguments)
    assert (alone.returncode, alone.stdout, alone.stderr) == (here.returncode, here.stdout, here.stderr)
    assert alone.returncode in (1, 2)
