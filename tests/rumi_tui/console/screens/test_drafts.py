from __future__ import annotations

from pathlib import Path

from console_support import (
    begin_without_end,
    console,
    field,
    letters,
    on_the_page,
    press_and_write,
    run,
    status,
    told,
    until,
)
from textual.pilot import Pilot
from textual.widgets import Static

from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.drafts import DraftsScreen, DraftView
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.writing.drafting import DRAFTS
from rumi_tui.engine.drafts import write_drafts
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import Session
from rumi_tui.library.poem import Branch, Passage
from rumi_tui.library.store import Library


async def open_drafts(pilot: Pilot, *keys: str) -> DraftsScreen:
    await pilot.press(*keys, "ctrl+d")
    await until(pilot, lambda: isinstance(pilot.app.screen, DraftsScreen))
    return pilot.app.screen


async def written(pilot: Pilot) -> list[DraftView]:
    """The drafts in the order of the screen once all of them are there."""
    await until(pilot, lambda: "best first" in str(pilot.app.screen.query_one("#legend", Static).content))
    await until(pilot, lambda: all(view.region.height for view in pilot.app.screen.query(DraftView)))
    return list(pilot.app.screen.query(DraftView))


async def back(pilot: Pilot, *keys: str) -> None:
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


def shown(view: DraftView) -> str:
    assert view.size.height == view.virtual_size.height
    return letters("".join(view.render_line(row).text for row in range(view.size.height)))


async def test_drafts_stand_side_by_side_the_best_first_and_one_is_kept(
    library: Library, endless_file: Path, endless: Session
) -> None:
    async with console(library, endless_file, (120, 40), SettingsFile(), lines="4", seed="7") as pilot:
        await open_drafts(pilot, *"amber")
        views = await written(pilot)
        request = Request(form="couplet", text="amber", seed=7, lines=4, keep="strict")
        expected = write_drafts(endless, endless.description, request, DRAFTS)
        assert [shown(view) for view in views] == [letters(draft.text) for draft in expected]
        assert [view.border_title for view in views] == [draft.rank.reasons for draft in expected]
        await back(pilot, "right", "enter")
        await until(pilot, lambda: on_the_page(pilot) == letters(expected[1].text))
        assert status(pilot) == f"seed {expected[1].seed} · the tree has the other drafts"
        poems = library.poems()
        assert {poem.text for poem in poems} == {draft.text for draft in expected}
        assert [poem.branch for poem in poems] == [Branch(poems[-1].id, 5)] * (DRAFTS - 1) + [None]
        assert [poem.passages[0].seed for poem in reversed(poems)] == [*range(7, 7 + DRAFTS)]
        assert all(library.given(poem) == [range(5)] for poem in poems)
        await pilot.press("f7")
        await until(pilot, lambda: "the same poem" in status(pilot))


async def test_leaving_stops_the_writing_and_loses_nothing(library: Library, endless_file: Path) -> None:
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        field(pilot, "lines").value = "1000000"
        await open_drafts(pilot)
        await until(pilot, lambda: len(library.poems()) == 2 and len(library.poems()[0].text) > 100)
        await back(pilot, "escape")
        await until(pilot, lambda: pilot.app.screen._desk.job is None)
        assert on_the_page(pilot) == letters(first.text)
        draft, same = library.poems()
        assert same == first
        assert draft.passages[0].ending is None
        await until(pilot, lambda: library.poems()[0].text == draft.text)


async def test_a_draft_can_be_kept_while_it_grows(library: Library, endless_file: Path) -> None:
    async with console(library, endless_file, lines="1000000") as pilot:
        await open_drafts(pilot, *"amber")
        await until(pilot, lambda: library.poems() and len(library.poems()[0].text) > 100)
        await back(pilot, "enter")
        await until(pilot, lambda: on_the_page(pilot) == letters(library.poems()[0].text))
        assert len(library.poems()) == 1
        field(pilot, "lines").value = "2"
        kept = await press_and_write(pilot, library, "ctrl+g")
        assert len(kept.passages) == 2


async def test_drafts_begin_with_what_is_typed_or_else_as_the_poem_on_the_page(
    library: Library, endless_file: Path
) -> None:
    async with console(library, endless_file, lines="1") as pilot:
        field(pilot, "keep").value = "off"
        first = await press_and_write(pilot, library, *"amber", "enter")
        await open_drafts(pilot)
        views = await written(pilot)
        assert {view.draft.prompt for view in views} == {"amber"}
        await back(pilot, "escape")
        field(pilot, "prompt").text = ""
        await open_drafts(pilot, *"candle")
        assert {view.draft.prompt for view in await written(pilot)} == {"candle"}
        await back(pilot, "escape")
        field(pilot, "prompt").text = "/drafts Drum"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DraftsScreen))
        assert {view.draft.prompt for view in await written(pilot)} == {"Drum"}
        await back(pilot, "escape")
        assert on_the_page(pilot) == letters(first.text)
        assert field(pilot, "prompt").text == ""


