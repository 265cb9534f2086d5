"""Files made wrong, in great numbers, for every reader of them, for some minutes.

Two processes read at a time, each forked for two seconds' worth of one reader, so that all come in turn. What is read
follows from the seed: `--seed 7 --reader settings --number 900` reads the 900th input of that seed again, and
`--again FOLDER` what a failure has left.

A failure is an exception other than `RumiError`, the end of the process by a signal, more than `MOST_SECONDS` of the
processor, more than `MOST_MEMORY`, a file written outside of the folder that is read, anything printed, or a text
that could control a screen. Each is kept in a folder with its bytes; the exit status is then 1.
"""

from __future__ import annotations

import argparse
import gc
import json
import mmap
import os
import random
import resource
import shutil
import signal
import struct
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent)]
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TORCHDYNAMO_DISABLE": "1"}
os.environ |= {"ORT_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}

from mutations import Files, mutate
from samples import passing_folder
from targets import READERS, Reader

from models.characters import is_printable
from models.errors import RumiError

PROCESSES = 2
BATCH_SECONDS = 2.0
MOST_SECONDS = 10.0
"""Of the processor for one input."""
PATIENCE_SECONDS = 120.0
"""After which a process that does nothing is taken for stuck."""
MOST_MEMORY = 1 << 30
"""Bytes beside those that a process has before it reads."""
KEPT_OF_A_KIND = 3
"""Failures of one kind of which the bytes are kept."""
_COUNTS = struct.Struct("<QQQQQ")
"""The number of the input, then inputs, structured ones, those that gave a value, and those that were refused."""


@dataclass
class Failure:
    """What went wrong with an input."""

    number: int
    kind: str
    """In a few words, the same for what is the same."""
    told: str
    """All that is known."""


@dataclass
class Tally:
    """What came of the inputs of a reader."""

    inputs: int = 0
    structured: int = 0
    read: int = 0
    refused: int = 0
    seconds: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)


def input_of(reader: str, samples: list[Files], seed: int, number: int) -> tuple[Files, bool]:
    """An input, which follows from these numbers, and whether it is wrong in its structure."""
    rng = random.Random(f"{seed} {reader} {number}")
    files, kind = mutate(rng.choice(samples), samples, rng)
    return files, kind == "structured"


def lay(files: Files, folder: Path) -> None:
    """Has a folder hold these files and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def read(reader: Reader, folder: Path) -> str:
    """Reads a folder; `read`, `refused`, or what is wrong."""
    try:
        for text in reader.read(folder):
            if bad := next((c for c in text if not is_printable(c)), None):
                return f"a text with U+{ord(bad):04X}"
    except RumiError as error:
        if not all(map(is_printable, str(error))):
            return "a message that controls the screen"
        return "refused"
    return "read"


class Guard:
    """What a process that reads may not do: write elsewhere, or take too much."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.outside = f"{folder}/", list[str]()
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + MOST_MEMORY, hard))
        self.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(path, str | bytes) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
            paths = [path]
        elif event in ("os.rename", "os.link", "os.symlink"):
            paths = list(arguments[:2])
        elif event in ("os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree", "sqlite3.connect"):
            paths = [arguments[0]]
        else:
            return
        for path in (os.fsdecode(path) for path in paths if not isinstance(path, int)):
            name = path.removeprefix("file:")
            is_inside = f"{os.path.abspath(name)}/".startswith(self.folder) or name in (":memory:", os.devnull)
            if not is_inside and not (event == "sqlite3.connect" and "mode=ro" in name):
                self.outside.append(f"{event} {path}")

    def complaint(self) -> str:
        """What was done since the last time that this was asked."""
        outside, self.outside = self.outside, []
        if outside:
            return f"written outside: {outside[0]}"
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        grown, self.memory = memory - self.memory, memory
        return "memory" if grown * 1024 > MOST_MEMORY else ""


