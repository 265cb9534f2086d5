from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from rumi_tui.texts.corpus import VALIDATION_EVERY, read_corpus
from training.quality.samples import DEFAULT_LINES, Comparison, Sample, compare_verse
from training.quality.table import verse_table

SAMPLES = [
    Sample("the amber lantern\nand the barley dulfill", "end"),
    Sample("the amber lantern\nand the barley field.", "lines"),
    Sample("the amber lantern\nand the barley field", "lines"),
]
RAMAL = "فاعلاتن فاعلاتن فاعلن"
RHYMED = "all through the night\nwe saw a light"
LONG = "\n".join(["the amber lantern,", "the barley field,"] * DEFAULT_LINES)


def compare(folder: Path, *held_out: str, form: str = "free", language: str = "en") -> Comparison:
    training = ["the amber lantern\nand the barley field"] * (VALIDATION_EVERY - 1)
    blocks = [block for poem in held_out for block in (*training, poem)] or training
    (folder / "verse.txt").write_text("\n\n".join(blocks))
    return compare_verse({form: {"off": SAMPLES}}, language, read_corpus([folder / "verse.txt"], language, form))[form]


def table(form: str, comparison: Comparison) -> list[str]:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(verse_table(form, comparison))
    return capture.get().splitlines()


def row(lines: list[str], name: str) -> list[str] | None:
    return next((line.strip().removeprefix(name).split("  ") for line in lines if line.strip().startswith(name)), None)


def test_poems_close_by_their_own_end_or_with_a_sentence(tmp_path: Path) -> None:
    comparison = compare(tmp_path, "a lantern.", "a field", f"{LONG}\nat last.")
    assert comparison.generated["off"].ended == pytest.approx(1 / 3)
    assert comparison.generated["off"].closed == pytest.approx(2 / 3)
    assert comparison.real_closed == pytest.approx(2 / 3)


def test_mid_sentence_is_said_where_most_real_poems_end_with_a_mark(tmp_path: Path) -> None:
    marked = compare(tmp_path, "a lantern.", "a field", f"{LONG}\nat last.")
    assert marked.real is not None
    assert marked.generated["off"].verse.mid_sentence == marked.real.mid_sentence == pytest.approx(2 / 3)
    unmarked = compare(tmp_path, "a lantern.", "a field", LONG)
    assert unmarked.real is not None
    assert unmarked.generated["off"].verse.mid_sentence is unmarked.real.mid_sentence is None
    name = "poems that end mid-sentence"
    assert row(table("free", marked), name)
    assert row(table("free", unmarked), name) is None


def test_the_words_of_real_lines_dealt_at_random_stand_beside_them(tmp_path: Path) -> None:
    comparison = compare(tmp_path, "the amber lantern\nand the barley field\na lantern")
    assert comparison.generated["off"].verse.association is not None
    assert comparison.real is not None
    assert comparison.real.association is not None
    assert comparison.shuffled_association is not None
    assert comparison.shuffled_association < comparison.real.association
    assert comparison.generated["off"].verse.nonword_lines == pytest.approx(1 / 6)


def test_the_table_has_the_rows_of_its_form_in_80_columns(tmp_path: Path) -> None:
    couplets = table("couplet", compare(tmp_path, RHYMED, form="couplet"))
    ghazals = table("ghazal", compare(tmp_path, RHYMED, form="ghazal"))
    free = table("free", compare(tmp_path, RHYMED))
    for lines in (couplets, ghazals, free):
        assert max(map(len, lines)) <= 80
        assert row(lines, "association of words")
        assert row(lines, "lines with a nonword")
    assert row(couplets, "rhymes across couplets")
    assert row(ghazals, "rhyme words used again")
    assert row(couplets, "rhyme words used again") is row(ghazals, "rhymes across couplets") is None
    assert row(free, "pairs that rhyme") is None


def test_without_real_verse_its_columns_are_empty(tmp_path: Path) -> None:
    comparison = compare(tmp_path)
    assert (comparison.real, comparison.real_closed, comparison.shuffled_association) == (None, None, None)
    assert row(table("free", comparison), "poems ended by the model")


def test_lines_in_metre_stand_beside_shuffled_ones_where_labels_tell_the_metre(tmp_path: Path) -> None:
    pair = "باد آمد بوی گل را باز داد\nیار آمد بوی دل را باز خواند"
    poems = 26 * VALIDATION_EVERY
    (tmp_path / "verse.txt").write_text("\n\n".join([pair] * poems), "utf-8")
    samples = {"couplet": {"off": [Sample(f"{pair}\n{pair}\nباد\nگل و دل", "end")]}}

    def compared() -> Comparison:
        return compare_verse(samples, "fa", read_corpus([tmp_path / "verse.txt"], "fa", "couplet"))["couplet"]

    unlabelled = compared()
    labels = "".join(f"{number}\t\t{RAMAL}\t\n" for number in range(poems))
    (tmp_path / "verse.tsv").write_text(f"id\ttitle\tmetre\trhyme\n{labels}", "utf-8")
    labelled = compared()
    assert labelled.real is not None
    assert labelled.shuffled_in_metre is not None
    assert labelled.generated["off"].verse.in_metre == pytest.approx(4 / 6)
    assert labelled.shuffled_in_metre < labelled.real.in_metre == 1.0
    assert labelled.real_in_another_metre is None
    assert (
        unlabelled.generated["off"].verse.in_metre
        is unlabelled.shuffled_in_metre
        is unlabelled.real_in_another_metre
        is None
    )
    lines = table("couplet", labelled)
    assert max(map(len, lines)) <= 80
    assert row(lines, "lines in metre")
    assert row(table("couplet", unlabelled), "lines in metre") is None
    several = msgspec.structs.replace(labelled, real_in_another_metre=0.25)
    assert row(table("couplet", several), "lines in another metre")
