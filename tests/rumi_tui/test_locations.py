from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.files import temporary_name
from rumi_tui.locations import index_folder, texts_folder


def test_what_can_be_computed_again_lies_in_a_passing_folder_where_the_usual_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert index_folder() == tmp_path / "cache" / "rumi-tui"
    left = index_folder() / temporary_name("texts.sqlite", ".sqlite")  # by a killed process
    left.touch()
    assert list(index_folder().iterdir()) == [left]
    os.utime(left, (0, 0))
    assert list(index_folder().iterdir()) == []
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    passing = index_folder()
    assert passing.is_dir()
    assert passing == index_folder()
    assert tmp_path not in passing.parents


def test_the_folder_of_texts_may_begin_with_that_of_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/shams")
    monkeypatch.setenv("RUMI_CORPUS_DIR", "~/texts")
    assert texts_folder() == Path("/home/shams/texts")
