from __future__ import annotations

import csv
import io
import itertools
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import warnings
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path

import pytest
from rich.console import Console
from rich.screen import Screen as WholeScreen
from support import SHAPES, describe, random_decoder
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from training.loop import Eval, TrainState
from training.report.view import View, clock_time
from training.report.watcher import HISTORY, RunWatcher
from training.run_config import TrainConfig

EVALS = [Eval(200, 20.0, 3.1, 2.9), Eval(400, 40.0, 2.6, 2.5), Eval(600, 60.0, 2.4, 2.55)]
STATE = TrainState(step=640, seconds=64.0, evals=EVALS)
VERSE = "amber lantern\nمیان باران\nneedle kettle"
ENTER, LEAVE, SHOW_CURSOR = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def terminal(width: int = 80, height: int = 24, **settings: bool) -> Console:
    environment = {"TERM": "xterm-256color"}
    return Console(file=Terminal(), width=width, height=height, _environ=environment, **settings)  # type: ignore[arg-type]


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def without_codes(output: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", output)


def watcher(folder: Path, console: Console, now: Callable[[], float] = lambda: 0.0) -> RunWatcher:
    return RunWatcher(folder, describe(SHAPES["rotary"]), 100, console, now)


def watch(folder: Path, console: Console, steps: int = 8, every: int = 4, after: int = 0) -> None:
    """A run of `steps` steps whose loss falls, with evaluations."""
    decoder = random_decoder(SHAPES["rotary"])
    evals = [Eval(step, step, 4.0, 3.0) for step in range(every, after + 1, every)]
    with watcher(folder, console) as watching:
        for step in range(after + 1, after + steps + 1):
            state = TrainState(step, float(step), evals=evals)
            watching.stepped(state, step / 20, 4.0 - step / 20)
            if step % every == 0:
                evals.append(Eval(step, float(step), 4.0 - step / 20, 3.0 - step / 100))
                watching.evaluated(state, decoder)


def raise_after_a_step(watching: RunWatcher, kind: type[BaseException]) -> None:
    watching.stepped(STATE, 0.5, 2.0)
    raise kind


def shown(view: View, width: int, height: int) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), record=True, force_terminal=True)
    whole = WholeScreen()
    whole.renderable = view
    console.print(whole, end="")
    return console.export_text().split("\n")


@pytest.fixture
def view() -> View:
    return View(
        "mine",
        "off",
        state=STATE,
        progress=0.64,
        training=[(step, 2 + 100 / step) for step in range(50, 641, 10)],
        rate=12345.6,
        seconds_left=36.0,
        learning_rate=0.6,
        verse=VERSE,
    )


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (250, 70)])
def test_the_view_fills_the_screen_and_says_how_the_run_stands(view: View, width: int, height: int) -> None:
    lines = shown(view, width, height)
    text = "\n".join(lines)
    assert len(lines) == height
    assert lines[0].split() == ["rumi-train", "mine", "step", "640"]
    assert lines[0].endswith("step 640 ")
    for fact in ("64.0%", "1:04 spent", "0:36 left", "12,346 characters/s", "learning rate at 60%"):
        assert fact in lines[2]
    for fact in ("training 2.1562", "validation 2.5500", "kept 2.5000 at step 400"):
        assert fact in lines[4]
    bottom = next(index for index, line in enumerate(lines) if "└" in line)
    assert bottom - 5 >= height // 3
    curves = "".join(lines[5:bottom])
    assert (curves.count("•"), curves.count("◆")) == (2, 1)
    assert sum("\u2800" < cell <= "\u28ff" for cell in curves) > width / 2
    heading = next(index for index, line in enumerate(lines) if "verse at step 600" in line)
    assert [line.strip() for line in lines[heading + 1 : heading + 4]] == VERSE.split("\n")
    assert "…" not in text


def test_right_to_left_verse_ends_at_the_right_edge_and_is_broken_before_it_is_turned(view: View) -> None:
    view.mode = "app"
    view.verse = " ".join(["نان"] * 25 + ["آب"])
    rows = [line for line in shown(view, 80, 24) if re.search("[\ufb50-\ufefc]", line)]
    assert len(rows) == 2
    assert all(row.rstrip().endswith("ﻥﺎﻧ") and len(row.rstrip()) == 79 for row in rows)
    assert "ﺏﺁ" in rows[1]


def test_the_view_of_a_run_that_has_not_begun_is_empty_but_whole() -> None:
    lines = shown(View("mine", "off"), 80, 24)
    assert "step 0" in lines[0]
    assert lines[2].split(" · ")[1:3] == ["0:00 spent", "- left"]
    assert any("verse comes with the first evaluation" in line for line in lines)


