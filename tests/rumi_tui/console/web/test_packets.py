from __future__ import annotations

import os
import sys
from threading import Thread

import pytest
from textual import messages
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.web_driver import WebDriver

from rumi_tui.console.web.packets import with_whole_packets

LETTERS = 1_000_000
"""Of a packet: more than any pipe holds."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch):
    """What a driver says that is made in this test."""
    (stdin, keys), (said, stdout) = os.pipe(), os.pipe()
    with (
        os.fdopen(stdin) as reads,
        os.fdopen(keys, "wb"),
        os.fdopen(said, "rb") as said,
        os.fdopen(stdout, "w") as says,
    ):
        monkeypatch.setattr(sys, "__stdin__", reads)
        monkeypatch.setattr(sys, "__stdout__", says)
        yield said


async def test_what_several_threads_say_at_once_reaches_the_server_in_whole_packets(said):
    driver = with_whole_packets(WebDriver)(App())
    threads = [Thread(target=driver.write, args=(letter * LETTERS,)) for letter in "amber"]
    for thread in threads:
        thread.start()
    packets = said.read(len(threads) * (5 + LETTERS))
    for thread in threads:
        thread.join()
    for begin in range(0, len(packets), 5 + LETTERS):
        assert packets[begin : begin + 5] == b"D" + LETTERS.to_bytes(4, "big")
        assert len(set(packets[begin + 5 : begin + 5 + LETTERS])) == 1


async def test_a_console_whose_server_is_gone_leaves_once(said):
    told = []

    class Leaving(App[None]):
        def post_message(self, message):
            told.append(type(message))
            return True

    driver = with_whole_packets(WebDriver)(Leaving())
    said.close()
    for _ in range(2):
        driver.write("amber")
    assert told == [messages.ExitApp]


def test_other_drivers_stay_as_they_are():
    assert with_whole_packets(HeadlessDriver) is HeadlessDriver
