"""What is served to a browser, asked for by a program in the place of one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import unquote

import aiohttp
import psutil
import pytest
import pytest_asyncio
from support import assert_command_refused, call_command, refused, run_command
from textual_serve.download_manager import DownloadManager
from web_support import Served

from rumi_tui.commands.tui import check_system
from rumi_tui.console.plain import SHOW_CURSOR
from rumi_tui.console.web.server import Console
from rumi_tui.library.formats import content_of
from rumi_tui.library.store import Library

PATIENCE_SECONDS = 60.0


@pytest.fixture
def served(tmp_path: Path, endless_file: Path) -> Iterator[Served]:
    served = Served(tmp_path, endless_file)
    yield served
    served.close()


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def shown_until(page: aiohttp.ClientWebSocketResponse, words: bytes) -> bytes:
    """What the console sends until some words are among it."""
    shown = b""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while words not in shown:
            message = await page.receive()
            assert message.type == aiohttp.WSMsgType.BINARY, (message, shown)
            shown += message.data
    return shown


async def press(page: aiohttp.ClientWebSocketResponse, keys: str) -> None:
    await page.send_str(json.dumps(["stdin", keys]))


async def all_gone(processes: list[psutil.Process]) -> bool:
    return not (await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE_SECONDS))[1]


async def test_a_page_has_a_console_that_writes_and_ends_with_it(
    served: Served, browser: aiohttp.ClientSession, tmp_path: Path
):
    async with browser.ws_connect(f"{served.address}/ws?width=100&height=30", max_msg_size=0) as page:
        shown = await shown_until(page, b"couplet")
        assert b"\x1b[8l" not in shown
        await press(page, "amber")
        await shown_until(page, b"amber")
        await press(page, "\r")
        await shown_until(page, b"writing")
        processes = served.children()
        assert len(processes) == 2
    assert await all_gone(processes)
    [poem] = Library(tmp_path / "rumi-tui" / "poems.sqlite").poems()
    assert poem.text.startswith("amber")
    assert served.process.poll() is None


async def test_what_is_saved_in_a_page_is_downloaded_under_its_name(
    served: Served, browser: aiohttp.ClientSession, tmp_path: Path
):
    async with browser.ws_connect(f"{served.address}/ws?width=100&height=30", max_msg_size=0) as page:
        await shown_until(page, b"couplet")
        await press(page, "/lines 2\r")
        await shown_until(page, b"Begin a poem")
        await press(page, "amber\r")
        await shown_until(page, b"seed")
        library = Library(tmp_path / "rumi-tui" / "poems.sqlite")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (library.poems() and library.poems()[0].passages[0].ending):
                await asyncio.sleep(0.05)
        [poem] = library.poems()
        library.name(poem.id, "نی", [])
        await press(page, "/export txt\r")
        key = await delivery_key(page)
        async with browser.get(f"{served.address}/download/{key}") as answer:
            assert await answer.read() == content_of(library.poem(poem.id), "txt")
            name = answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2]
        assert unquote(name) == f"نی-{poem.id}.txt"
        await press(page, "/print\r")
        told = json.loads(await text_from(page))
        key = await delivery_key(page)
        assert told == ["show", key]
        async with browser.get(f"{served.address}/download/{key}") as answer:
            assert (await answer.read()).startswith(b"%PDF")
            assert answer.headers["Content-Disposition"].startswith("inline")
    assert not (tmp_path / "Documents").exists()


@pytest.mark.parametrize("keys", ["\x1bq", ""])
async def test_a_poem_that_cannot_be_saved_is_told_where_the_server_runs_however_its_page_is_left(
    served: Served, browser: aiohttp.ClientSession, tmp_path: Path, keys: str
):
    with contextlib.closing(sqlite3.connect(tmp_path / "rumi-tui" / "poems.sqlite")) as other:
        async with browser.ws_connect(f"{served.address}/ws?width=100&height=30", max_msg_size=0) as page:
            await shown_until(page, b"couplet")
            await press(page, "/lines 2\r")
            await shown_until(page, b"Begin a poem")
            other.execute("BEGIN IMMEDIATE")
            await press(page, "amber\r")
            await shown_until(page, b"not saved")
            await press(page, keys)
            if keys:
                async for _ in page:  # until it is closed
                    pass
        assert served.process.stderr is not None
        told = ""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "could not be saved" not in told:
                told += await asyncio.to_thread(served.process.stderr.readline)
    assert told.startswith("amber")
    assert told.endswith("\nrumi-tui: The poems above could not be saved in the library: copy them from here.\n")


async def delivery_key(page: aiohttp.ClientWebSocketResponse) -> str:
    """What the page is told to ask for."""
    kind, key = json.loads(await text_from(page))
    assert kind == "deliver_file_start"
    return key


async def text_from(page: aiohttp.ClientWebSocketResponse) -> str:
    """What the page is told next, beside what it shows."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for message in page:
            if message.type == aiohttp.WSMsgType.TEXT:
                return message.data
    raise AssertionError("the page was closed")


