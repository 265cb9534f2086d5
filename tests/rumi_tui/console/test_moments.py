from __future__ import annotations

from console_support import begin_without_end, console, press_and_write, status, until

from rumi_tui.console.widgets.footer import KeyRow


def in_footer(pilot):
    return {key.action for key in pilot.app.screen.query_one(KeyRow).keys}


def in_palette(pilot):
    return {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}


async def test_footer_and_palette_offer_what_can_be_done_now(library, endless_file):
    async with console(library, endless_file, (200, 40), lines="2") as pilot:
        await until(pilot, lambda: "library" in in_footer(pilot))
        assert in_footer(pilot).isdisjoint({"stop", "again", "go_on", "lens", "export"})
        assert in_palette(pilot).isdisjoint({"Stop", "Again", "Go on", "Lens", "Tree", "Copy", "Save as"})
        await press_and_write(pilot, library, *"amber", "enter")
        await until(pilot, lambda: {"again", "go_on", "lens", "export"} <= in_footer(pilot))
        assert "stop" not in in_footer(pilot)
        assert {"Again", "Go on", "Lens", "Tree", "Copy", "Save as"} <= in_palette(pilot)
        assert "Stop" not in in_palette(pilot)
        await begin_without_end(pilot, library, *"candle")
        await until(pilot, lambda: "stop" in in_footer(pilot))
        assert "go_on" not in in_footer(pilot)
        assert "Stop" in in_palette(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot) and "stop" not in in_footer(pilot))


async def test_a_key_that_is_not_offered_says_why(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: "no poem" in status(pilot))