async def test_drafts_of_the_poem_on_the_page_leave_its_beginning_sent(library: Library, endless_file: Path) -> None:
    async with console(library, endless_file, lines="1") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        for _ in range(2):
            await open_drafts(pilot)
            assert {view.draft.prompt for view in await written(pilot)} == {"amber"}
            await back(pilot, "escape")
            assert field(pilot, "prompt").unsent_verse == ""
        await pilot.press(*"drum", "slash", "x")
        await open_drafts(pilot)
        assert {view.draft.prompt for view in await written(pilot)} == {"drum"}
        await back(pilot, "escape")


async def test_a_poem_that_drafts_have_stopped_stands_there_at_rest(library: Library, endless_file: Path) -> None:
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        field(pilot, "prompt").text = "/drafts drum"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, DraftsScreen))
        await back(pilot, "escape")
        await until(pilot, lambda: not pilot.app.screen.query_one(PoemView).writing)
        assert status(pilot) == "No draft was chosen; the library has them."
        poem = next(poem for poem in library.poems() if poem.text.startswith("amber"))
        assert on_the_page(pilot) == letters(poem.text)


async def test_drafts_of_an_empty_page_begin_with_what_stands_in_the_prompt(
    library: Library, endless_file: Path
) -> None:
    poem = library.begin(str(endless_file), "0" * 64, "free", "amber")
    library.save(poem, "amber", [Passage(begins_at=5, seed=7, lines=8, sampling=Sampling())])
    async with console(library, endless_file, lines="1") as pilot:
        field(pilot, "keep").value = "off"
        await open_drafts(pilot, *"amber")
        assert {view.draft.prompt for view in await written(pilot)} == {"amber"}


async def test_drafts_of_a_branch_leave_what_it_leaves(library: Library, endless_file: Path) -> None:
    root = library.begin(str(endless_file), "0" * 64, "free", "amber candle")
    library.begin(str(endless_file), "0" * 64, "free", "amber drum", Branch(root, 6))
    async with console(library, endless_file, lines="1") as pilot:
        field(pilot, "keep").value = "off"
        await back(pilot, "ctrl+l", "enter")
        await open_drafts(pilot)
        views = await written(pilot)
        assert {view.draft.branch for view in views} == {Branch(root, 6)}
        assert {(view.draft.form, view.draft.text[:10]) for view in views} == {("free", "amber drum")}


async def test_arrows_go_through_as_many_columns_as_there_is_room_for(library: Library, endless_file: Path) -> None:
    async with console(library, endless_file, (120, 40), lines="2", seed="3") as pilot:
        screen = await open_drafts(pilot)
        views = await written(pilot)
        for size, keys in (((120, 40), "right down left up"), ((80, 24), "down right up left"), ((30, 12), "down up")):
            await pilot.resize_terminal(*size)
            columns = max(1, (size[0] + 1) // 40)
            await until(pilot, lambda columns=columns: len({view.region.x for view in views}) == columns)
            await until(pilot, lambda: screen.focused is views[0])
            number = 0
            for key in keys.split():
                await pilot.press(key)
                number += {"right": 1, "left": -1, "down": columns, "up": -columns}[key]
                await until(pilot, lambda number=number: screen.focused is views[number])
        await pilot.press("left", "up")
        assert screen.focused is views[0]


async def test_a_terminal_that_turns_lines_round_gets_one_column_of_persian(
    library: Library, endless_file: Path
) -> None:
    app = RumiApp(library, str(endless_file), "terminal")
    async with run(app, (120, 40)) as pilot:
        await until(pilot, lambda: field(pilot, "form").value == "couplet")
        field(pilot, "lines").value = "1"
        field(pilot, "prompt").text = "چراغ"
        await pilot.press("end")  # before it, the key of drafts deletes
        await open_drafts(pilot)
        views = await written(pilot)
        await until(pilot, lambda: {view.region.x for view in views} == {0})


async def test_drafts_that_cannot_be_written_are_complained_of(library: Library, endless_file: Path) -> None:
    async with console(library, endless_file, temperature="9") as pilot:
        await pilot.press("ctrl+d")
        await until(pilot, lambda: told(pilot))
        assert isinstance(pilot.app.screen, WriteScreen)
        assert library.poems() == []


async def test_drafts_of_a_model_that_is_gone_are_not_waited_for(
    library: Library, endless_file: Path, tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone.onnx")
    root = library.begin(gone, "0" * 64, "free", "amber candle")
    library.begin(gone, "0" * 64, "free", "amber drum", Branch(root, 6))
    async with console(library, endless_file) as pilot:
        await back(pilot, "ctrl+l", "enter")
        await pilot.press("ctrl+d")
        await until(pilot, lambda: told(pilot) and isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: pilot.app.screen._desk.job is None)
        assert len(library.poems()) == 2


async def test_what_was_written_can_be_kept_where_the_writing_process_died(
    library: Library, endless_file: Path
) -> None:
    async with console(library, endless_file, lines="1000000") as pilot:
        screen = await open_drafts(pilot, *"amber")
        await until(pilot, lambda: library.poems() and len(library.poems()[0].text) > 100)
        pilot.app.writer._process.kill()
        await until(pilot, lambda: told(pilot))
        await pilot.press("right", "enter")
        assert pilot.app.screen is screen
        assert screen.query(DraftView).first().border_title == "stopped"
        await back(pilot, "left", "enter")
        await until(pilot, lambda: on_the_page(pilot) == letters(library.poems()[0].text))
