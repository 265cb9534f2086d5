"""What the server answers before anybody is let in: asked for by a program in the place of a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from web_support import Served

from rumi_tui.console.web.addresses import Place
from rumi_tui.console.web.entrance import VARIABLE
from rumi_tui.console.web.server import ConsoleServer

PASSPHRASE = "sesame opens"
ORIGIN = "https://poems.example"
BEHIND_THE_DOOR = ["/", "/ws", "/download/1", "/static/js/textual.js", "/page.js", "/elsewhere"]


async def no_pause(_: float) -> None:
    """Lets a test go on at once."""


@pytest_asyncio.fixture
async def client() -> AsyncIterator[TestClient]:
    """A browser before a server that others reach too."""
    server = ConsoleServer("exec false", Place("0.0.0.0", 8000, ORIGIN), PASSPHRASE)
    server._entrance._pause = no_pause
    jar = aiohttp.CookieJar(unsafe=True)  # also for addresses of numbers
    async with TestClient(TestServer(await server._make_app()), cookie_jar=jar) as client:
        yield client


async def enter(client: TestClient, passphrase: str, **headers: str) -> aiohttp.ClientResponse:
    return await client.post("/", data={"passphrase": passphrase}, headers=headers, allow_redirects=False)


async def test_without_the_passphrase_there_is_nothing_but_the_question(client: TestClient):
    for path in BEHIND_THE_DOOR:
        async with client.get(path, headers={"Cookie": "rumi-8000=guessed"}) as answer:
            assert answer.status == 401
            assert ("<form" in await answer.text()) == (path == "/")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect("/ws")
    assert refused.value.status == 401


async def test_the_passphrase_is_exchanged_for_a_cookie_that_no_page_reads(client: TestClient):
    for passphrase in ("", "sesame", PASSPHRASE.upper(), PASSPHRASE + "s"):
        wrong = await enter(client, passphrase)
        assert (wrong.status, "Set-Cookie" in wrong.headers) == (401, False)
        assert "not the passphrase" in await wrong.text()
    right = await enter(client, PASSPHRASE, Origin=ORIGIN)
    assert (right.status, right.headers["Location"]) == (303, "/")
    cookie = right.cookies["rumi-8000"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["path"]) == (True, "Strict", True, "/")
    assert PASSPHRASE not in right.headers["Set-Cookie"]
    known = {"Cookie": f"rumi-8000={cookie.value}"}
    async with client.get("/", headers=known) as answer:
        assert (answer.status, "textual-terminal" in await answer.text()) == (200, True)
    async with client.ws_connect("/ws", headers=known) as page:
        assert (await page.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)  # its command fails
    async with client.get("/download/1", headers=known) as answer:
        assert answer.status == 404


async def test_a_cookie_is_not_kept_from_a_browser_that_has_no_https(client: TestClient):
    origin = str(client.make_url("")).rstrip("/")
    right = await enter(client, PASSPHRASE, Origin=origin)
    assert not right.cookies["rumi-8000"]["secure"]
    async with client.get("/") as answer:
        assert answer.status == 200


async def test_who_tries_while_many_do_is_told_to_wait(client: TestClient):
    server_side = asyncio.Event()
    entrance = client.app.middlewares[1].__self__._entrance
    entrance._pause = lambda _: server_side.wait()
    guesses = [asyncio.create_task(enter(client, "sesame")) for _ in range(40)]
    done, waiting = await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result().status for task in done} == {429}
    server_side.set()
    assert {task.result().status for task in (await asyncio.wait(waiting))[0]} <= {401, 429}


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Host": "example.org"}])
async def test_a_page_of_others_may_not_even_ask(client: TestClient, headers: dict[str, str]):
    assert (await enter(client, PASSPHRASE, **headers)).status == 403
    async with client.get("/", headers=headers) as answer:
        assert (answer.status, await answer.text()) == (
            403,
            "This console answers its own page only; see --public-url.",
        )


async def test_no_page_may_show_ours_in_a_frame_and_nothing_is_left_in_a_cache(client: TestClient):
    async with client.get("/") as answer:
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.fixture
def open_server(tmp_path: Path, request: pytest.FixtureRequest):
    def serve(*arguments: str, **environment: str) -> Served:
        served = Served(tmp_path, Path("no.onnx"), *arguments, **environment)
        request.addfinalizer(served.close)
        return served

    return serve


async def test_a_server_for_others_tells_its_passphrase_once_and_nothing_of_those_who_try(open_server):
    served = open_server("--host", "::")
    address, _, passphrase = served.address.partition("/#")
    assert address.startswith("http://[")
    assert served.process.stderr.readline() == (
        f"The passphrase is {passphrase}; whoever has it can read, write and delete poems.\n"
    )
    url, form = f"http://[::1]:{served.port}", {"passphrase": passphrase}
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
        session.post(url, data=form) as answer,
    ):
        assert (answer.status, "textual-terminal" in await answer.text()) == (200, True)
    served.process.terminate()
    assert served.process.stderr.read() == ""


def test_a_chosen_passphrase_is_not_told(open_server):
    served = open_server("--public-url", "https://poems.example", **{VARIABLE: PASSPHRASE})
    assert served.address == "https://poems.example"
    words = served.process.stderr.readline()
    assert VARIABLE in words
    assert PASSPHRASE not in served.greeting + words


async def test_on_this_machine_alone_no_passphrase_is_asked_for(open_server):
    served = open_server("--host", "::1")
    assert served.greeting == f"The console is at http://[::1]:{served.port} as long as this runs; Ctrl+C ends it.\n"
    async with aiohttp.ClientSession() as session, session.get(served.address) as answer:
        assert (answer.status, "textual-terminal" in await answer.text()) == (200, True)
