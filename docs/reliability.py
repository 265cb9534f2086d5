"""Writes `docs/reliability.md` from the summaries of the harnesses that try to break the program.

    make fuzz faults reliability

Each harness leaves one JSON document in the folder: {"harness", "minutes", "seed", "rows"}, and each row says what was
done, how often, and how often it did not end as it must: {"what", "count", "failures"}.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path(__file__).parent / "reliability.md"
HEAD = """\
# What was tried to break it

This page is made by a script, `docs/reliability.py`, from the last run of the harnesses that try to break the program.
A row says what was done, how often, and how often something was lost or did not end as it must. Each harness tells its
seed, so that what it found can be seen again, and becomes a test.
"""


class Harness(NamedTuple):
    """What tries to break the program, for a person."""

    title: str
    command: str
    promise: str
    """What must be true of each row."""


HARNESSES = {
    "faults": Harness(
        "Faults",
        "make faults",
        "A program is killed at a random moment (SIGKILL, SIGTERM, SIGHUP, SIGINT), finds no room on the disk, no "
        "rights, files from the future or a broken network, or runs twice in one folder. It must end with one "
        "sentence and no traceback. The last good state must be there, and the next run must do what the first "
        "could not: a run of training goes on to the very weights of an uninterrupted one, a model file is whole, "
        "each poem that was kept is kept. No process may be left, and no file but those of an undisturbed run, "
        "once a day has passed. Of verse that a person saw in the console, at most half a second may be lost.",
    ),
    "offline": Harness(
        "Offline",
        "make faults",
        "Every command but `rumi-corpus fetch` runs in a network namespace that has no interface, under a trace of"
        " its system calls. It must do its work, open no socket but those of this machine, write nothing outside "
        "of its own folders, and leave no file there that it is not known to keep. onnxruntime, which would send "
        "telemetry, is told not to; what it writes or opens would be seen here.",
    ),
    "readers": Harness(
        "Readers of files",
        "make fuzz",
        "Model files, checkpoints, libraries, texts, settings and prompts are changed at random, most of them in "
        "their structure. Each must be read or refused with one sentence: no crash, no signal, no hang, no "
        "traceback, no escape sequence, no file outside, and no more than 1 GB of memory.",
    ),
    "keys": Harness(
        "Keys",
        "python tests/fuzz/random_keys.py",
        "Random keys, text, pastes, clicks and sizes of the terminal, quicker than any person's. No exception, and "
        "no answer later than a second. In a run of twenty minutes or more the library has a thousand poems and every "
        "page is opened first, and memory may grow by a tenth after the first five minutes; the console does not keep "
        "that yet.",
    ),
}


def page(summaries: Iterable[dict[str, Any]]) -> str:
    """The page that tells of some runs."""
    sections = [HEAD, *map(_section, sorted(summaries, key=lambda summary: [*HARNESSES].index(summary["harness"])))]
    return "\n".join(sections)


def _section(summary: dict[str, Any]) -> str:
    harness, rows = HARNESSES[summary["harness"]], summary["rows"]
    total, failures = (sum(row[column] for row in rows) for column in ("count", "failures"))
    lines = [
        f"## {harness.title}\n",
        textwrap.fill(harness.promise, 120) + "\n",
        f"`{harness.command}` ran for {summary['minutes']:g} minutes, seed {summary['seed']}: {total:,} in all, "
        f"failures: {failures:,}.\n",
        "| what | how often | failures |",
        "|---|---|---|",
        *(f"| {row['what']} | {row['count']:,} | {row['failures']:,} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    summaries = [json.loads(path.read_text("utf-8")) for path in sorted(Path(sys.argv[1]).glob("*.json"))]
    PAGE.write_text(page(summaries), "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
