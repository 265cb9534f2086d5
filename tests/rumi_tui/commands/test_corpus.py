"""Each command of rumi-corpus once as a person runs it, in a process of its own; the rest is tested in one process."""

from __future__ import annotations

import json
from pathlib import Path

from support import assert_command_refused, run_command, write_corpus

NOBODY = "http://127.0.0.1:9"
"""A proxy that nothing listens at: no network."""


def test_list_prints_a_line_for_each_text(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    done = run_command("rumi-corpus", "list", RUMI_CORPUS_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    here = [line.split()[0] for line in done.stdout.splitlines() if line.endswith(" here")]
    assert here == ["one.txt", "sher.txt", "two.txt"]


def test_stats_prints_one_json_document(corpus_folder: Path) -> None:
    done = run_command("rumi-corpus", "stats", str(corpus_folder), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    counts = {text["name"]: (text["form"], text["poems"], text["lines"]) for text in json.loads(done.stdout)}
    assert counts == {"one.txt": ("couplet", 40, 240), "two.txt": ("free", 40, 240), "sher.txt": ("ghazal", 40, 240)}


def test_fetch_without_a_network_says_so_in_one_line_and_leaves_what_is_here(tmp_path: Path) -> None:
    kept = tmp_path / "rumi-tui" / "texts" / "kept.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("A line.\n")
    places = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "HTTPS_PROXY": NOBODY, "https_proxy": NOBODY}
    assert_command_refused(run_command("rumi-corpus", "fetch", **places), 1, "cannot be reached.*what is here stays")
    assert kept.read_text() == "A line.\n"
