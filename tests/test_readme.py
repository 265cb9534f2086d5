"""The README and the pages in docs/ promise commands; they must be there and take what is shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from support import run_command

ROOT = Path(__file__).parent.parent
PAGES = "\n".join(page.read_text("utf-8") for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))
SHOWN = [line for block in re.findall(r"```console\n(.*?)```", PAGES, re.DOTALL) for line in block.splitlines()]
OURS = [shlex.split(line[line.index("rumi-") :]) for line in SHOWN if "rumi-" in line and not line.startswith("pip")]


@pytest.mark.parametrize("words", OURS, ids=" ".join)
def test_every_command_shown_exists_and_has_the_options_shown(words: list[str]) -> None:
    command, *arguments = words
    subcommand = ["stats"] if command == "rumi-corpus" else []
    done = run_command(command, *subcommand, "--help")
    assert done.returncode == 0
    options = {word for word in arguments if word.startswith("-") and not word[1:].isdigit()}
    assert options <= set(re.findall(r"--?[a-z-]+", done.stdout))


@pytest.mark.parametrize("words", [words for words in OURS if words[0] == "rumi-generate"], ids=" ".join)
def test_the_ways_to_write_verse_write_verse(words: list[str]) -> None:
    done = run_command(*words)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 20


def test_every_make_target_shown_is_there() -> None:
    shown = {line.split()[1] for line in SHOWN if line.startswith("make ")}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"run", "test"} <= shown <= targets
