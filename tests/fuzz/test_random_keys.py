from __future__ import annotations

import asyncio
from itertools import islice

from deeds import PASTES, Deed, deeds
from random_keys import Use, summary
from watching import Stacks, held


def test_what_is_done_follows_from_the_seed_alone():
    done = list(islice(deeds(7), 2000))
    assert done == list(islice(deeds(7), 2000))
    assert done != list(islice(deeds(8), 2000))
    assert {deed.kind for deed in done} == {"press", "paste", "click", "wheel", "resize", "wait"}


def test_every_kind_can_be_done_and_is_told_in_a_few_words():
    for deed in islice(deeds(7), 2000):
        assert callable(getattr(Use, f"_{deed.kind}"))
        assert len(str(deed)) < 100
    assert str(Deed("press", "ctrl+r")) == "ctrl+r"
    assert "\x1b" not in "".join(str(Deed("paste", text)) for text in PASTES)


def test_the_report_tells_each_kind_of_thing_that_was_done_and_each_failure():
    failures = [{"kind": "press"}, {"kind": "start"}, {"kind": "console"}]
    document = {"seed": 7, "minutes": 120.04, "did": {"press": 900, "paste": 20}, "failures": failures}
    document["ms_at rest"] = {"median": 3.6, "p99": 40.0, "worst": 640.2}
    document["mib_console"] = {"settled": 79.2, "end": 97.4, "growth": 0.23}
    told = summary(document)
    assert (told["harness"], told["minutes"], told["seed"]) == ("keys", 120.0, 7)
    assert told["rows"] == [
        {"what": "press, answered at rest after 4 ms in the median, 640 ms at most", "count": 900, "failures": 1},
        {"what": "paste", "count": 20, "failures": 0},
        {"what": "start", "count": 0, "failures": 1},
        {"what": "memory of the console, 79 MiB once settled, 97 MiB at the end", "count": 1, "failures": 1},
    ]


async def test_what_a_process_is_at_is_told_where_it_blocks_and_where_it_waits():
    stacks = Stacks(after=0.0)

    def is_seen(name: str) -> bool:
        return any(name in stack for stack in [*stacks.seen])

    def work_on() -> None:
        while not is_seen("work_on"):
            sum(range(1000))

    async def wait_on() -> None:
        while not is_seen("wait_on"):
            await asyncio.sleep(0)

    for what in (work_on, wait_on):
        stacks.begin()
        result = what()
        if result is not None:
            await asyncio.create_task(result)
        assert is_seen(what.__name__)
        assert stacks.end().startswith("Seen ")  # what was seen most, which need not be this
    assert "Nothing" in stacks.end()


def test_objects_that_are_held_are_counted_by_their_type():
    class Leak:
        pass

    first = held()
    leaks = [Leak() for _ in range(7)]
    grown = held() - first
    assert [count for kind, count in grown.items() if kind.endswith("Leak")] == [len(leaks)]
