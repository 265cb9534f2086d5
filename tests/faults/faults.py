"""Harms the programs while they work, for some minutes, and looks at what they leave.

Training, export, import, indexing, fetching and the console are killed at random moments (SIGKILL, SIGTERM, SIGHUP,
SIGINT), find a full disk, no rights, files from the future, a broken network, or themselves at work in the same folder.
Afterwards the last good state must be there, the next run must do what the first could not, nothing may lie about and
no process be left. What is done follows from the seed and the number of a trial: `--seed 7 --trial 12` does one again.

The summary is one JSON document on standard output. A failure is told with its trial, and its home is kept in
`runs/faults`; the exit status is then 1.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import console
from injected import COME_AFTER, FAULTS, faults_of
from place import Place, adopt_orphans, check_nothing_runs
from programs import PROGRAMS, Program, fill_shared

from rumi_tui.interruptions import INTERRUPTIONS

OUT = Path("runs/faults")
CONSOLE = "console"
_COMMANDS = [f"rumi_tui.commands.{name}" for name in ("corpus", "generate", "tui")]
_TRAINING = ["training.run", "torch._dynamo", "torch.utils.tensorboard"]
LOADED = [*_COMMANDS, *_TRAINING, "export.export", "rumi_tui.texts.fetch"]
"""Modules that are there when a command is forked."""
KINDS: list[tuple[Program | None, str]] = [
    *((program, fault) for program in PROGRAMS for fault in faults_of(program)),
    *((program, "killed") for program in PROGRAMS),
    *((None, fault) for fault in console.FAULTS),
    *[(None, "killed while it writes")] * 3,
]
"""What is drawn from; None is the console."""
PROCESSES = 2


class Outcome(NamedTuple):
    """What came of a trial."""

    number: int
    harms: dict[str, int]
    """By program and fault, how often it was harmed; after a failure, the fault that was drawn, once."""
    error: str
    """Empty where all was well."""


@dataclass
class Trials:
    """Takes programs through faults, each time in a process and a folder of its own."""

    seed: int
    shared: Path
    work: Path
    usual: dict[str, tuple[float, list[str]]] = field(default_factory=dict)
    """Of each program, how long it takes and which files it leaves where nothing disturbs it."""

    def prepare(self) -> None:
        """Makes what the programs read, and runs each without a fault."""
        self.shared.mkdir()
        fill_shared(self.shared)
        gc.freeze()
        for program in PROGRAMS:
            place = Place(self.work / f"usual {program.name}", self.shared)
            self.usual[program.name] = forked(partial(undisturbed, program, place))

    def do(self, number: int) -> Outcome:
        """Does the trial of a number."""
        rng = random.Random(f"{self.seed} {number}")
        program, fault = rng.choice(KINDS)
        name = program.name if program else CONSOLE
        what = f"{name}: {fault}"
        folder = self.work / str(number)
        place = Place(folder, self.shared)
        if program is None:
            harm = partial(at_console, fault, place, rng)
        else:
            harm = partial(tried, program, fault, rng, *self.usual[program.name], place)
        try:
            harms = {f"{name}: {fault}": count for fault, count in forked(harm).items()}
            outcome = Outcome(number, harms, "")
        except AssertionError as error:
            self._keep(number, what, folder, str(error))
            outcome = Outcome(number, {what: 1}, str(error))
        shutil.rmtree(folder, ignore_errors=True)
        return outcome

    def _keep(self, number: int, what: str, folder: Path, error: str) -> None:
        kept = OUT / f"{self.seed}-{number}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept, symlinks=True, ignore=shutil.ignore_patterns("tmux", "output"))
        (kept / "failure.txt").write_text(f"{what}\n\n{error}", "utf-8")
        print(f"\n{what} failed: --seed {self.seed} --trial {number}, {kept}\n{error}", file=sys.stderr)


def done_until(trials: Trials, deadline: float) -> Iterator[Outcome]:
    """What comes of one trial after the other, `PROCESSES` at a time."""
    with ProcessPoolExecutor(PROCESSES, get_context("fork")) as pool:
        running = {pool.submit(trials.do, number) for number in range(PROCESSES)}
        number = PROCESSES
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()
                if time.monotonic() < deadline:
                    running.add(pool.submit(trials.do, number))
                    number += 1


def undisturbed(program: Program, place: Place) -> tuple[float, list[str]]:
    """Runs a program as it should run; gives back its seconds and the files that it leaves."""
    with place.closing:
        program.prepare(place)
        ended = place.run(program.command(place))
        assert ended.status == 0, ended
        program.works(place, ended)
    check_nothing_runs()
    return ended.seconds, sorted(place.files())


def tried(
    program: Program, fault: str, rng: random.Random, seconds: float, files: list[str], place: Place
) -> dict[str, int]:
    """Takes a program through a fault, and looks at what is left two days later; gives back how often each harmed."""
    faults = [COME_AFTER[fault], fault] if fault in COME_AFTER else [fault]
    with place.closing:
        program.prepare(place)
        harmed = {each: FAULTS[each](place, program, rng, seconds) for each in faults}
        place.date_files(-2)
        ended = place.run(program.command(place))
        assert ended.status == 0, f"It does not work any more: {ended}"
        program.works(place, ended)
    check_nothing_runs()
    assert place.files() == set(files), f"Lies about, or is missing: {sorted(place.files() ^ set(files))}"
    return harmed


def at_console(fault: str, place: Place, rng: random.Random) -> dict[str, int]:
    """Takes the console through a fault, and closes its window whatever comes of it."""
    with place.closing:
        return {fault: console.FAULTS[fault](place, rng)}


def forked(work: Callable[[], Any]) -> Any:
    """What a function gives back that is done in a process of its own. Raises `AssertionError` where it fails."""
    with tempfile.TemporaryFile("w+") as answer:
        pid = os.fork()
        if pid == 0:
            try:
                adopt_orphans()
                for number in INTERRUPTIONS:  # which a shell may have had ignored, as for what runs in the background
                    signal.signal(number, signal.SIG_DFL)
                told = {"gave": work()}
            except BaseException:
                told = {"failed": traceback.format_exc()}
            answer.write(json.dumps(told))
            answer.flush()
            os._exit(0)
        os.waitpid(pid, 0)
        answer.seek(0)
        told = json.loads(answer.read())
    if "failed" in told:
        raise AssertionError(told["failed"])
    return told["gave"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--trial", type=int, default=None, help="do this one alone")
    parser.add_argument("--report", type=Path, default=None, help="folder that the summary is written into, too")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    print(f"seed {seed}, {options.minutes:g} minutes", file=sys.stderr)
    for module in LOADED:
        importlib.import_module(module)
    importlib.import_module("torch").set_num_threads(1)
    rows: dict[str, dict[str, Any]] = {}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rumi-faults-") as folder:
        trials = Trials(seed, Path(folder) / "shared", Path(folder))
        trials.prepare()
        single = [trials.do(options.trial)] if options.trial is not None else None
        for outcome in single or done_until(trials, began + 60 * options.minutes):
            for what, count in outcome.harms.items():
                row = rows.setdefault(what, {"what": what, "count": 0, "failures": 0})
                row["count"] += count
                row["failures"] += bool(outcome.error)
    minutes = round((time.monotonic() - began) / 60, 1)
    summary = json.dumps(
        {"harness": "faults", "minutes": minutes, "seed": seed, "rows": [rows[what] for what in sorted(rows)]}, indent=1
    )
    print(summary)
    if options.report is not None:
        options.report.mkdir(parents=True, exist_ok=True)
        (options.report / "faults.json").write_text(summary + "\n", "utf-8")
    sys.exit(1 if any(row["failures"] for row in rows.values()) else 0)


if __name__ == "__main__":
    main()