class Batch:
    """A forked process that reads inputs of one reader for `BATCH_SECONDS`, and what it says."""

    def __init__(self, name: str, samples: list[Files], seed: int, first: int, root: Path) -> None:
        self.name, self.samples, self.seed, self.first = name, samples, seed, first
        self.root = root / f"{os.getpid()}-{time.monotonic_ns()}"
        self.root.mkdir()
        self._shared = mmap.mmap(-1, _COUNTS.size)
        _COUNTS.pack_into(self._shared, 0, first, 0, 0, 0, 0)
        self.began = self._moved = time.monotonic()
        self._latest = first
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                self._work()
                status = 0
            except BaseException:
                (self.root / "broken").write_text(traceback.format_exc())
            finally:
                os._exit(status)

    def _work(self) -> None:
        for stream in (1, 2):
            os.dup2(os.open(self.root / "printed", os.O_CREAT | os.O_WRONLY | os.O_APPEND), stream)
        place = self.root / "elsewhere"
        place.mkdir()
        os.chdir(place)
        os.environ |= dict.fromkeys(
            ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"), str(place)
        )
        warnings.simplefilter("error", RuntimeWarning)
        reader, folder = READERS[self.name], self.root / "input"
        guard = Guard(self.root)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        inputs = structured = good = refused = 0
        with (self.root / "failures").open("a") as failures:
            for number in count(self.first):
                files, is_structured = input_of(self.name, self.samples, self.seed, number)
                inputs, structured = inputs + 1, structured + is_structured
                _COUNTS.pack_into(self._shared, 0, number, inputs, structured, good, refused)
                lay(files, folder)
                signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
                told = ""
                try:
                    result = read(reader, folder)
                except MemoryError:
                    result, told = "memory", traceback.format_exc()
                except BaseException as error:
                    result, told = f"{type(error).__name__} in {_place(error)}", traceback.format_exc()
                signal.setitimer(signal.ITIMER_PROF, 0)
                if result in ("read", "refused"):
                    good, refused = good + (result == "read"), refused + (result == "refused")
                    result = guard.complaint() or ("printed" if os.fstat(1).st_size else "")
                    if any(place.iterdir()):
                        result = "written outside"
                if result:
                    failures.write(json.dumps({"number": number, "kind": result, "told": told}) + "\n")
                    failures.flush()
                    os.truncate(1, 0)
                _COUNTS.pack_into(self._shared, 0, number, inputs, structured, good, refused)
                if time.monotonic() - self.began > BATCH_SECONDS:
                    break

    def is_over(self) -> bool:
        """Whether it has ended; ends one that is stuck."""
        latest = _COUNTS.unpack_from(self._shared)[0]
        now = time.monotonic()
        if latest != self._latest:
            self._latest, self._moved = latest, now
        if now - self._moved > PATIENCE_SECONDS:
            os.kill(self.pid, signal.SIGKILL)
        pid, self._status = os.waitpid(self.pid, os.WNOHANG)
        return pid != 0

    def end(self, tally: Tally) -> list[Failure]:
        """Adds what came of it; gives the failures."""
        number, inputs, structured, good, refused = _COUNTS.unpack_from(self._shared)
        tally.inputs += inputs
        tally.structured += structured
        tally.read += good
        tally.refused += refused
        tally.seconds += time.monotonic() - self.began
        lines = (self.root / "failures").read_text("utf-8").splitlines()
        failures = [Failure(**json.loads(line)) for line in lines]
        printed = (self.root / "printed").read_text("utf-8", "replace")
        failures = [Failure(each.number, each.kind, each.told or printed) for each in failures]
        if os.WIFSIGNALED(self._status):
            name = signal.Signals(os.WTERMSIG(self._status)).name
            kind = {"SIGPROF": "slow", "SIGKILL": "stuck"}.get(name, f"ended by {name}")
            failures.append(Failure(number, kind, printed))
        elif self._status:
            raise RuntimeError((self.root / "broken").read_text())
        shutil.rmtree(self.root, ignore_errors=True)
        return failures


