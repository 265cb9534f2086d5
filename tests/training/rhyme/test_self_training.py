from __future__ import annotations

import shlex
from pathlib import Path

import msgspec
import pytest
from support import call_command, generated, refused, run_command

from rumi_tui.texts.corpus import Poem
from training.rhyme.self_training import read_generated


def test_generated_verse_is_what_rumi_generate_prints_and_tells_the_command(tmp_path: Path, model_file: Path) -> None:
    path = tmp_path / "my own.json"
    options = ("--model", str(model_file), "--chars", "40", "-n", "3", "--temperature", "0.9", "--seed", "7", "--json")
    printed = call_command("rumi-generate", "a stone", *options).stdout
    path.write_text(printed, "utf-8")
    poems, (command,) = read_generated(path)
    assert len(poems) >= 3
    assert poems[0].text.startswith("a stone")
    assert {poem.form for poem in poems} == {"couplet"}
    name, *words, to, file = shlex.split(command)
    words[words.index("--model") + 1] = str(model_file)
    assert (to, file) == (">", "my own.json")
    assert run_command(name, *words).stdout == printed


def test_the_command_says_what_was_refused(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_bytes(msgspec.json.encode(generated("a") | {"keep": "strict", "original": 6}))
    (command,) = read_generated(tmp_path / "own.json").commands
    assert "--keep strict --original 6" in command


def test_lines_without_words_part_the_poems_of_generated_verse(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_bytes(msgspec.json.encode(generated("a\nb\n\nc", "")))
    assert read_generated(tmp_path / "own.json").poems == [Poem("a\nb", "couplet"), Poem("c", "couplet")]


def test_generated_verse_is_learned_with_the_metre_that_was_named(tmp_path: Path) -> None:
    file = generated("a\nb", "c\nd")
    file["poems"][0]["metre"] = "long short"
    (tmp_path / "own.json").write_bytes(msgspec.json.encode(file))
    assert [poem.label.metre for poem in read_generated(tmp_path / "own.json").poems] == ["long short", ""]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Could not read .*own.json"),
        (b"", "not what rumi-generate --json prints"),
        (b"\xff", "not what rumi-generate --json prints"),
        (b"[" * 10_000, "not what rumi-generate --json prints"),
        (b'{"form": "couplet"}', "not what rumi-generate --json prints"),
        (msgspec.json.encode(generated("a") | {"form": "sonnet"}), "no poems in a form"),
        (msgspec.json.encode(generated()), "no poems in a form"),
    ],
)
def test_another_file_is_no_generated_verse(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "own.json").write_bytes(content)
    with refused(said):
        read_generated(tmp_path / "own.json")
