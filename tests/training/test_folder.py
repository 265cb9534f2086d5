from __future__ import annotations

from pathlib import Path

import pytest
from support import refused

from models.files import replacing, temporary_name
from training.folder import taken


def test_a_folder_belongs_to_one_run_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with taken(folder, is_new=True):
        (folder / "state.safetensors").touch()
        for is_new in (True, False):
            with refused("Another rumi-train is at work in"), taken(folder, is_new):
                pass
    with taken(folder, is_new=False):
        pass
    with refused("already holds something: go on with --resume"), taken(folder, is_new=True):
        pass
    assert [path.name for path in folder.iterdir()] == ["state.safetensors"]


def test_what_a_killed_run_left_unfinished_is_swept_away_and_nothing_else(tmp_path: Path) -> None:
    mine = {".hidden", "loss.png", ".loss.png.txt", "tmp12345678", ".0123456789abcdef0.png"}
    names = mine | {temporary_name("loss.png", ".png"), temporary_name("model", ""), f"{temporary_name()}_xyz_0123"}
    for name in names:
        (tmp_path / name).touch()
    with replacing(tmp_path / "new.txt") as temporary:
        (tmp_path / temporary.name.replace("new", "old")).write_text("left")
    with taken(tmp_path, is_new=False):
        assert {path.name for path in tmp_path.iterdir()} == mine | {"new.txt"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_new_folder_in_which_nothing_was_done_goes_where_a_person_stops_it(
    tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error), taken(tmp_path / "run", is_new=True):
        raise error
    assert (tmp_path / "run").exists() == (error is ValueError)
    with taken(tmp_path / "run", is_new=True):
        pass