def _place(error: BaseException) -> str:
    """Where in our code an error was raised, or passed last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(str(HERE))]
    ours = [frame for frame in frames if "site-packages" not in frame.filename and "/lib/python" not in frame.filename]
    return f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else "a library"


class Fuzz:
    """All readers in turn, and what came of them."""

    def __init__(self, seed: int, out: Path, names: list[str]) -> None:
        self.seed, self.out = seed, out
        self.samples = {name: READERS[name].samples() for name in names}
        self.tallies = {name: Tally() for name in names}
        self._next = dict.fromkeys(names, 0)
        for name, samples in self.samples.items():  # so that no process has to load what is loaded once
            for files in samples:
                again(name, files)
        gc.freeze()

    def run(self, minutes: float) -> None:
        """Reads for some minutes."""
        root, end = passing_folder(), time.monotonic() + 60 * minutes
        turns, batches = cycle(self.samples), list[Batch]()
        while batches or time.monotonic() < end:
            while len(batches) < PROCESSES and time.monotonic() < end:
                name = next(turns)
                batches.append(Batch(name, self.samples[name], self.seed, self._next[name], root))
                self._next[name] += 10**6  # another batch of the same reader may begin before this one has ended
            for batch in [batch for batch in batches if batch.is_over()]:
                batches.remove(batch)
                self._take(batch)
            time.sleep(0.005)

    def _take(self, batch: Batch) -> None:
        tally = self.tallies[batch.name]
        for failure in batch.end(tally):
            tally.failures[failure.kind] += 1
            if tally.failures[failure.kind] <= KEPT_OF_A_KIND:
                self._keep(batch, failure)

    def _keep(self, batch: Batch, failure: Failure) -> None:
        files, _ = input_of(batch.name, batch.samples, self.seed, failure.number)
        folder = self.out / f"{batch.name.replace(' ', '-')}-{self.seed}-{failure.number}"
        folder.mkdir(parents=True, exist_ok=True)
        lay(files, folder)
        how = f"--seed {self.seed} --reader '{batch.name}' --number {failure.number}"
        print(f"FAILED: {how}: {failure.kind}\n{failure.told}", file=sys.stderr, flush=True)

    def document(self, minutes: float) -> dict[str, Any]:
        """What was done and what came of it, as `docs/reliability.py` reads it, and the counts by reader."""
        rows = [
            {
                "what": f"{name}, {tally.structured / max(1, tally.inputs):.0%} of them wrong in their structure",
                "count": tally.inputs,
                "failures": tally.failures.total(),
            }
            for name, tally in self.tallies.items()
        ]
        readers = {name: vars(tally) for name, tally in self.tallies.items()}
        return {"harness": "readers", "minutes": minutes, "seed": self.seed, "rows": rows, "readers": readers}


def again(name: str, files: Files) -> str:
    """Reads one input here, with a traceback where there is one."""
    folder = passing_folder() / "input"
    lay(files, folder)
    return read(READERS[name], folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="Read files made wrong for some minutes, and tell what fails.")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, help="of the inputs; default: a random one, which is told")
    parser.add_argument("--reader", choices=READERS, help="only this one; default: all in turn")
    parser.add_argument("--number", type=int, help="read this input of --reader again, and nothing else")
    parser.add_argument("--again", type=Path, help="read the files in this folder with --reader, and nothing else")
    parser.add_argument("--out", type=Path, default=Path("runs/fuzz"), help="folder for the files that failed")
    parser.add_argument("--report", type=Path, help="folder for readers.json, which docs/reliability.py reads")
    options = parser.parse_args()
    seed = random.randrange(10**6) if options.seed is None else options.seed
    if options.again is not None:
        files = {path.name: path.read_bytes() for path in options.again.iterdir()}
        print(again(options.reader, files))
        return
    if options.number is not None:
        samples = READERS[options.reader].samples()
        print(again(options.reader, input_of(options.reader, samples, seed, options.number)[0]))
        return
    print(f"seed {seed}, {options.minutes:g} minutes", file=sys.stderr)
    fuzz = Fuzz(seed, options.out, [options.reader] if options.reader else list(READERS))
    began = time.monotonic()
    try:
        fuzz.run(options.minutes)
    finally:  # what was read counts, also where the harness itself broke
        document = json.dumps(fuzz.document(round((time.monotonic() - began) / 60, 1)), ensure_ascii=False)
        if options.report is not None:
            options.report.mkdir(parents=True, exist_ok=True)
            (options.report / "readers.json").write_text(document + "\n", "utf-8")
        print(document)
    sys.exit(1 if any(tally.failures for tally in fuzz.tallies.values()) else 0)


if __name__ == "__main__":
    main()
