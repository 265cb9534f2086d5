"""Serves the console to browsers: each page that is open has a console of its own, which ends when it is left.

The server and the terminal in the page are textual-serve's. The page is ours, because its own fetches a font from
elsewhere. Knows nothing of what the console shows.
"""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.server import Server

from models.errors import RumiError, describe
from rumi_tui.command_line import narrate

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ConsoleServer(Server):
    """Runs a command for each page."""

    def __init__(self, command: str, host: str, port: int) -> None:
        super().__init__(command, host, port, title="Rumi", templates_path=Path(__file__).parent)
        self._pages: set[asyncio.Task[Any]] = set()

    def run(self) -> None:
        """Serves until it is interrupted. Raises `RumiError` where the address cannot be had."""
        address = f"{self.host}:{self.port}"
        words = f"The console is at http://{address} as long as this runs; Ctrl+C ends it."
        if self.host not in LOOPBACK:
            words += " Whoever can reach that address can read, write and delete poems."
        try:
            web.run_app(
                self._make_app(), host=self.host, port=self.port, access_log=None, print=lambda _: narrate(words)
            )
        except OSError as error:
            why = "it is taken" if error.errno == errno.EADDRINUSE else describe(error)
            raise RumiError(f"{address} cannot be used ({why}): choose another with --port or --host.") from error

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._refuse_strangers)
        return app

    @web.middleware
    async def _refuse_strangers(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets no page but ours open a console: any page that a person visits could try to."""
        ours = self.host not in LOOPBACK or urlsplit(f"//{request.host}").hostname in LOOPBACK
        origin = request.headers.get("Origin")
        if not ours or (origin is not None and urlsplit(origin).netloc != request.host):
            raise web.HTTPForbidden(text="This console answers its own page only.")
        return await handler(request)

    async def on_startup(self, app: web.Application) -> None:
        """Says nothing, since the address is not had yet."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Ends the consoles of all pages, which would otherwise be waited for."""
        for page in self._pages:
            page.cancel()

    async def handle_index(self, request: web.Request) -> Any:
        """The page, which finds its terminal where it was itself found: a tunnel may lead here."""
        self.public_url = f"http://{request.host}"
        return await super().handle_index(request)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Runs a console for as long as its page is open."""
        page = asyncio.current_task()
        assert page is not None
        self._pages.add(page)
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages.discard(page)
