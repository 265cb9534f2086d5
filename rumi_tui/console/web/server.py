"""Serves the console to browsers: each page that is open has a console of its own, which ends when it is left.

The server and the terminal in the page are textual-serve's. The page is ours, because its own fetches a font from
elsewhere. Knows nothing of what the console shows.
"""

from __future__ import annotations

import asyncio
import errno
import json
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp_jinja2
from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from models.errors import RumiError, describe
from rumi_tui.command_line import narrate
from rumi_tui.console.web.addresses import Place
from rumi_tui.console.web.entrance import VARIABLE, Entrance, TooManyTriesError, new_passphrase

FOLDER = Path(__file__).parent
HEARTBEAT_SECONDS = 15.0
SIZE = {"width": 80, "height": 24}
"""Of a page that does not tell it, in cells."""
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",  # in a frame of another page, clicks could be stolen
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Console(AppService):
    """The console of one page, which hears of any end of it; textual-serve tells only of an orderly one."""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        """Has the console say in the server's terminal why it ended, and which poems could not be saved.

        textual-serve would keep it for itself until then, and may lose the last of it.
        """
        self._process = process = await asyncio.create_subprocess_shell(
            self.command, stdin=PIPE, stdout=PIPE, env=self._build_environment(width, height)
        )
        self._stdin = process.stdin
        process.stderr = asyncio.StreamReader()
        process.stderr.feed_eof()
        return process

    async def on_meta(self, data: bytes) -> None:
        """Tells the page of a file beforehand whether it is to be shown: textual-serve has it open every file."""
        told = json.loads(data)
        if told.get("open_method") == "browser":
            await self.remote_write_str(json.dumps(["show", told["key"]]))
        await super().on_meta(data)

    async def run(self) -> None:
        """Passes on what the console says, until its process is gone: it has more to do once it says nothing more."""
        assert self._process is not None
        try:
            await super().run()
        finally:
            await self.remote_close()
            await self._process.wait()


class ConsoleServer(Server):
    """Runs a command for each page."""

    def __init__(self, command: str, place: Place, passphrase: str | None = None) -> None:
        """Without a passphrase, one is made if others than this machine may come; if not, none is needed."""
        super().__init__(command, place.host, place.port, title="Rumi", templates_path=FOLDER)
        self._place = place
        self._new_passphrase = new_passphrase() if place.is_open_to_others and not passphrase else None
        needed = passphrase or self._new_passphrase
        self._entrance = Entrance(needed) if needed else None
        self._cookie = f"rumi-{place.port}"  # browsers tell no ports apart
        self._pages: set[asyncio.Task[Any]] = set()

    @property
    def greetings(self) -> list[str]:
        """Where the console is, and what it takes to come in: behind `#` it is sent nowhere but read by the page."""
        url, new = self._place.url, self._new_passphrase
        sentences = [f"The console is at {f'{url}/#{new}' if new else url} as long as this runs; Ctrl+C ends it."]
        if new:
            sentences.append(f"The passphrase is {new}; whoever has it can read, write and delete poems.")
        elif self._entrance:
            sentences.append(f"Whoever has the passphrase in {VARIABLE} can read, write and delete poems.")
        return sentences

    def _greet(self, _: str) -> None:
        for sentence in self.greetings:
            narrate(sentence)

    def run(self) -> None:
        """Serves until it is interrupted. Raises `RumiError` where the address cannot be had."""
        try:
            web.run_app(
                self._make_app(),
                host=self.host,
                port=self.port,
                access_log=None,
                print=self._greet,
            )
        except OSError as error:
            why = "it is taken" if error.errno == errno.EADDRINUSE else describe(error)
            at = self._place.listens_at
            raise RumiError(f"{at} cannot be used ({why}): choose another with --port or --host.") from error

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.add_routes([web.post("/", self.handle_enter), web.get("/page.js", self.handle_script)])
        app.middlewares.extend([self._refuse_strangers, self._ask_passphrase])
        app.on_response_prepare.append(_finish)
        return app

    @web.middleware
    async def _refuse_strangers(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets no page but ours open a console: any page that a person visits could try to."""
        origin = request.headers.get("Origin")
        if not self._place.is_ours(request.host) or (origin and not self._place.is_our_page(origin, request.host)):
            raise web.HTTPForbidden(text="This console answers its own page only; see --public-url.")
        return await handler(request)

    @web.middleware
    async def _ask_passphrase(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets nobody in who has not given the passphrase."""
        is_known = self._entrance is None or self._entrance.knows(request.cookies.get(self._cookie, ""))
        if is_known or (request.method, request.path) == ("POST", "/"):
            return await handler(request)
        if request.path == "/":
            return _door(request)
        raise web.HTTPUnauthorized(text="This console wants its passphrase first.")

    async def handle_enter(self, request: web.Request) -> web.StreamResponse:
        """Takes the passphrase."""
        if self._entrance is None:
            raise web.HTTPSeeOther("/")
        try:
            is_right = await self._entrance.lets_in(str((await request.post()).get("passphrase", "")))
        except TooManyTriesError:
            return _door(request, "Too many are trying. Wait a moment, and try again.", 429)
        if not is_right:
            return _door(request, "That is not the passphrase.")
        answer = web.Response(status=303, headers={"Location": "/"})
        is_safe = request.headers.get("Origin", "").startswith("https:")
        answer.set_cookie(self._cookie, self._entrance.cookie, httponly=True, samesite="Strict", secure=is_safe)
        return answer

    async def handle_script(self, request: web.Request) -> web.FileResponse:
        """What our page does beside textual-serve's terminal."""
        return web.FileResponse(FOLDER / "page.js")

    async def on_startup(self, app: web.Application) -> None:
        """Says nothing, since the address is not had yet."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Ends the consoles of all pages, which would otherwise be waited for."""
        for page in self._pages:
            page.cancel()

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Runs a console for as long as its page is open."""
        task = asyncio.current_task()
        assert task is not None
        page = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await page.prepare(request)

        async def close() -> None:
            await page.close()

        console = Console(
            self.command,
            write_bytes=page.send_bytes,
            write_str=page.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        self._pages.add(task)
        try:
            await console.start(*(to_int(request.query.get(side, ""), size) for side, size in SIZE.items()))
            await self._process_messages(page, console)
        except asyncio.CancelledError:
            await page.close()
        finally:
            self._pages.discard(task)
            await console.stop()
        return page


def _door(request: web.Request, words: str = "", status: int = 401) -> web.Response:
    """The page that asks for the passphrase."""
    return aiohttp_jinja2.render_template("door.html", request, {"words": words}, status=status)


async def _finish(request: web.Request, response: web.StreamResponse) -> None:
    """Adds what every answer has, and tells a browser the name of a download as RFC 6266 has it.

    textual-serve sends Persian letters as they are.
    """
    response.headers.update(HEADERS)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    kind, found, name = response.headers.get("Content-Disposition", "").partition("; filename=")
    if found:
        response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name)}"
