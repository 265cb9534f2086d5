from __future__ import annotations

import asyncio
from itertools import islice

from deeds import PASTES, Deed, deeds
from random_keys import Use
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
