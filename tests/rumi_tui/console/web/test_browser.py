"""The console in a real browser: Debian's Chromium, without a window. `make test-web` runs this."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from terminal_support import letters
from web_support import Served

from rumi_tui.library.store import KeptPoem, Library

pytestmark = pytest.mark.web

PATIENCE_SECONDS = 60.0
LISTEN = """
window.heard = "";
window.WebSocket = class extends WebSocket {
    constructor(...where) {
        super(...where);
        const decoder = new TextDecoder();
        this.addEventListener("message", event => {
            if (typeof event.data !== "string") window.heard += decoder.decode(event.data, {stream: true});
        });
    }
};
"""
"""Keeps what the page hears from the console, whose letters it draws as pixels."""
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--window-size=1000,700"]


@pytest.fixture
def served(tmp_path: Path, endless_file: Path) -> Iterator[Served]:
    served = Served(tmp_path, endless_file)
    yield served
    served.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if None in programs.values():
        pytest.fail("Chromium is not here: install it with apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path / 'browser'}"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options, webdriver.ChromeService(programs["chromedriver"]))
    yield browser
    browser.quit()


def test_a_poem_is_written_in_a_page_and_the_console_ends_when_it_is_closed(
    served: Served, browser: webdriver.Chrome, tmp_path: Path
):
    def until(condition) -> None:
        WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.05).until(lambda _: condition())

    def heard() -> str:
        """The letters that the page was sent since it was last asked."""
        sent = browser.execute_script("const heard = window.heard; window.heard = ''; return heard;")
        return letters(re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", sent))

    def hears(words: str) -> None:
        all_heard = []
        until(lambda: all_heard.append(heard()) or letters(words) in "".join(all_heard))

    def poems() -> list[KeptPoem]:
        return Library(tmp_path / "rumi-tui" / "poems.sqlite").poems()

    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
    browser.get(served.address)
    hears("couplet")
    keyboard = browser.find_element(By.CLASS_NAME, "xterm-helper-textarea")
    keyboard.send_keys("/lines 1000000")
    hears("/lines")
    keyboard.send_keys(Keys.ENTER)
    hears("Begin a poem")
    keyboard.send_keys("amber")
    hears("amber")
    page = browser.find_element(By.CLASS_NAME, "xterm-screen")
    before = page.screenshot_as_png
    keyboard.send_keys(Keys.ENTER)
    hears("writing")
    until(lambda: poems() and len(poems()[0].text) > 200)
    keyboard.send_keys(Keys.ESCAPE)
    hears("stopped")
    [poem] = poems()
    assert poem.text.startswith("amber")
    assert page.screenshot_as_png != before

    keyboard.send_keys(Keys.CONTROL + "r")
    until(lambda: len(poems()) == 2 and len(poems()[0].text) > 200)
    hears(poems()[0].text.split("\n")[1][:12])
    processes = served.children()
    assert len(processes) == 2
    browser.quit()
    assert psutil.wait_procs(processes, timeout=PATIENCE_SECONDS)[1] == []
    assert served.process.poll() is None
