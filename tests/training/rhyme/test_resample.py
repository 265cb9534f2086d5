from __future__ import annotations

from pathlib import Path

import pytest
from support import assert_command_refused, call_command, run_command

from rumi_tui.engine.session import load_model
from rumi_tui.verse.judge import rhymes, words
from training.rhyme.resample import TRIES, resampled
from training.rhyme.self_training import GeneratedFile, read_generated, read_generated_file
from training.rhyme.weights import are_verse


@pytest.fixture
def path(word_pair: tuple[Path, Path], tmp_path: Path) -> Path:
    """A file of couplets by the model of words, of which few rhyme."""
    options = ("--model", str(word_pair[1]), "--lines", "6", "-n", "16", "--seed", "1", "--keep", "off", "--json")
    (tmp_path / "own.json").write_text(call_command("rumi-generate", *options).stdout, "utf-8")
    return tmp_path / "own.json"


def pairs_of(file: GeneratedFile) -> list[tuple[str, str]]:
    lines = [poem.text.split("\n") for poem in file.poems]
    return [pair for poem in lines for pair in zip(poem[::2], poem[1::2], strict=False)]


def test_only_lines_that_do_not_rhyme_are_written_again_and_then_they_do(
    path: Path, word_pair: tuple[Path, Path], corpus_folder: Path
) -> None:
    known = set(words((corpus_folder / "one.txt").read_text("utf-8")))
    file, session = read_generated_file(path), load_model(str(word_pair[1]))
    after = resampled(file, session, "fa", known)  # spelling finds rhymes among words that do not sound alike
    changed = 0
    for (first, before), (one, other) in zip(pairs_of(file), pairs_of(after), strict=True):
        assert one == first
        if other != before:
            changed += 1
            assert rhymes(first, before, "fa") != "perfect"
            assert rhymes(one, other, "fa") == "perfect"
            assert are_verse(one, other, known)
    assert changed > 5
    assert resampled(file, session, "fa", known) == after
    assert resampled(file, session, "fa", set()).poems == file.poems


def test_the_file_is_replaced_and_tells_how_it_was_written(
    path: Path, word_pair: tuple[Path, Path], corpus_folder: Path
) -> None:
    before = read_generated_file(path)
    done = run_command(
        "python", "-m", "training.rhyme.resample", str(word_pair[1]), str(path), RUMI_CORPUS_DIR=str(corpus_folder)
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    after = read_generated_file(path)
    assert (before.tries, after.tries) == (None, TRIES)
    _, command = read_generated(path).commands
    assert command == "python -m training.rhyme.resample word own.json"


def test_verse_of_another_model_is_refused(path: Path, model_file: Path, corpus_folder: Path) -> None:
    before = path.read_bytes()
    done = call_command(
        "python", "-m", "training.rhyme.resample", str(model_file), str(path), RUMI_CORPUS_DIR=str(corpus_folder)
    )
    assert_command_refused(done, 1, "own.json was written by another model file")
    assert path.read_bytes() == before