@pytest.mark.parametrize(("width", "height"), [(20, 5), (1, 1), (79, 10)])
def test_a_terminal_that_shrinks_during_the_run_is_no_error(view: View, width: int, height: int) -> None:
    assert len(shown(view, width, height)) == height


def test_a_name_cannot_control_the_terminal_and_gives_way_to_the_step(view: View) -> None:
    view.name = "\x1b[2J" + "long" * 50
    line = shown(view, 80, 24)[0]
    assert "\x1b" not in line
    assert line.endswith("…  step 640 ")


@pytest.mark.parametrize(("seconds", "text"), [(7, "0:07"), (754, "12:34"), (3723, "1:02:03"), (59.7, "1:00")])
def test_durations_read_like_a_clock(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text


def test_a_terminal_is_taken_for_the_run_and_given_back_with_the_last_state_on_it(tmp_path: Path) -> None:
    console = terminal()
    watch(tmp_path, console)
    assert said(console).count(ENTER) == said(console).count(LEAVE) == 1
    _, scrollback = said(console).split(LEAVE)
    left = without_codes(scrollback)
    assert "step 8" in left
    assert "kept 2.9200 at step 8" in left
    assert "verse at step 8" in left
    assert SHOW_CURSOR in scrollback
    assert re.findall(r"\x1b\[\?\w+", scrollback) == [SHOW_CURSOR]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError])
def test_the_terminal_is_given_back_after_an_error(tmp_path: Path, kind: type[BaseException]) -> None:
    console = terminal()
    watching = watcher(tmp_path, console)
    with pytest.raises(kind), watching:
        raise_after_a_step(watching, kind)
    assert SHOW_CURSOR in said(console).split(LEAVE)[1]
    assert "step 640" in said(console).split(LEAVE)[1]


def test_what_others_say_is_held_back_while_the_view_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal()
    with watcher(tmp_path, console) as watching, warnings.catch_warnings():
        warnings.simplefilter("always")
        watching.stepped(STATE, 0.5, 2.0)
        print("a warning", file=sys.stderr)
        assert capsys.readouterr().err == ""
    assert capsys.readouterr().err == "a warning\n"


def test_a_run_that_takes_no_step_leaves_the_terminal_alone(tmp_path: Path) -> None:
    console = terminal()
    with watcher(tmp_path, console) as watching:
        pass
    watching.ended(TrainConfig(steps=640), STATE)
    assert said(console).startswith("Ended at step 640")


def test_no_color_leaves_no_colour(tmp_path: Path) -> None:
    coloured, plain = terminal(), terminal(no_color=True)
    for name, console in (("coloured", coloured), ("plain", plain)):
        (tmp_path / name).mkdir()
        watch(tmp_path / name, console)
    colours = re.compile(r"\x1b\[[0-9;]*\b(3[0-7]|38;)")
    assert colours.search(said(coloured))
    assert not colours.search(said(plain))


@pytest.mark.parametrize(
    "console",
    [
        Console(file=io.StringIO(), width=120, height=40),
        Console(file=io.StringIO(), width=120, height=40, force_terminal=True),
        terminal(79, 24),
        terminal(80, 23),
        Console(file=Terminal(), width=120, height=40, _environ={"TERM": "dumb"}),
    ],
    ids=["a file", "a file with colour forced", "narrow", "low", "dumb"],
)
def test_elsewhere_each_look_is_a_few_plain_lines(tmp_path: Path, console: Console) -> None:
    watch(tmp_path, console)
    text = said(console)
    assert "\x1b" not in text
    assert text == (tmp_path / "samples.txt").read_text("utf-8")
    assert [line for line in text.split("\n") if line.startswith("step ")] == [
        "step 4: training 3.8000, validation 2.9600  (kept)",
        "step 8: training 3.6000, validation 2.9200  (kept)",
    ]


def test_rate_and_time_left_leave_out_what_is_no_training(tmp_path: Path) -> None:
    clock = iter([0.0, 2.0, 4.0, 10.0, 12.0])
    watching = watcher(tmp_path, Console(file=io.StringIO()), lambda: next(clock))
    decoder = random_decoder(SHAPES["rotary"])
    state = TrainState(step=3, evals=[Eval(3, 0.0, 3.0, 3.0)])
    for step in (1, 2, 3):
        watching.stepped(TrainState(step=step), step / 10, 3.0)
    watching.evaluated(state, decoder)
    watching.stepped(TrainState(step=4), 0.4, 3.0)
    assert watching._view.rate == pytest.approx(100 / 2.0)
    assert watching._view.seconds_left == pytest.approx(0.6 * 12 / 0.3)


