from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import forked
import msgspec
import numpy as np
import pytest

from rumi_tui.engine import worker
from rumi_tui.engine.context import Context, Ids, Logits
from rumi_tui.engine.drafts import write_drafts
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.line import write_line
from rumi_tui.engine.messages import (
    Answer,
    Began,
    Command,
    Describe,
    Described,
    Event,
    Failed,
    Finished,
    Judge,
    Judged,
    OfferedLines,
    OfferedWords,
    OfferLines,
    OfferWords,
    Order,
    Stop,
    Tried,
    Write,
    WriteLine,
    Wrote,
    WroteLine,
)
from rumi_tui.engine.other_lines import OtherLines
from rumi_tui.engine.request import LineRequest, Request
from rumi_tui.engine.session import Session
from rumi_tui.engine.word_beam import other_words
from rumi_tui.engine.worker import Stoppable, StoppedError

WORKER = [sys.executable, "-P", "-m", "rumi_tui.engine.worker"]


class Process:
    """The writing process, spoken to by hand."""

    def __init__(self, command: Sequence[str] = WORKER) -> None:
        self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, *orders: Command) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(b"".join(msgspec.json.encode(order) + b"\n" for order in orders))
        self.popen.stdin.flush()

    def reports(self) -> Iterator[Event]:
        """What comes until an order is done."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            report = msgspec.json.decode(line, type=Event)
            yield report
            if isinstance(report, Answer):
                return

    def carry_out(self, order: Order) -> list[Event]:
        self.send(order)
        return list(self.reports())


@pytest.fixture
def process() -> Iterator[Process]:
    """A forked one; how one of its own begins and ends is tested below."""
    process = Process(forked.command())
    yield process
    process.popen.communicate(timeout=60)


def order(model: Path, text: str = "", typed: bool = True, **values) -> Write:
    return Write(str(model), Request(text=text, **{"form": "couplet", "lines": 4, "seed": 3, **values}), typed)


def written(reports: list[Event]) -> str:
    return "".join(step.text for report in reports if isinstance(report, Wrote) for step in report.steps)


def test_a_model_is_described(process: Process, model_file: Path, session: Session):
    assert process.carry_out(Describe(str(model_file))) == [Described(str(model_file), session.card, session.tokenizer)]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_writes_the_poem_that_is_written_here(process: Process, model_file: Path, session: Session, seed):
    began, *reports, finished = process.carry_out(order(model_file, "amber", seed=seed))
    poem = Generation(session, session.tokenizer, Request(form="couplet", text="amber", lines=4, seed=seed))
    steps = list(poem)
    assert began == Began("amber", [], session.sha256)
    assert [step for report in reports for step in report.steps] == steps
    assert len(reports[0].steps) == 1, "nobody waits for the first character"
    assert (finished.ending, finished.characters) == (poem.ending, len(steps))


def test_a_draft_is_told_its_rank_and_another_poem_none(process: Process, model_file: Path, session: Session):
    request = Request(form="couplet", text="amber", seed=3, lines=4, keep="loose")
    [draft] = write_drafts(session, session.description, request, 1)
    for is_ranked in (True, False):
        finished = process.carry_out(Write(str(model_file), request, typed=False, is_ranked=is_ranked))[-1]
        assert isinstance(finished, Finished)
        assert finished.rank == (draft.rank if is_ranked else None)


def test_pieces_of_words_are_counted_in_characters(process: Process, word_pair: tuple[Path, Path], words: Session):
    *reports, finished = process.carry_out(order(word_pair[1], "amber", seed=5))
    poem = Generation(words, words.tokenizer, Request(form="couplet", text="amber", lines=4, seed=5))
    assert written(reports) == "".join(step.text for step in poem)
    assert finished.characters == len(written(reports)) > sum(len(r.steps) for r in reports if isinstance(r, Wrote))


def test_one_process_writes_many_poems_each_its_own(process: Process, model_file: Path, endless_file: Path):
    orders = [order(endless_file, lines=2), order(model_file, seed=9), order(endless_file, lines=2)]
    process.send(*orders)
    first, second, third = (written(list(process.reports())) for _ in orders)
    assert first == third != second


def test_a_typed_prompt_is_fitted_and_its_changes_are_told(process: Process, model_file: Path):
    began, *_ = process.carry_out(order(model_file, "Caf\u00e9 \N{FIRE}"))
    assert began.text == "Cafe \N{FIRE}"
    assert [("\u00e9" in note, "\N{FIRE}" in note) for note in began.notes] == [(True, False), (False, True)]


def test_a_poem_to_go_on_with_is_left_as_it_is(process: Process, model_file: Path):
    began, *_ = process.carry_out(order(model_file, "a  caf\u00e9\n", typed=False))
    assert (began.text, began.notes) == ("a  caf\u00e9\n", [])


def test_an_order_to_stop_reaches_a_poem_without_end(process: Process, endless_file: Path):
    process.send(order(endless_file, lines=10**6))
    reports = process.reports()
    heard = [next(reports), next(reports)]
    process.send(Stop())
    heard += list(reports)
    finished = heard[-1]
    assert isinstance(finished, Finished)
    assert finished.ending is None
    assert finished.characters == len(written(heard)) > 0
    assert written(process.carry_out(order(endless_file, lines=1)))


def test_a_long_beginning_is_read_no_further_once_it_is_stopped(session: Session) -> None:
    stopped, read = threading.Event(), list[int]()

    class Counting(Stoppable):
        def __call__(self, ids: Ids, cache: object) -> tuple[Logits, object]:
            answer = super().__call__(ids, cache)
            read.append(ids.shape[1])
            stopped.set()
            return answer

    window = session.config.window
    context = Context(Counting(session, stopped))
    with pytest.raises(StoppedError):
        context.read(np.zeros((1, 3 * window), dtype=np.int64))
    assert read == [window]
    context.read(np.zeros((1, 1), dtype=np.int64))  # what writes character by character is stopped between two of them


def test_a_pace_changes_no_poem(process: Process, model_file: Path):
    paced = msgspec.structs.replace(order(model_file, "amber"), pace=500.0)
    *reports, finished = process.carry_out(paced)
    *unpaced, _ = process.carry_out(order(model_file, "amber"))
    assert written(reports) == written(unpaced) != ""
    assert finished.seconds >= (finished.characters - 1) / 500


def test_a_stop_is_heard_between_two_characters_of_a_slow_pace(process: Process, endless_file: Path):
    process.send(msgspec.structs.replace(order(endless_file, lines=10**6), pace=0.001))
    reports = process.reports()
    assert isinstance(next(reports), Began)
    process.send(Stop())
    *_, finished = reports
    assert isinstance(finished, Finished)
    assert finished.ending is None
    assert finished.characters <= 1


def test_an_order_to_stop_with_nothing_to_stop_changes_nothing(process: Process, endless_file: Path):
    process.send(Stop())
    *_, finished = process.carry_out(order(endless_file, lines=1))
    assert finished.ending == "lines"


@pytest.mark.parametrize("form", ["ghazal", "sonnet"])
def test_a_form_it_never_learned_fails_and_the_next_order_is_carried_out(process: Process, model_file: Path, form):
    [failed] = process.carry_out(order(model_file, form=form))
    assert isinstance(failed, Failed)
    assert form in failed.message
    assert isinstance(process.carry_out(order(model_file))[-1], Finished)


def test_a_missing_model_fails_and_the_next_order_is_carried_out(process: Process, model_file: Path, tmp_path: Path):
    missing = tmp_path / "missing.onnx"
    assert [type(report) for report in process.carry_out(Describe(str(missing)))] == [Failed]
    [failed] = process.carry_out(order(missing))
    assert str(missing) in failed.message
    assert isinstance(process.carry_out(order(model_file))[-1], Finished)


@pytest.mark.parametrize("busy", [False, True])
def test_the_process_ends_when_its_orders_end(endless_file: Path, busy):
    process = Process()
    if busy:
        process.send(order(endless_file, lines=10**6))
        assert isinstance(next(process.reports()), Began)
    process.popen.communicate(timeout=60)
    assert process.popen.returncode == 0


def test_the_process_ends_when_nobody_reads_its_reports(endless_file: Path):
    process = Process()
    process.send(order(endless_file, lines=10**6))
    next(process.reports())
    process.popen.stdout.close()
    assert process.popen.wait(timeout=60) == 1
    process.popen.stdin.close()


def test_it_writes_the_line_that_is_written_here(process: Process, endless_file: Path, endless: Session):
    request = LineRequest(form="free", text="amber\nbarley drum\nember", number=2, end="candle", seed=4)
    *tries, wrote = process.carry_out(WriteLine(str(endless_file), request))
    assert all(isinstance(each, Tried) for each in tries)
    assert wrote == WroteLine(write_line(endless, endless.description, request), "", endless.sha256)


def test_a_line_that_is_stopped_changes_nothing_and_the_next_order_is_carried_out(process: Process, endless_file: Path):
    request = LineRequest(form="free", text="amber\nbarley", number=2, rhyme="drum")
    process.send(WriteLine(str(endless_file), request), Stop())
    *_, answer = process.reports()
    assert isinstance(answer, Finished | WroteLine)  # where it was quicker
    assert written(process.carry_out(order(endless_file, lines=1)))


def test_it_offers_the_words_and_lines_that_are_found_here(process: Process, endless_file: Path, endless: Session):
    text = "amber\nbarley drum"
    [words] = process.carry_out(OfferWords(str(endless_file), "free", text, 6))
    assert words == OfferedWords(other_words(endless, endless.tokenizer, "free", text, 6))
    request = Request(form="free", text="amber\n", seed=4, keep="loose")
    lines = OtherLines(endless, endless.description, request)
    assert list(lines)
    *tries, offered = process.carry_out(OfferLines(str(endless_file), request))
    assert all(isinstance(each, Tried) for each in tries)
    assert offered == OfferedLines(lines.choices)
    process.send(OfferLines(str(endless_file), msgspec.structs.replace(request, form="couplet", keep="strict")), Stop())
    *_, answer = process.reports()
    assert isinstance(answer, Finished | OfferedLines)  # where it was quicker
    assert isinstance(process.carry_out(OfferWords(str(endless_file), "free", text, 7))[0], Failed)


def test_a_line_that_cannot_be_written_fails(process: Process, endless_file: Path):
    request = LineRequest(form="free", text="amber", number=1, rhyme="\N{FIRE}")
    [failed] = process.carry_out(WriteLine(str(endless_file), request))
    assert isinstance(failed, Failed)
    assert "cannot be spelled" in failed.message


def test_a_poem_is_judged_by_what_its_model_knows(process: Process):
    poem = "بشنو از نی چون حکایت می‌کند\nاز جدایی‌ها شکایت می‌کند\nکز نیستان تا مرا بقلنفشد"
    [judged] = process.carry_out(Judge("fa", "couplet", poem))
    assert isinstance(judged, Judged)
    assert judged.metre.startswith("فاعلاتن فاعلاتن فاعلن")
    assert [mark.kind for mark in judged.lines[0].marks if mark.kind != "copied"] == ["rhyme", "refrain"]
    assert "word" in judged.lines[2].faults
    assert "word" not in process.carry_out(Judge("fa", "couplet", poem, begun=poem))[0].lines[2].faults


def test_after_each_order_memory_is_given_back(model_file: Path, monkeypatch: pytest.MonkeyPatch):
    given_back: list[None] = []
    monkeypatch.setattr(worker, "give_back_what_is_free", lambda: given_back.append(None))
    orders = [Describe(str(model_file)), order(model_file, "amber"), Describe("no/such/model.onnx")]
    reports = io.BytesIO()
    worker.Worker(io.BytesIO(b"".join(msgspec.json.encode(each) + b"\n" for each in orders)), reports).run()
    answers = [msgspec.json.decode(line, type=Event) for line in reports.getvalue().splitlines()]
    assert [type(each) for each in answers if not isinstance(each, Wrote)] == [Described, Began, Finished, Failed]
    assert len(given_back) == 3
