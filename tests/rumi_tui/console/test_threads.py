from __future__ import annotations

import asyncio
import gc
import threading
import weakref

from console_support import until
from textual.app import App
from textual.screen import Screen
from textual.worker import get_current_worker

from rumi_tui.console.threads import in_thread


class Page(Screen[None]):
    """Does one thing in a thread, for as long as it is to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun, self.may_end, self.has_ended = threading.Event(), threading.Event(), threading.Event()
        self.thread = 0
        self.was_cancelled = False

    @in_thread(exclusive=True)
    def do(self) -> None:
        """The work."""
        self.thread = threading.get_ident()
        self.has_begun.set()
        self.may_end.wait(60)
        self.was_cancelled = get_current_worker().is_cancelled
        self.has_ended.set()


async def test_work_is_done_in_a_thread_which_keeps_nothing_of_the_page_that_was_left() -> None:
    app = App[None]()
    async with app.run_test() as pilot:
        page = Page()
        await app.push_screen(page)
        page.may_end.set()
        await page.do().wait()
        assert page.thread in {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
        assert not page.was_cancelled
        left = weakref.ref(page)
        await app.pop_screen()
        del page
        await until(pilot, lambda: (gc.collect(), left())[1] is None)  # what Textual has yet to do holds it


async def test_work_can_tell_that_its_page_was_left() -> None:
    app = App[None]()
    async with app.run_test():
        page = Page()
        await app.push_screen(page)
        page.do()
        assert await asyncio.to_thread(page.has_begun.wait, 60)
        await app.pop_screen()
        page.may_end.set()
        assert await asyncio.to_thread(page.has_ended.wait, 60)
        assert page.was_cancelled
