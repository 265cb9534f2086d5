from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import run_command

from rumi_tui.engine.session import Session


def test_export_writes_a_model_file_and_reports_what_it_compared(tmp_path: Path, model_pair: tuple[Path, Path]) -> None:
    out = tmp_path / "made.onnx"
    done = run_command("rumi-export", str(model_pair[0]), "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["max_abs_logit_diff"] <= 1e-4
    assert report["greedy_identical"] is True
    assert report["positions_compared"] == 2 * 3 * 16
    assert report["bytes"] == out.stat().st_size
    assert Session(out).description == Session(model_pair[1]).description


def test_a_checkpoint_is_never_replaced_by_a_model_file(model_pair: tuple[Path, Path]) -> None:
    before = model_pair[0].read_bytes()
    done = run_command("rumi-export", str(model_pair[0]), "--out", str(model_pair[0]))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert model_pair[0].read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint", "half"])
def test_what_is_no_checkpoint_is_refused_in_one_line(
    tmp_path: Path, model_pair: tuple[Path, Path], content: bytes | str | None
) -> None:
    checkpoint = tmp_path / "made.safetensors"
    if content == "half":
        data = model_pair[0].read_bytes()
        checkpoint.write_bytes(data[: len(data) // 2])
    elif isinstance(content, bytes):
        checkpoint.write_bytes(content)
    done = run_command("rumi-export", str(checkpoint))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip().splitlines()[-1].startswith("rumi-export: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "made.onnx").exists()
