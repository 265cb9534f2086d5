from __future__ import annotations

import pytest
from textual.widgets import OptionList

from rumi_tui.bidi import to_display
from rumi_tui.console.first_run import LINE, OrderApp


@pytest.mark.parametrize("size", [(20, 8), (80, 24)])
@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "app"),
        (["down", "enter"], "terminal"),
        (["up", "enter"], "auto"),
        (["escape"], "auto"),
        (["ctrl+q"], None),
    ],
)
async def test_what_looks_right_is_chosen_by_its_look(size, keys, answer):
    app = OrderApp("ink")
    async with app.run_test(size=size) as pilot:
        samples = [str(option.prompt).strip() for option in app.screen.query_one(OptionList).options]
        assert samples[:2] == [to_display(LINE, mode, 0) for mode in ("app", "terminal")]
        assert samples[0] != samples[1]
        await pilot.press(*keys)
    assert app.return_value == answer
