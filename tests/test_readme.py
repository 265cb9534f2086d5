"""The README and the pages in docs/ promise commands; they must be there and take what is shown."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import manual
import pytest
from support import call_command, verse, write_corpus, write_works

ROOT = Path(__file__).parent.parent
ROOMS = ("models", "training", "export", "rumi_tui")
FILES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
PAGES = "\n".join(page.read_text("utf-8") for page in FILES)
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


@pytest.mark.usefixtures("few_tries")
@pytest.mark.parametrize("words", [words for words in OURS if words[0] == "rumi-generate"], ids=" ".join)
def test_the_ways_to_write_verse_write_verse(words: list[str]) -> None:
    limit = () if "--lines" in words else ("--lines", "4")
    done = call_command(*words, *limit)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 20


@pytest.mark.usefixtures("few_tries")
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


@pytest.mark.parametrize("words", [words for words in OURS if words[1] in ("read", "random")], ids=" ".join)
def test_the_ways_to_read_a_poem_read_one(words: list[str], tmp_path: Path) -> None:
    texts = write_works(tmp_path / "texts")
    for path in texts.glob("*-masnavi.*"):  # as if these were other couplets of the Masnavi
        path.write_text(path.read_text("utf-8").replace("masnavi/1/2/6-7", "masnavi/3/49/1259-1260"), "utf-8")
    done = call_command(*words, RUMI_CORPUS_DIR=str(texts))
    assert (done.returncode, done.stderr) == (0, "")
    assert "ganjoor.net" in done.stdout


@pytest.mark.usefixtures("few_tries")
def test_the_python_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("What love is, reed and flute,\nis patient.\n")
    entry = '[[text]]\nfile = "one.txt"\nlanguage = "en"\nform = "couplet"\n'
    (tmp_path / "texts" / "corpus.toml").write_text(entry)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "texts.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path / "texts"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "Not Rumi's:" in said_by(code)


def said_by(code: str) -> str:
    """What a program prints, run in this process."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {"__name__": "__main__"})
    return output.getvalue()


def test_every_make_target_shown_is_there() -> None:
    shown = {line.split()[1] for line in SHOWN if line.startswith("make ")}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"run", "test"} <= shown <= targets


@pytest.mark.parametrize("environment", ["RUN", "DEV"])
def test_make_says_which_python_it_needs_before_it_makes_anything(tmp_path: Path, environment: str) -> None:
    goal = {"RUN": "run", "DEV": "test"}[environment]
    done = subprocess.run(
        ["make", goal, f"{environment}={tmp_path / 'environment'}", "PYTHON=false"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert f"Rumi TUI needs Python 3.11 or newer: make {goal} PYTHON=" in done.stdout


PYTHON = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.usefixtures("few_tries")
@pytest.mark.parametrize("code", PYTHON, ids=["stream", "batch", "drafts", "line", "score", "others"])
def test_the_python_for_programs_runs_as_it_is_shown(code: str) -> None:
    assert len(said_by(code)) > 60


def test_every_page_that_a_page_links_to_is_there() -> None:
    for page in FILES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_picture_of_the_rooms_is_that_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import architecture; print(architecture.picture(), end='')"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "docs",
    )
    assert done.stdout == (ROOT / "docs" / "architecture.svg").read_text("utf-8"), "run python docs/architecture.py"


def test_every_module_is_named_among_the_rooms() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = dict(re.findall(r"^\*\*([a-z_/]+)\*\*[^:]*: (.*?)(?=^\*\*|^## |\Z)", page, re.M | re.S))
    modules = [path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("[!_]*.py")]
    assert len(modules) > 200
    unnamed = []
    for module in modules:
        folder = next((str(folder) for folder in module.parents if str(folder) in rooms), "")
        named = re.findall(r"`([a-z_]+/?)`", rooms.get(folder, ""))
        if module.stem not in named and f"{module.parent.name}/" not in named:
            unnamed.append(str(module))
    assert unnamed == []


def test_the_manual_pages_are_those_of_the_help() -> None:
    assert manual.APPS.keys() == {
        script.name for script in entry_points(group="console_scripts") if script.name.startswith("rumi-")
    }
    for name in manual.APPS:
        assert manual.page(name) == (manual.PAGES / f"{name}.1").read_text("utf-8"), "run python docs/manual.py"


GUIDE = re.findall(
    r"^rumi-(?:corpus stats|train --corpus|eval|export) .*", (ROOT / "docs" / "training.md").read_text("utf-8"), re.M
)


@pytest.mark.long
def test_the_training_guide_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("poems.txt").write_text(verse(poems=40), "utf-8")
    for line in GUIDE:
        words = re.sub(r"--minutes \d+", "--steps 2", line).replace("--samples 20", "--samples 1")
        words = words.replace("--preset small", "--preset minimal").split()
        done = call_command(*words)
        assert done.returncode == 0, (line, done.stderr)
    assert Path("mine.onnx").is_file()


def test_the_front_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", re.findall(r"\$\(DEV\)/bin/python (tests/\S+)", (ROOT / "Makefile").read_text("utf-8"))
)
def test_the_long_harnesses_start_as_the_makefile_starts_them(script: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, script, "--help"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert "usage:" in done.stdout, done.stderr
