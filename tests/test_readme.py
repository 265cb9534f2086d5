"""The README and the pages in docs/ promise commands; they must be there and take what is shown."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support import call_command, write_corpus

ROOT = Path(__file__).parent.parent
PAGES = "\n".join(page.read_text("utf-8") for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))
SHOWN = [line for block in re.findall(r"```console\n(.*?)```", PAGES, re.DOTALL) for line in block.splitlines()]
OURS = [shlex.split(line[line.index("rumi-") :]) for line in SHOWN if "rumi-" in line and not line.startswith("pip")]


@pytest.mark.parametrize("words", OURS, ids=" ".join)
def test_every_command_shown_exists_and_has_the_options_shown(words: list[str]) -> None:
    command, *arguments = words
    subcommand = arguments[:1] if command == "rumi-corpus" else []
    done = call_command(command, *subcommand, "--help")
    assert done.returncode == 0
    options = {word for word in arguments if word.startswith("-") and not word[1:].isdigit()}
    assert options <= set(re.findall(r"--?[a-z-]+", done.stdout))


@pytest.mark.parametrize("words", [words for words in OURS if words[0] == "rumi-generate"], ids=" ".join)
def test_the_ways_to_write_verse_write_verse(words: list[str]) -> None:
    done = call_command(*words)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 20


@pytest.mark.parametrize(
    "words", [words for words in OURS if words[0] == "rumi-ask" or words[1] in ("list", "search")], ids=" ".join
)
def test_the_ways_to_read_the_texts_read_them(words: list[str], tmp_path: Path) -> None:
    write_corpus(tmp_path / "texts", poems=60)
    if words[0] == "rumi-ask":
        (tmp_path / "texts" / "one.txt").write_text("What love is, reed and flute,\nis patient.\n")
        (tmp_path / "texts" / "sher.txt").write_text("صدای نی غمگین\nباران\n", "utf-8")
    done = call_command(*words, RUMI_CORPUS_DIR=str(tmp_path / "texts"), XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert "~" in done.stdout or words[0] != "rumi-ask" or "--json" in words


def test_the_python_shown_runs(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("What love is, reed and flute,\nis patient.\n")
    entry = '[[text]]\nfile = "one.txt"\nlanguage = "en"\nform = "couplet"\n'
    (tmp_path / "texts" / "corpus.toml").write_text(entry)
    (code,) = re.findall(r"```python\n(.*?)```", PAGES, re.DOTALL)
    places = {"RUMI_CORPUS_DIR": str(tmp_path / "texts"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ | places
    )
    assert done.returncode == 0, done.stderr
    assert "Not Rumi's:" in done.stdout


def test_every_make_target_shown_is_there() -> None:
    shown = {line.split()[1] for line in SHOWN if line.startswith("make ")}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"run", "test"} <= shown <= targets
