"""Who comes in."""

from __future__ import annotations

import asyncio

import pytest
from support import refused

from rumi_tui.console.web.entrance import (
    MOST_WAITING,
    VARIABLE,
    Entrance,
    TooManyTriesError,
    new_passphrase,
    take_chosen,
)


class Pause:
    """Lasts until it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self._end = asyncio.Event()

    async def __call__(self, _: float) -> None:
        self.begun += 1
        await self._end.wait()

    def end(self) -> None:
        self._end.set()


async def test_the_right_passphrase_lets_in_and_its_cookie_is_known():
    entrance = Entrance("sesame opens", pause=Pause())
    assert await entrance.lets_in(" sesame opens ")
    assert entrance.knows(entrance.cookie)
    assert not any(map(entrance.knows, ("", "sesame opens", entrance.cookie[:-1], "\udcff\u200c")))


async def test_a_wrong_one_holds_up_those_behind_it_and_too_many_are_turned_away():
    pause = Pause()
    entrance = Entrance("sesame opens", pause=pause)
    guesses = [
        asyncio.create_task(entrance.lets_in(guess)) for guess in ["", "\udcff", *["sesame"] * (MOST_WAITING - 3)]
    ]
    right = asyncio.create_task(entrance.lets_in("sesame opens"))
    while not pause.begun:
        await asyncio.sleep(0)
    assert not any(task.done() for task in (*guesses, right))
    assert pause.begun == 1
    with pytest.raises(TooManyTriesError):
        await entrance.lets_in("sesame opens")
    pause.end()
    assert not any(await asyncio.gather(*guesses))
    assert pause.begun == len(guesses)
    assert await right
    assert await entrance.lets_in("sesame opens")


def test_passphrases_that_are_made_are_long_and_all_different():
    made = {new_passphrase() for _ in range(100)}
    assert len(made) == 100
    assert {len(passphrase) for passphrase in made} == {19}


def test_a_chosen_one_is_taken_once_and_refused_where_it_is_short(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(VARIABLE, " sesame opens ")
    assert take_chosen() == "sesame opens"
    assert take_chosen() is None
    monkeypatch.setenv(VARIABLE, "sesame")
    with refused("too short"):
        take_chosen()
