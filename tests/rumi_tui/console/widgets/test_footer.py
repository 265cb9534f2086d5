from __future__ import annotations

from typing import ClassVar

import pytest
from console_support import until
from textual.app import App
from textual.binding import Binding

from rumi_tui.console.widgets.footer import KeyRow


class Keys(App[None]):
    BINDINGS: ClassVar = [
        Binding("a", "lantern", "Lantern", tooltip="Light it."),
        Binding("b,c", "river", "River"),
        Binding("d", "drum", "Drum"),
        Binding("e", "ember", "Ember", show=False),
    ]

    def compose(self):
        self.did, self.has_drum = [], None
        yield KeyRow()

    def check_action(self, action, _):
        return self.has_drum if action == "drum" else True

    def action_lantern(self):
        self.did.append("lantern")

    def action_drum(self):
        self.did.append("drum")


SHOWN = " a Lantern  b River  d Drum "


def shown(pilot):
    return pilot.app.query_one(KeyRow).render().plain


async def test_the_keys_of_the_moment_stand_in_a_row_and_those_that_cannot_be_pressed_are_dim():
    async with Keys().run_test() as pilot:
        await until(pilot, lambda: shown(pilot) == SHOWN)
        row = pilot.app.query_one(KeyRow).render()
        assert {row.plain[span.start : span.end] for span in row.spans if span.style.dim} == {" d ", "Drum "}
        pilot.app.has_drum = False  # it cannot be seen
        pilot.app.refresh_bindings()
        await until(pilot, lambda: shown(pilot) == SHOWN.removesuffix(" d Drum "))


@pytest.mark.parametrize(
    ("width", "row"),
    [
        (28, SHOWN),
        (27, SHOWN),
        (26, " a Lantern  b River …"),
        (21, " a Lantern  b River …"),
        (20, " a Lantern …"),
        (4, "…"),
    ],
)
async def test_no_key_is_cut_where_there_is_no_room_for_all_of_them(width, row):
    async with Keys().run_test(size=(width, 5)) as pilot:
        await until(pilot, lambda: shown(pilot) == row)
        assert len(shown(pilot).rstrip()) <= width


async def test_a_click_on_a_key_presses_it_where_it_can_be_pressed():
    async with Keys().run_test() as pilot:
        await until(pilot, lambda: shown(pilot) == SHOWN)
        for column in (SHOWN.index("Drum"), SHOWN.index("Lantern") + 2, len(SHOWN) + 4):
            await pilot.click(KeyRow, offset=(column, 0))
        await until(pilot, lambda: pilot.app.did)
        assert pilot.app.did == ["lantern"]


async def test_a_key_under_the_pointer_is_told():
    async with Keys().run_test() as pilot:
        await until(pilot, lambda: shown(pilot) == SHOWN)
        row = pilot.app.query_one(KeyRow)
        for column, pointed, told in ((4, "a", "Light it."), (len(SHOWN) + 4, "", None)):
            await pilot.hover(KeyRow, offset=(column, 0))
            await until(pilot, lambda pointed=pointed: row.pointed == pointed)
            assert row.tooltip == told
        await pilot.hover(KeyRow, offset=(4, 0))
        await pilot.hover(offset=(4, 3))
        await until(pilot, lambda: row.pointed == "")
