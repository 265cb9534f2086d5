"""The console in a real browser: Debian's Chromium, without a window. `make test-web` runs this."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from terminal_support import letters
from textual._xterm_parser import XTermParser
from textual.binding import Binding
from textual.dom import DOMNode
from textual.events import Key
from textual.widgets import OptionList, Select, TextArea
from web_support import Served

import rumi_tui.console.app  # noqa: F401 (and all pages)
from rumi_tui.console.keymap import KEPT_BY_BROWSERS, in_force
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.store import Library

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
RECORD = """
window.typed = "";
window.kept = [];
window.WebSocket = class extends EventTarget {
    readyState = 1;
    send(data) {
        const [kind, value] = JSON.parse(data);
        if (kind === "stdin") window.typed += value;
    }
};
window.addEventListener("keydown", event => { if (!event.defaultPrevented) window.kept.push(event.key); });
"""
"""In the place of a console, keeps what is typed, and the keys of which the browser does what it otherwise does."""
OPEN = """
window.opened = [];
window.saved = [];
window.open = (address) => window.opened.push(address);
HTMLAnchorElement.prototype.click = function () { window.saved.push([this.href, this.hasAttribute("download")]); };
"""
"""Keeps what would be opened in a window, and what a link would save."""
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--window-size=1000,700"]
ARGUMENTS += ["--host-resolver-rules=MAP poems.example 127.0.0.1", "--ignore-certificate-errors"]


class Tab:
    """A person before a browser: what is pressed goes to where the focus is."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def open(self, address: str, script: str = LISTEN) -> None:
        """Opens an address in front of all, in which a script runs before those of the page."""
        self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
        self.browser.get(address)
        self.browser.execute_cdp_cmd("Page.bringToFront", {})

    def until(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.browser, PATIENCE_SECONDS, poll_frequency=0.05).until(lambda _: condition())

    def hears(self, words: str) -> None:
        """Waits until the page has been sent some letters, since it was last asked."""
        heard = []
        self.until(lambda: heard.append(self._heard()) or letters(words) in "".join(heard))

    def _heard(self) -> str:
        sent = self.browser.execute_script("const heard = window.heard; window.heard = ''; return heard;")
        return letters(re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", sent))

    def type(self, text: str, holding: str = Keys.NULL) -> None:
        """Presses keys one after the other while a modifier is held."""
        ActionChains(self.browser).key_down(holding).send_keys(text).key_up(holding).perform()

    @property
    def has_keyboard(self) -> bool:
        """Whether what is typed now goes to the console."""
        return self.browser.execute_script(
            "return document.hasFocus() && document.activeElement.className === 'xterm-helper-textarea'"
        )

    def keys_of(self, key: str) -> tuple[list[str], list[str]]:
        """What the console gets of a key, in Textual's spelling and `RECORD`; and what the browser makes use of."""
        *modifiers, name = key.split("+")
        value, code, number = CODES.get(name) or (name, f"Key{name.upper()}", ord(name.upper()))
        bits = sum({"alt": 1, "ctrl": 2, "shift": 8}[modifier] for modifier in modifiers) | 8 * (name == "underscore")
        value = value.upper() if bits & 8 and len(value) == 1 else value
        event = {"key": value, "code": code, "windowsVirtualKeyCode": number, "modifiers": bits}
        text = {"text": value} if len(value) == 1 and not bits & 3 else {}
        for kind in ({"type": "keyDown", **text}, {"type": "keyUp"}):
            self.browser.execute_cdp_cmd("Input.dispatchKeyEvent", event | kind)
        typed, kept = self.browser.execute_script("const all = [typed, kept]; typed = ''; kept = []; return all;")
        parser = XTermParser()
        events = [*parser.feed(typed), *parser.feed("")] if typed else []
        return [event.key for event in events if isinstance(event, Key)], kept


NAMED = [("enter", "Enter", 13), ("escape", "Escape", 27), ("tab", "Tab", 9), ("backspace", "Backspace", 8)]
NAMED += [("delete", "Delete", 46), ("home", "Home", 36), ("end", "End", 35), ("pageup", "PageUp", 33)]
NAMED += [("pagedown", "PageDown", 34), ("left", "ArrowLeft", 37), ("up", "ArrowUp", 38), ("right", "ArrowRight", 39)]
NAMED += [("down", "ArrowDown", 40), *((f"f{number}", f"F{number}", 111 + number) for number in range(1, 13))]
CODES = {name: (value, value, code) for name, value, code in NAMED}
CODES |= {"space": (" ", "Space", 32), "underscore": ("_", "Minus", 189)}
"""By Textual's name of a key: key, code and number in a browser."""


def bound_keys() -> dict[tuple[str, str], list[str]]:
    """The keys of each deed, by the page or field that does it, under the keys that hold in a browser."""
    of_commands, bound = in_force({}, in_browser=True), {}
    names = {name.replace("-", "_"): key for name, key in of_commands.items()}
    kinds = [DOMNode]
    for kind in kinds:
        kinds += kind.__subclasses__()
        is_ours = kind.__module__.startswith("rumi_tui.console") or kind in (TextArea, OptionList, Select)
        for binding in Binding.make_bindings(vars(kind).get("BINDINGS", ())) if is_ours else ():
            key = names.get((binding.id or "").removeprefix("show_"), binding.key)
            bound.setdefault((kind.__name__, binding.action), []).append(key)
    return bound


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
    def poems() -> list[KeptPoem]:
        return Library(tmp_path / "rumi-tui" / "poems.sqlite").poems()

    tab = Tab(browser)
    tab.open(served.address)
    tab.type("/lines 1000000")  # without a click, and before there is a console
    tab.hears("/lines 1000000")
    tab.type(Keys.ENTER)
    tab.hears("Begin a poem")

    browser.execute_script("document.activeElement.blur()")
    assert not tab.has_keyboard
    console = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.close()
    browser.switch_to.window(console)
    tab.until(lambda: tab.has_keyboard)
    tab.type("amber")
    tab.hears("amber")

    page = browser.find_element(By.CLASS_NAME, "xterm-screen")
    before = page.screenshot_as_png
    tab.type(Keys.ENTER)
    tab.hears("writing")
    tab.until(lambda: poems() and len(poems()[0].text) > 200)
    tab.type(Keys.ESCAPE)
    tab.hears("stopped")
    [poem] = poems()
    assert poem.text.startswith("amber")
    assert page.screenshot_as_png != before

    tab.type("r", holding=Keys.CONTROL)
    tab.until(lambda: len(poems()) == 2 and len(poems()[0].text) > 200)
    tab.hears(poems()[0].text.split("\n")[1][:12])
    processes = served.children()
    assert len(processes) == 2
    browser.quit()
    assert psutil.wait_procs(processes, timeout=PATIENCE_SECONDS)[1] == []
    assert served.process.poll() is None


SAME = {"alt+b": "ctrl+left", "alt+f": "ctrl+right"}
"""Keys that Textual takes for others that do the same."""


def test_all_that_a_key_does_can_be_done_with_one_that_browsers_leave_to_a_page(
    served: Served, browser: webdriver.Chrome
):
    tab = Tab(browser)
    tab.open(served.address, RECORD)
    bound = bound_keys()
    assert len(bound) > 150, bound
    reaches: dict[str, bool] = {"space": True, "ctrl+v": True}  # a letter; and what the next test pastes
    for key in {key for keys in bound.values() for key in keys} - {*reaches, *KEPT_BY_BROWSERS}:
        reaches[key] = "super+" not in key and tab.keys_of(key) == ([SAME.get(key, key)], [])
    lost = {deed: keys for deed, keys in bound.items() if not any(map(reaches.get, keys))}
    assert not lost, lost
    assert tab.keys_of("ctrl+n")[0] == ["ctrl+n"]  # where a window has no tabs, or a keyboard is the page's alone


def test_a_file_is_saved_without_a_window_which_browsers_block_and_pages_to_print_are_shown_in_one(
    served: Served, browser: webdriver.Chrome
):
    tab = Tab(browser)
    tab.open(served.address, RECORD + OPEN)
    for told in (["deliver_file_start", "amber"], ["show", "ember"], ["deliver_file_start", "ember"]):
        script = "connection.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(arguments[0]) }))"
        browser.execute_script(script, told)
    assert browser.execute_script("return saved") == [[f"{served.address}/download/amber", True]]
    assert browser.execute_script("return opened") == [f"{served.address}/download/ember"]


def test_what_the_console_copies_by_plain_http_is_copied_for_all_and_what_was_copied_anywhere_is_pasted(
    tmp_path: Path, endless_file: Path, browser: webdriver.Chrome
):
    arguments = "--public-url", "http://poems.example:PORT"  # where browsers have no clipboard for pages
    served = Served(tmp_path, endless_file, *arguments, RUMI_WEB_PASSPHRASE="sesame opens")
    tab = Tab(browser)
    try:
        tab.open(f"{served.address}/#sesame%20opens", RECORD)
        tab.until(lambda: tab.has_keyboard)
        assert not browser.execute_script("return isSecureContext")
        tab.type("a")
        browser.execute_script("navigator.clipboard.writeText('lantern')")
        tab.until(lambda: tab.has_keyboard)
        tab.type("v", holding=Keys.CONTROL)
        tab.until(lambda: browser.execute_script("return typed") == "alantern")
    finally:
        served.close()


def test_whoever_has_the_passphrase_comes_in_by_https_through_a_proxy(
    tmp_path: Path, endless_file: Path, browser: webdriver.Chrome
):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"https://poems.example:{port}"
    served = Served(tmp_path, endless_file, "--public-url", url, RUMI_WEB_PASSPHRASE="sesame opens")
    tab = Tab(browser)
    try:
        with tls_proxy(tmp_path, port, served.port):
            tab.open(url)
            field = browser.switch_to.active_element
            assert field.get_attribute("name") == "passphrase"
            tab.open(f"{url}/#sesame%20opens")
            tab.hears("couplet")
            assert browser.current_url == f"{url}/"
            [cookie] = browser.get_cookies()
            assert (cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == (True, "Strict", True)
            assert "sesame" not in cookie["value"]
            tab.type("q", holding=Keys.ALT)
            tab.until(lambda: browser.switch_to.active_element.text == "Open it again")
            tab.type(Keys.ENTER)
            tab.hears("couplet")
    finally:
        served.close()


@contextlib.contextmanager
def tls_proxy(folder: Path, port: int, behind: int) -> Iterator[None]:
    """Passes on what comes by TLS to a port of this machine to another."""
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=poems.example"]
    files = [folder / "key.pem", folder / "certificate.pem"]
    subprocess.run([*request, "-keyout", files[0], "-out", files[1]], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files[1], files[0])

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(1 << 16):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", behind)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(pass_on, "127.0.0.1", port, ssl=context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop), return_exceptions=True))
    loop.close()
