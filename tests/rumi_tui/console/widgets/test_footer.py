from __future__ import annotations

import gc
import weakref
from typing import ClassVar

from console_support import until
from textual.app import App

from rumi_tui.console.widgets.footer import KeyRow


class Keys(App[None]):
    BINDINGS: ClassVar = [("a", "lantern", "Lantern"), ("b", "river", "River")]

    def compose(self):
        yield KeyRow(show_command_palette=False)


async def test_keys_that_are_gone_are_forgotten():
    async with Keys().run_test() as pilot:
        row = pilot.app.query_one(KeyRow)
        await until(pilot, lambda: len(row.children) == 2)
        keys = weakref.WeakSet(row.children)
        for _ in range(20):
            row.refresh(recompose=True)
            await pilot.pause()
            keys.update(row.children)
        await until(pilot, lambda: len(row.children) == 2)
        gc.collect()
        assert len(keys) < 10
