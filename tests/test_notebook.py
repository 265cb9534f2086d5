"""The notebook is for students to run: it must run from its first cell to its last, in a kernel of this environment."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support import call_command, verse

pytestmark = pytest.mark.slow  # graphs are traced

NOTEBOOK = Path(__file__).parent.parent / "docs" / "rumi_from_scratch.ipynb"
STORED = nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)
SHOWN = re.findall(r"^!?(rumi-.+)$", "\n".join(cell.source for cell in STORED.cells), re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a kernel may leave files, with no kernels or settings of the user in reach."""
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "TMPDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def run_notebook(folder: Path, parameters: str, result: str) -> Any:
    """Runs all cells in `folder` with other parameters, and gives back what `result` is then."""
    from nbclient import NotebookClient  # half a second, which every worker would spend on it

    notebook = nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)
    given = next(place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    notebook.cells.insert(given + 1, nbformat.v4.new_code_cell(parameters))
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({result}))"))
    client = NotebookClient(notebook, kernel_name="python3", timeout=300, resources={"metadata": {"path": str(folder)}})
    client.execute()
    return json.loads(notebook.cells[-1].outputs[0].text)


@pytest.mark.long
def test_the_whole_notebook_runs_learns_and_exports_the_same_model(folder: Path) -> None:
    (folder / "mine.txt").write_text(verse(poems=60), "utf-8")
    result = "[__import__('sys').executable, str(TEXT), curve, difference]"
    interpreter, text, curve, difference = run_notebook(folder, "TEXT, STEPS = 'mine.txt', 30", result)
    assert (interpreter, text) == (sys.executable, "mine.txt")
    (_, first_training, first_validation), *_, (steps, last_training, last_validation) = curve
    assert steps == 30
    assert last_training < first_training - 0.5
    assert last_validation < first_validation - 0.5
    assert 0 < difference < 1e-4


def test_without_a_text_it_makes_up_one_that_is_long_enough_to_learn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tagged = next(place for place, cell in enumerate(STORED.cells) if "text" in cell.metadata.get("tags", []))
    names: dict[str, Any] = {}
    for cell in STORED.cells[: tagged + 1]:
        if cell.cell_type == "code" and cell.id != "install":
            exec(cell.source, names)
    text, poems = names["text"], names["poems"]
    assert 20_000 < len(text) < 40_000
    assert len(set(poems)) > 200
    assert len(set(text.split("\n"))) > 700


def test_it_is_a_valid_notebook_stored_without_outputs() -> None:
    nbformat.validate(STORED)
    code = [cell for cell in STORED.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


@pytest.mark.parametrize("line", SHOWN)
def test_every_command_shown_exists_and_has_the_options_shown(line: str) -> None:
    command, *arguments = shlex.split(line)
    done = call_command(command, "--help")
    assert done.returncode == 0
    assert {word for word in arguments if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", done.stdout))
