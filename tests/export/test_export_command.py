from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from support import assert_command_refused, call_command, verse

from models.errors import RumiError
from rumi_tui.engine.session import Session

pytestmark = pytest.mark.slow  # graphs are traced


@pytest.fixture
def checkpoint(write_pair: Callable[[str], tuple[Path, Path]]) -> Path:
    """For what is the same whatever kind of positions it has."""
    return write_pair("rotary")[0]


@pytest.mark.long
def test_export_writes_a_model_file_and_reports_what_it_compared(tmp_path: Path, model_pair: tuple[Path, Path]) -> None:
    out = tmp_path / "made.onnx"
    done = call_command("rumi-export", str(model_pair[0]), "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["max_abs_logit_diff"] <= 1e-4
    assert report["greedy_identical"] is True
    assert report["positions_compared"] == 2 * 3 * 16
    assert report["bytes"] == out.stat().st_size
    assert Session(out).description == Session(model_pair[1]).description


def test_ctrl_c_while_the_graph_is_traced_is_left_to_the_system(
    tmp_path: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, usual_ctrl_c: None
) -> None:
    handlers = []

    def trace(*_: object) -> onnx.ModelProto:
        handlers.append(signal.getsignal(signal.SIGINT))
        raise RumiError("It is not traced.")

    monkeypatch.setattr("export.export.build_graph", trace)
    done = call_command("rumi-export", str(checkpoint), "--out", str(tmp_path / "made.onnx"))
    assert done.stderr.endswith("rumi-export: It is not traced.\n")
    assert handlers == [signal.SIG_DFL]


def test_a_checkpoint_is_never_replaced_by_a_model_file(checkpoint: Path) -> None:
    before = checkpoint.read_bytes()
    done = call_command("rumi-export", str(checkpoint), "--out", str(checkpoint))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert checkpoint.read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint", "half"])
def test_what_is_no_checkpoint_is_refused_in_one_line(
    tmp_path: Path, checkpoint: Path, content: bytes | str | None
) -> None:
    made = tmp_path / "made.safetensors"
    if content == "half":
        data = checkpoint.read_bytes()
        made.write_bytes(data[: len(data) // 2])
    elif isinstance(content, bytes):
        made.write_bytes(content)
    done = call_command("rumi-export", str(made))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip().splitlines()[-1].startswith("rumi-export: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "made.onnx").exists()


def test_8_bit_weights_are_measured_before_they_are_written(
    tmp_path: Path, model_pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("export.export.build_graph", lambda *_: onnx.load(model_pair[1]))  # traced before
    (tmp_path / "verse.txt").write_text(verse(40), "utf-8")
    out = tmp_path / "made.onnx"
    chosen = ("--quantize", "int8", "--text", str(tmp_path / "verse.txt"), "--out", str(out), "--json")
    done = call_command("rumi-export", str(model_pair[0]), *chosen)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["quantized"] is (report["nats_per_char_int8"] - report["nats_per_char_fp32"] <= 0.01)
    assert Session(out).card.nats_per_char_int8 == (
        round(report["nats_per_char_int8"], 5) if report["quantized"] else None
    )
    assert 0 < report["top1_agreement"] <= 1


@pytest.mark.parametrize(
    ("arguments", "status", "pattern"),
    [
        (["--quantize", "int8"], 2, "--text"),
        (["--quantize", "int4"], 2, "int8 or none"),
        (["--quantize", "int8", "--text", "nowhere.txt"], 1, "no text at nowhere.txt"),
    ],
)
def test_a_wish_that_cannot_be_carried_out_is_refused(
    tmp_path: Path, checkpoint: Path, arguments: list[str], status: int, pattern: str
) -> None:
    out = tmp_path / "made.onnx"
    assert_command_refused(call_command("rumi-export", str(checkpoint), *arguments, "--out", str(out)), status, pattern)
    assert not out.exists()
