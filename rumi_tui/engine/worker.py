"""The writing process: reads orders on standard input, sends characters on standard output, a JSON document a line.

A process of its own, because computing and drawing in one Python interpreter slow each other down. It sends what it
has written about thirty times a second, so however quickly it writes, its reader wakes no more often than a screen
can be drawn. It ends when its standard input closes. Knows nothing of the console or of what is kept.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from typing import Any, BinaryIO

import msgspec

from models.bpe import WordTokenizer
from models.errors import RumiError
from models.freed_memory import give_back_what_is_free
from models.tokenizer import CharacterTokenizer
from rumi_tui.engine.beginning import fit_typed
from rumi_tui.engine.context import Ids, Logits
from rumi_tui.engine.drafts import rank_of
from rumi_tui.engine.keep import KeptGeneration, Try
from rumi_tui.engine.lens import token_scores
from rumi_tui.engine.line import LineGeneration
from rumi_tui.engine.messages import (
    Began,
    Command,
    Describe,
    Described,
    Event,
    Failed,
    Finished,
    Inspect,
    Inspected,
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
from rumi_tui.engine.poems import poem_of, writer
from rumi_tui.engine.request import fit_request
from rumi_tui.engine.session import Session, load_model
from rumi_tui.engine.word_beam import other_words
from rumi_tui.engine.written import Step
from rumi_tui.verse.marks import MOST_LINES, marks_of
from rumi_tui.verse.metre import metre_of
from rumi_tui.verse.originality import copied
from rumi_tui.verse.rules import rules_of
from rumi_tui.verse.words import words

FLUSH_SECONDS = 1 / 30


class StoppedError(Exception):
    """Nobody waits for what is being read any more."""


class Stoppable:
    """A model (`rumi_tui.engine.context.DecodeStep`) that reads several ids at once only until it is stopped.

    A long beginning is read in pieces as long as the window, all of which take a second.
    """

    def __init__(self, model: Session, stopped: threading.Event) -> None:
        self._model, self._stopped = model, stopped
        self.config, self.empty_cache, self.select = model.config, model.empty_cache, model.select

    def __call__(self, ids: Ids, cache: Any) -> tuple[Logits, Any]:
        """As the model itself. Raises `StoppedError` too."""
        if ids.shape[1] > 1 and self._stopped.is_set():
            raise StoppedError
        return self._model(ids, cache)


class Worker:
    """Carries out orders one after the other; a `Stop` reaches the poem that is being written."""

    def __init__(self, orders: BinaryIO, reports: BinaryIO) -> None:
        self._reports = reports
        self._waiting: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._models: dict[str, Session] = {}
        self._encoder = msgspec.json.Encoder()
        threading.Thread(target=self._listen, args=(orders,), daemon=True).start()

    def run(self) -> None:
        """Works until the orders end."""
        while (order := self._waiting.get()) is not None:
            try:
                match order:
                    case Write():
                        self._write(order)
                    case WriteLine():
                        self._write_line(order)
                    case OfferWords():
                        model = self._model(order.model)
                        words = other_words(model, model.tokenizer, order.form, order.text, order.at, order.metre)
                        self._send(OfferedWords(words))
                    case OfferLines():
                        self._offer_lines(order)
                    case Judge():
                        self._judge(order)
                    case Inspect():
                        model = self._model(order.model)
                        scores = token_scores(model, model.tokenizer, order.form, order.text, order.metre)
                        self._send(Inspected(scores, model.sha256))
                    case Describe():
                        model = self._model(order.model)
                        assert isinstance(model.tokenizer, CharacterTokenizer | WordTokenizer)
                        self._send(Described(order.model, model.card, model.tokenizer))
            except RumiError as error:
                self._send(Failed(str(error)))
            give_back_what_is_free()

    def _listen(self, orders: BinaryIO) -> None:
        decoder = msgspec.json.Decoder(Command)
        for line in orders:
            order = decoder.decode(line)
            if isinstance(order, Stop):
                self._stopped.set()
            else:
                self._stopped.clear()
                self._waiting.put(order)
        self._stopped.set()
        self._waiting.put(None)

    def _model(self, name: str) -> Session:
        if name not in self._models:
            self._models[name] = load_model(name, try_first=False)  # a crash ends this process alone
        return self._models[name]

    def _write(self, order: Write) -> None:
        model, request = self._model(order.model), order.request
        if order.model_sha256 not in (None, model.sha256):
            raise RumiError(
                f"This needs the model file with SHA-256 {order.model_sha256[:12]}…, and {model.name} is "
                f"{model.sha256[:12]}… now: start the console with --model and that file."
            )
        model.check_form(request.form)
        if order.typed:
            request, notes = fit_typed(model, model.description, request)
        else:
            fitted, _ = fit_request(model.tokenizer, request)
            request, notes = msgspec.structs.replace(fitted, text=request.text), []
        self._send(Began(request.text, notes, model.sha256))
        poem, draft = writer(Stoppable(model, self._stopped), model.description, request), list[Step]()
        started = time.monotonic()
        sent = started - FLUSH_SECONDS  # so that nobody waits for the first character
        steps: list[Step] = []
        characters = 0
        with contextlib.suppress(StoppedError):
            for step in poem:
                early = started + characters / order.pace - time.monotonic() if order.pace else 0
                if self._stopped.wait(early) if early > 0 else self._stopped.is_set():
                    break
                if isinstance(step, Step):
                    steps.append(step)
                    characters += len(step.text)
                    if order.is_ranked:
                        draft.append(step)
                if (now := time.monotonic()) - sent >= FLUSH_SECONDS:
                    if steps:
                        self._send(Wrote(steps))
                    if isinstance(step, Try):
                        self._send(Tried(step.line))
                    steps, sent = [], now
        if steps:
            self._send(Wrote(steps))
        broken = [line.number for line in poem.lines if line.faults] if isinstance(poem, KeptGeneration) else []
        rank = None
        if order.is_ranked and poem.ending:
            rank = rank_of(poem_of(model.description, request, poem, draft), request, model.description)
        self._send(Finished(poem.ending, characters, time.monotonic() - started, poem.metre, broken, rank))

    def _write_line(self, order: WriteLine) -> None:
        model = self._model(order.model)
        line = LineGeneration(Stoppable(model, self._stopped), model.description, order.request)
        if self._show_tries(line):
            assert line.best is not None
            self._send(WroteLine(line.best, line.metre, model.sha256))

    def _offer_lines(self, order: OfferLines) -> None:
        model = self._model(order.model)
        fitted, _ = fit_request(model.tokenizer, order.request)
        request = msgspec.structs.replace(fitted, text=order.request.text)
        lines = OtherLines(Stoppable(model, self._stopped), model.description, request)
        if self._show_tries(lines):
            self._send(OfferedLines(lines.choices))

    def _show_tries(self, tries: Iterable[Try]) -> bool:
        """Sends tries as they grow; whether all of them came, or else the order was stopped and is answered."""
        started = sent = time.monotonic()
        try:
            for each in tries:
                if self._stopped.is_set():
                    raise StoppedError
                if (now := time.monotonic()) - sent >= FLUSH_SECONDS:
                    self._send(Tried(each.line))
                    sent = now
        except StoppedError:
            self._send(Finished(None, 0, time.monotonic() - started))
            return False
        return True

    def _judge(self, order: Judge) -> None:
        description = self._model(order.model).description
        language, lexicon, phrases = description.card.language, description.lexicon, description.phrases
        lines = order.text.split("\n")[:MOST_LINES]
        metre = order.metre or metre_of(lines, language, description.tokenizer.metres)
        rules = rules_of(order.form, language, metre, lexicon=lexicon, own_words=words(order.begun))
        stretches = copied("\n".join(lines), phrases, order.begun) if phrases else ()
        self._send(Judged(marks_of(lines, rules, metre, stretches), metre))

    def _send(self, report: Event) -> None:
        self._reports.write(self._encoder.encode(report) + b"\n")
        self._reports.flush()


if __name__ == "__main__":
    try:
        reports = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # what a library prints is no report
        Worker(sys.stdin.buffer, reports).run()
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
    else:
        sys.exit()
    os._exit(1)  # the thread that listens holds standard input, which an orderly end would wait for
