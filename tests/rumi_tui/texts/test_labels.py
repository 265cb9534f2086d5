from __future__ import annotations

from pathlib import Path

import pytest
from support import refused

from rumi_tui.texts.corpus import read_corpus
from rumi_tui.texts.labels import UNLABELLED, Label

HEAD = "id\ttitle\tmetre\trhyme\n"


def labelled(folder: Path, labels: str | None) -> list[Label]:
    """The labels of a text of two poems."""
    (folder / "verse.txt").write_text("one line\nand one\n\nanother\n", "utf-8")
    if labels is not None:
        (folder / "verse.tsv").write_text(labels, "utf-8")
    (source,) = read_corpus([folder / "verse.txt"])
    return [poem.label for poem in source.poems]


def test_each_poem_has_the_label_of_its_row(tmp_path: Path) -> None:
    first, second = labelled(tmp_path, HEAD + "divan/1\tA title\tlong short\tne\ndivan/2\t\t\t\n")
    assert first == Label(id="divan/1", title="A title", metre="long short", rhyme="ne")
    assert second == Label(id="divan/2")


def test_a_text_without_labels_is_read_as_it_is(tmp_path: Path) -> None:
    assert labelled(tmp_path, None) == [UNLABELLED, UNLABELLED]


@pytest.mark.parametrize(
    ("labels", "pattern"),
    [
        (HEAD + "divan/1\t\t\t\n", "as many poems"),
        (HEAD + 3 * "divan/1\t\t\t\n", "as many poems"),
        (HEAD + "divan/1\t\t\n" + "divan/2\t\t\t\n", "columns must be id, title, metre, rhyme"),
        ("title\n", "columns must be"),
        ("", "columns must be"),
    ],
)
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: str, pattern: str) -> None:
    with refused(pattern):
        labelled(tmp_path, labels)


def test_labels_that_are_not_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "verse.tsv").write_bytes(b"\xff\xfe")
    with refused("UTF-8"):
        labelled(tmp_path, None)
