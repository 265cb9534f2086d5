from __future__ import annotations

from pathlib import Path

import pytest

from rumi_tui.verse.metre import MetreJudge
from training.readings import readings

RAMAL = "فاعلاتن فاعلاتن فاعلن"
LINES = ("باد آمد بوی گل را باز داد", "هر که خندان است جانش روشن است")


def test_readings_are_learned_from_the_poems_whose_label_says_a_metre(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "verse.txt").write_text("\n\n".join("\n".join(LINES) for _ in range(30)), "utf-8")
    rows = ["id\ttitle\tmetre\trhyme", *(f"{number}\t\t{RAMAL}\t" for number in range(30))]
    (tmp_path / "verse.tsv").write_text("\n".join(rows), "utf-8")
    catalogue = '[[text]]\nfile = "verse.txt"\nlanguage = "fa"\nform = "couplet"\n'
    (tmp_path / "corpus.toml").write_text(catalogue, "utf-8")
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path))
    readings("fa", tmp_path / "readings.gz")
    judge = MetreJudge.from_bytes((tmp_path / "readings.gz").read_bytes())
    assert all(judge.scans(line, RAMAL) for line in LINES)
    assert judge.cost(LINES[0], RAMAL) < MetreJudge().cost(LINES[0], RAMAL)
