from __future__ import annotations

import json
from pathlib import Path

from support import call_command, write_corpus

from rumi_tui.texts.sources import TEXTS


def test_list_says_what_is_here_and_what_can_be_fetched(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    (tmp_path / "fa-divan.txt").write_text("سنگ\n", "utf-8")
    done = call_command("rumi-corpus", "list", "--json", RUMI_CORPUS_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    texts = {text["name"]: text for text in json.loads(done.stdout)}
    assert list(texts)[: len(TEXTS)] == [text.file for text in TEXTS]
    assert [name for name, text in texts.items() if text["here"]] == ["fa-divan.txt", "one.txt", "sher.txt", "two.txt"]
    assert texts["fa-divan.txt"]["bytes"] == 7
    assert texts["fa-masnavi.txt"]["bytes"] == 39_766_359
    assert (texts["sher.txt"]["language"], texts["sher.txt"]["form"]) == ("fa", "ghazal")
    lines = call_command("rumi-corpus", "list", RUMI_CORPUS_DIR=str(tmp_path)).stdout.splitlines()
    assert len(lines) == len(texts)
    assert [line.endswith("here") for line in lines] == [text["here"] for text in texts.values()]


def test_list_needs_no_folder(tmp_path: Path) -> None:
    done = call_command("rumi-corpus", "list", "--json", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    assert not any(text["here"] for text in json.loads(done.stdout))
