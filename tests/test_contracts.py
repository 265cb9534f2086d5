"""What the program must never do, seen from outside: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.pretrained import MODELS

WATCH_SOCKETS = """
import os, sys
def watch(event, _):
    if event.startswith("socket."):
        print("socket opened:", event)
        os._exit(3)
sys.addaudithook(watch)
"""
WRITE_A_POEM = """
import pathlib, sys
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session
model = Session(pathlib.Path(sys.argv[1]))
poem = "".join(step.text for step in Generation(model, model.tokenizer, Request(form="couplet", characters=200)))
print(len(poem), *(name for name in ("tokenizers", "huggingface_hub") if name in sys.modules))
"""
LIST_SOCKETS = """
import os
import stat
for descriptor in os.listdir("/dev/fd"):
    try:
        mode = os.fstat(int(descriptor)).st_mode
    except OSError:
        continue
    if stat.S_ISSOCK(mode):
        print("socket open:", descriptor)
"""


def run_python(code: str, *arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("rumi_tui.engine.session", ("torch", "textual", "training", "export", "tokenizers")),
        ("rumi_tui.engine.generate", ("torch", "textual", "onnxruntime", "tokenizers")),
        ("rumi_tui.engine.worker", ("torch", "textual", "tokenizers")),
        ("rumi_tui.console.screens.verses", ("torch", "training", "export", "onnxruntime", "tokenizers")),
        ("rumi_tui.console.app", ("torch", "training", "export", "numpy", "onnxruntime", "tokenizers")),
        (
            "rumi_tui.commands.corpus",
            ("torch", "textual", "training", "export", "onnxruntime", "requests", "tokenizers"),
        ),
        ("rumi_tui.commands.tui", ("torch", "textual", "training", "export", "numpy", "onnxruntime", "tokenizers")),
        ("rumi_tui.commands.generate", ("torch", "textual", "training", "export", "tokenizers")),
        ("training.cli", ("torch", "textual", "export", "tokenizers")),
        ("models.description", ("torch", "training", "export", "rumi_tui", "tokenizers")),
        ("rumi_tui.engine.request", ("torch", "numpy", "onnxruntime", "textual", "tokenizers")),
        ("rumi_tui.engine.written", ("torch", "numpy", "onnxruntime", "textual", "tokenizers")),
    ],
)
def test_importing_one_part_does_not_bring_in_another(module: str, forbidden: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*(name for name in {forbidden!r} if name in sys.modules))"
    assert run_python(code).strip() == ""


@pytest.mark.parametrize("kind", ["characters", "word"])
def test_the_engine_opens_no_socket_and_leaves_no_file_behind(
    tmp_path: Path, model_file: Path, word_pair: tuple[Path, Path], kind: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    places = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    code = WATCH_SOCKETS + WRITE_A_POEM + LIST_SOCKETS
    model = model_file if kind == "characters" else word_pair[1]
    output = run_python(code, str(model), **dict.fromkeys(places, str(home)))
    assert output.splitlines()[1:] == []
    length, *libraries = output.split()
    assert int(length) > 0
    assert libraries == ([] if kind == "characters" else ["tokenizers"])
    assert list(home.rglob("*")) == []


def test_telemetry_is_switched_off_before_onnxruntime_can_be_imported() -> None:
    code = "import os, sys, rumi_tui; print(os.environ['ORT_DISABLE_TELEMETRY'], 'onnxruntime' in sys.modules)"
    assert run_python(code, ORT_DISABLE_TELEMETRY="0").split() == ["1", "False"]


def test_the_wheel_holds_what_writes_and_nothing_that_only_training_needs(tmp_path: Path) -> None:
    import zipfile

    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(root)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        needs = [line for line in archive.read(metadata).decode().splitlines() if line.startswith("Requires-Dist: ")]
    shipped = {f"models/pretrained/{name}" for name in ("__init__.py", *(f"rumi-{model}.onnx" for model in MODELS))}
    assert {name for name in names if name.startswith("models/pretrained/")} == shipped
    assert [line for line in needs if "torch" in line and "extra ==" not in line] == []