async def test_the_consoles_of_a_server_have_the_options_that_it_was_given(
    tmp_path: Path, endless_file: Path, browser: aiohttp.ClientSession
):
    served = Served(tmp_path, endless_file, "--screen-reader", "--debug")
    try:
        async with browser.ws_connect(f"{served.address}/ws?width=100&height=30", max_msg_size=0) as page:
            assert SHOW_CURSOR.encode() in await shown_until(page, b"couplet")
            [console] = psutil.Process(served.process.pid).children()
            assert "--debug" in console.cmdline()
    finally:
        served.close()


async def test_a_page_hears_of_the_end_of_its_console_however_it_ends(served: Served, browser: aiohttp.ClientSession):
    async with browser.ws_connect(f"{served.address}/ws", max_msg_size=0) as page:
        await shown_until(page, b"couplet")
        [console] = psutil.Process(served.process.pid).children()
        console.kill()
        async for _ in page:  # until it is closed
            pass


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_no_console_outlives_the_server(
    served: Served, browser: aiohttp.ClientSession, tmp_path: Path, end: signal.Signals
):
    async with browser.ws_connect(f"{served.address}/ws", max_msg_size=0) as page:
        await shown_until(page, b"couplet")
        await press(page, "amber\r")
        await shown_until(page, b"writing")
        processes = served.children()
        served.process.send_signal(end)
        async for _ in page:  # as a browser hears what comes, and that the page is closed
            pass
        assert await asyncio.to_thread(served.process.wait, PATIENCE_SECONDS) == (-end if end == signal.SIGKILL else 0)
        assert await all_gone(processes)
    assert served.process.stderr is not None
    assert "Traceback" not in served.process.stderr.read()
    assert [poem.text[:5] for poem in Library(tmp_path / "rumi-tui" / "poems.sqlite").poems()] == ["amber"]


async def test_a_console_that_says_nothing_more_is_waited_for() -> None:
    async def nowhere(_: object = None) -> None:
        pass

    command = "echo __GANGLION__; exec >&-; head -c 1 > /dev/null"  # it ends once it is told to
    console = Console(
        command, write_bytes=nowhere, write_str=nowhere, close=nowhere, download_manager=DownloadManager()
    )
    await console.start(80, 24)
    process = console._process
    await console.stop()
    assert process is not None
    assert process.returncode == 0


async def test_the_page_asks_for_nothing_from_elsewhere(served: Served, browser: aiohttp.ClientSession):
    async with browser.get(served.address) as answer:
        page = await answer.text()
    assert answer.status == 200
    parts = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert parts == ["data:,", "/static/css/xterm.css", "/static/js/textual.js", "/page.js"]
    for part in parts[1:]:
        async with browser.get(served.address + part) as answer:
            assert answer.status == 200
            text = await answer.text()
    for scheme in ("http:", "https:", "ws:", "//"):
        assert not re.search(rf"[\"'`(]{scheme}", page + text)  # the page and its last script, which is ours


@pytest.mark.parametrize("headers", [{"Origin": "http://example.org"}, {"Host": "example.org"}, {"Origin": "null"}])
async def test_other_pages_get_no_console(served: Served, browser: aiohttp.ClientSession, headers: dict[str, str]):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(f"{served.address}/ws", headers=headers)
    assert refused.value.status == 403
    assert served.children() == []


def test_a_port_that_is_taken_is_told_in_one_sentence(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_command("rumi-tui", "--web", "--port", str(port), XDG_DATA_HOME=str(tmp_path))
    assert_command_refused(done, 1, rf"127\.0\.0\.1:{port} .*taken.*--port")


@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        (["--rtl", "sideways"], "sideways"),
        (["--host", "192.0.2.1"], r"192\.0\.2\.1.*--host"),
        (["--host", "2001:db8::1"], r"\[2001:db8::1\]:8000 .*--host"),
        (["--public-url", "poems.example"], "--public-url cannot be 'poems.example'"),
    ],
)
def test_what_no_console_could_be_opened_with_is_told_before_a_page_is(tmp_path: Path, arguments: list[str], pattern):
    assert_command_refused(call_command("rumi-tui", "--web", *arguments, XDG_DATA_HOME=str(tmp_path)), 1, pattern)


def test_a_library_that_cannot_be_opened_is_told_before_a_page_is(tmp_path: Path):
    (tmp_path / "rumi-tui" / "poems.sqlite").mkdir(parents=True)
    assert_command_refused(call_command("rumi-tui", "--web", XDG_DATA_HOME=str(tmp_path)), 1, "cannot be opened")


def test_on_windows_it_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with refused("not work on Windows"):
        check_system()


def test_without_the_extra_it_says_what_to_install():
    code = "import sys; sys.modules['textual_serve'] = None; sys.argv = ['rumi-tui', '--web']\n"
    code += "from rumi_tui.entry import tui_main; tui_main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, timeout=60, check=False
    )
    assert_command_refused(done, 1, r"textual_serve\S*: run .*python.* -m pip install '\.\[web\]'")
