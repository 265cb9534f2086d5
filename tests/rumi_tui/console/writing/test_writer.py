from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import forked
import pytest
import pytest_asyncio

from rumi_tui.console.writing.writer import Writer
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.messages import Began, Describe, Described, Event, Failed, Finished, Write, Wrote
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session


@pytest_asyncio.fixture
async def usual_writer() -> AsyncIterator[Writer]:
    """It starts the process that everybody's console starts."""
    writer = Writer()
    yield writer
    await writer.close()


@pytest.fixture
def writer(usual_writer: Writer, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """Its processes are forked, in a tenth of the time."""
    monkeypatch.setattr("rumi_tui.console.writing.writer.COMMAND", forked.command())
    return usual_writer


def order(model: Path, **values) -> Write:
    return Write(str(model), Request(**{"form": "couplet", "text": "amber", "lines": 4, "seed": 3, **values}), True)


def without_end(model: Path) -> Write:
    return order(model, lines=10**6)


async def all_of(reports: AsyncIterator[Event]) -> list[Event]:
    return [report async for report in reports]


def written(reports: list[Event]) -> str:
    return "".join(step.text for report in reports if isinstance(report, Wrote) for step in report.steps)


async def test_a_poem_comes_as_it_is_written_here(usual_writer: Writer, model_file: Path, session: Session):
    began, *reports, finished = await all_of(usual_writer.carry_out(order(model_file)))
    poem = Generation(session, session.tokenizer, order(model_file).request)
    assert written(reports) == "".join(step.text for step in poem)
    assert began == Began("amber", [], session.sha256)
    assert isinstance(finished, Finished)
    assert finished.ending == poem.ending


async def test_a_model_is_described(writer: Writer, model_file: Path, session: Session):
    assert await all_of(writer.carry_out(Describe(str(model_file)))) == [
        Described(str(model_file), session.card, session.tokenizer)
    ]


async def test_orders_at_the_same_time_are_carried_out_one_after_the_other(writer: Writer, endless_file: Path):
    orders = [order(endless_file, seed=seed) for seed in (1, 2, 1)]
    first, second, third = await asyncio.gather(*(all_of(writer.carry_out(order)) for order in orders))
    assert written(first) == written(third) != written(second)


async def test_a_stop_holds_for_an_order_that_nobody_has_listened_to_yet(writer: Writer, endless_file: Path):
    reports = writer.carry_out(without_end(endless_file))
    await writer.stop()
    assert await all_of(reports) == [Finished(None, 0, 0.0)]


async def test_a_poem_without_end_stops_when_asked(writer: Writer, endless_file: Path):
    heard = []
    async for report in writer.carry_out(without_end(endless_file)):
        heard.append(report)
        if len(heard) == 3:
            await writer.stop()
    assert isinstance(heard[-1], Finished)
    assert heard[-1].ending is None
    assert heard[-1].characters == len(written(heard)) > 0


async def test_a_poem_stops_also_when_asked_before_the_process_has_started(writer: Writer, endless_file: Path):
    reports = asyncio.create_task(all_of(writer.carry_out(order(endless_file, lines=40))))
    await asyncio.wait([reports], timeout=0)
    await writer.stop()
    assert (await reports)[-1].ending is None


async def test_a_poem_stops_also_when_asked_while_another_order_is_before_it(writer: Writer, endless_file: Path):
    before = asyncio.create_task(all_of(writer.carry_out(Describe(str(endless_file)))))
    await asyncio.wait([before], timeout=0)
    reports = asyncio.create_task(all_of(writer.carry_out(order(endless_file, lines=40))))
    await asyncio.wait([reports], timeout=0)
    await writer.stop()
    assert (await reports)[-1].ending is None
    assert isinstance((await before)[0], Described)


async def test_stopping_with_nothing_to_stop_changes_nothing(writer: Writer, endless_file: Path):
    await writer.stop()
    *_, finished = await all_of(writer.carry_out(order(endless_file)))
    await writer.stop()
    *_, again = await all_of(writer.carry_out(order(endless_file)))
    assert finished.ending == again.ending == "lines"


async def test_a_failed_order_does_not_stand_in_the_way_of_the_next(writer: Writer, model_file: Path, tmp_path: Path):
    for wrong in (order(tmp_path / "missing.onnx"), order(model_file, form="ghazal"), Describe("nowhere")):
        [failed] = await all_of(writer.carry_out(wrong))
        assert isinstance(failed, Failed)
        assert failed.message.endswith(".")
        assert "unexpectedly" not in failed.message
    assert isinstance((await all_of(writer.carry_out(order(model_file))))[-1], Finished)


async def test_a_process_that_is_killed_is_told_and_started_again(usual_writer: Writer, endless_file: Path):
    heard = []
    async for report in usual_writer.carry_out(without_end(endless_file)):
        heard.append(report)
        if len(heard) == 2:
            os.kill(usual_writer._process.pid, signal.SIGKILL)
    assert isinstance(heard[-1], Failed)
    assert "ended unexpectedly" in heard[-1].message
    assert isinstance((await all_of(usual_writer.carry_out(order(endless_file))))[-1], Finished)


async def test_a_process_that_died_while_idle_is_started_again(writer: Writer, model_file: Path):
    await all_of(writer.carry_out(Describe(str(model_file))))
    process = writer._process
    process.kill()
    await process.wait()
    assert isinstance((await all_of(writer.carry_out(order(model_file))))[-1], Finished)
    assert writer._process.pid != process.pid


async def test_a_prompt_of_a_hundred_thousand_characters_goes_there_and_back(writer: Writer, model_file: Path):
    prompt = ("amber barley " * 8000)[:100_000].strip()
    began, *_, finished = await all_of(writer.carry_out(order(model_file, text=prompt)))
    assert began.text == prompt
    assert isinstance(finished, Finished)


async def test_a_folder_called_models_where_the_person_stands_is_no_trap(
    usual_writer: Writer, model_file: Path, tmp_path: Path, monkeypatch
):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("raise SystemExit('a trap')\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert isinstance((await all_of(usual_writer.carry_out(order(model_file))))[-1], Finished)


async def test_closing_ends_the_process(model_file: Path):
    writer = Writer()
    await all_of(writer.carry_out(Describe(str(model_file))))
    process = writer._process
    await writer.close()
    assert process.returncode is not None
    await writer.close()


@pytest.mark.parametrize("is_started", [False, True])
async def test_what_is_closed_while_it_works_answers_nothing_and_leaves_no_process(
    writer: Writer, model_file: Path, monkeypatch: pytest.MonkeyPatch, is_started: bool
):
    started = []
    start = asyncio.create_subprocess_exec

    async def noting(*command, **options):
        started.append(await start(*command, **options))
        if not is_started:
            await writer.close()
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    events = writer.carry_out(without_end(model_file))
    if is_started:
        assert isinstance(await anext(events), Began)
        await writer.close()
    assert not [event for event in await all_of(events) if isinstance(event, Failed)]
    assert await all_of(writer.carry_out(Describe(str(model_file)))) == []
    assert len(started) == 1
    assert await started[0].wait() != 0