def test_a_long_run_keeps_few_points_of_its_whole_curve(tmp_path: Path) -> None:
    watching = watcher(tmp_path, Console(file=io.StringIO()))
    for step in range(1, 20 * HISTORY):
        watching.stepped(TrainState(step=step), 0.5, 3.0)
    steps = [step for step, _ in watching._view.training]
    assert HISTORY / 2 <= len(steps) <= HISTORY
    assert max(later - earlier for earlier, later in itertools.pairwise([0, *steps, 20 * HISTORY])) <= 32


def test_a_resumed_run_goes_on_with_its_curves_files_and_events(tmp_path: Path) -> None:
    watch(tmp_path, terminal())
    console = terminal()
    watch(tmp_path, console, after=8)
    assert "kept 2.8400 at step 16" in said(console)
    with (tmp_path / "loss.csv").open(newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["4", "8", "12", "16"]
    assert (tmp_path / "samples.txt").read_text("utf-8").count(": training ") == 4
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    # files of one second are read in the order of their names, where the tenth of a process stands before the ninth
    assert sorted(event.step for event in events.Scalars("loss/validation")) == [4, 8, 12, 16]


def test_a_resumed_run_shows_the_training_curve_from_the_beginning(tmp_path: Path) -> None:
    watching = watcher(tmp_path, Console(file=io.StringIO()))
    watching.stepped(STATE, 0.5, 2.0)
    assert watching._view.training[:3] == [(look.step, look.train_loss) for look in EVALS]
    assert watching._view.training[3] == (640, pytest.approx(0.95 * 2.4 + 0.05 * 2.0))


def test_tensorboard_reads_the_losses_the_rate_and_the_verse(tmp_path: Path) -> None:
    clock = iter(range(100))
    decoder = random_decoder(SHAPES["rotary"])
    with watcher(tmp_path, Console(file=io.StringIO()), lambda: float(next(clock))) as watching:
        for step in (598, 599, 600):
            watching.stepped(TrainState(step=step), 0.5, 2.0)
        watching.evaluated(TrainState(step=600, evals=EVALS), decoder)
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    scalars = {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    assert scalars == {
        "loss/training": [(600, pytest.approx(2.4))],
        "loss/validation": [(600, pytest.approx(2.55))],
        "rate/characters_per_second": [(600, pytest.approx(100.0))],
    }
    (text,) = events.Tensors("sample/text_summary")
    (verse,) = text.tensor_proto.string_val
    assert verse.decode().replace("  \n", "\n") in (tmp_path / "samples.txt").read_text("utf-8")


def test_without_tensorboard_nothing_is_written_and_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard", raising=False)
    console = Console(file=io.StringIO())
    watch(tmp_path, console)
    assert not (tmp_path / "tensorboard").exists()
    assert "tensorboard" not in said(console).lower()


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (TrainConfig(steps=700), "all steps are taken"),
        (TrainConfig(minutes=1), "its time is up"),
        (TrainConfig(steps=701, minutes=1), "its time is up"),
        (TrainConfig(steps=700, minutes=2), "its text was read as often as is of use"),
        (TrainConfig(steps=9999, patience=2), "the last 2 evaluations brought no better validation loss"),
    ],
)
def test_the_end_says_why_and_what_is_kept(tmp_path: Path, config: TrainConfig, why: str) -> None:
    console = Console(file=io.StringIO(), width=40)
    state = TrainState(step=700, evals=[*EVALS, Eval(700, 70.0, 2.3, 2.6)])
    watcher(tmp_path, console).ended(config, state)
    assert said(console) == f"Ended at step 700: {why}.\nKept: the weights of step 400, validation 2.5000.\n"


@pytest.mark.long
def test_ctrl_c_in_a_real_terminal_leaves_it_clean(tmp_path: Path, corpus_folder: Path) -> None:
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [str(Path(sys.executable).parent / "rumi-train"), "--corpus", str(corpus_folder), "--language", "fa"]
    command += ["--preset", "minimal", "--batch", "1", "--minutes", "4", "--out", str(tmp_path / "run")]
    variables = {"TERM": "xterm-256color", "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        command, stdin=follower, stdout=subprocess.PIPE, stderr=follower, env=os.environ | variables
    )
    os.close(follower)
    screen, interrupted = b"", False
    try:
        while select.select([leader], [], [], 120)[0]:
            try:
                screen += os.read(leader, 65536)
            except OSError:
                break
            if b"verse at step" in screen and not interrupted:
                process.send_signal(signal.SIGINT)
                interrupted = True
        assert process.wait(120) == 1
    finally:
        process.kill()
        process.communicate()
        os.close(leader)
    view, scrollback = screen.decode().split(LEAVE)
    assert view.count(ENTER) == 1
    assert SHOW_CURSOR in scrollback
    assert "verse at step" in scrollback
    assert without_codes(scrollback).split("\r\n")[-2].startswith("Stopped and kept. Go on with: rumi-train --resume")
