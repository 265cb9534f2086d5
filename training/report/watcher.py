"""What a person sees of a run: a live view in a terminal, lines elsewhere, and files in the folder of the run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.text import Text

from models.card import Description
from models.decoder import Decoder
from rumi_tui.bidi import choose_mode
from rumi_tui.engine.generate import Generation, Request
from training.loop import TrainConfig, TrainState
from training.optim import schedule
from training.report import view
from training.report.curve import write_curve
from training.report.screen import Screen, fits
from training.report.tensorboard import Events
from training.torch_step import TorchStep

SAMPLE_LINES = 4
SAMPLE_CHARACTERS = 400
SMOOTH = 0.95
"""What a smoothed value keeps of itself when the next step comes."""
HISTORY = 1024
"""Points of the training curve; when it has more, every second one goes."""


class RunWatcher:
    """Shows a run on a console, and keeps `loss.csv`, `loss.png`, `samples.txt` and `tensorboard/` in its folder.

    A terminal that is large enough shows `training.report.view.View`; anything else is given a few plain lines a look.
    """

    def __init__(
        self,
        folder: Path,
        description: Description,
        characters_per_step: int,
        console: Console,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._characters_per_step, self._console, self._now = folder, characters_per_step, console, now
        self._tokenizer, self._form = description.tokenizer, description.card.forms[0]
        self._events = Events(folder)
        mode = choose_mode("auto", os.environ)
        self._view = view.View(folder.name, mode)
        self._screen = Screen(self._view, console, mode) if fits(console, view.WIDTH, view.HEIGHT) else None
        self._smooth_loss: float | None = None
        self._step_seconds: float | None = None
        self._stepped_at: float | None = None
        self._first: tuple[float, float] | None = None
        self._stride = 1

    def __enter__(self) -> RunWatcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._screen:
            self._screen.close()
        self._events.close()

    def stepped(self, progress: TrainState, done: float, loss: float) -> None:
        """Moves the view on."""
        seen, now = self._view, self._now()
        if self._first is None:
            self._first = (now, done)
            seen.training = [(each.step, each.train_loss) for each in progress.evals]
            self._smooth_loss = progress.evals[-1].train_loss if progress.evals else None
        self._smooth_loss = _smooth(self._smooth_loss, loss)
        if self._stepped_at is not None:
            self._step_seconds = _smooth(self._step_seconds, now - self._stepped_at)
        self._stepped_at = now
        if progress.step % self._stride == 0:
            seen.training.append((progress.step, self._smooth_loss))
        if len(seen.training) > HISTORY:
            seen.training, self._stride = seen.training[::2], 2 * self._stride

        seen.progress, seen.done, seen.learning_rate = progress, min(1.0, done), schedule(done)
        seen.rate = self._characters_per_step / self._step_seconds if self._step_seconds else None
        began, done_then = self._first
        if done > done_then:
            seen.seconds_left = max(0.0, (1 - done) * (now - began) / (done - done_then))
        if self._screen:
            self._screen.draw()

    def evaluated(self, progress: TrainState, model: Decoder) -> None:
        """Keeps the curve, the events and a few lines of verse, and shows them."""
        look = progress.evals[-1]
        kept = "  (kept)" if progress.evals_since_best == 0 else ""
        headline = f"step {look.step}: training {look.train_loss:.4f}, validation {look.validation_loss:.4f}{kept}"
        request = Request(form=self._form, seed=look.step, lines=SAMPLE_LINES, characters=SAMPLE_CHARACTERS)
        verse = "".join(step.text for step in Generation(TorchStep(model), self._tokenizer, request))
        model.train()
        write_curve(self._folder, progress.evals)
        with (self._folder / "samples.txt").open("a", encoding="utf-8") as file:
            file.write(f"{headline}\n\n{verse}\n\n")
        self._events.write(look, self._view.rate, verse)
        self._view.progress, self._view.verse = progress, verse
        if self._screen:
            self._screen.draw_now()
        else:
            self._say(f"{headline}\n\n{verse}\n")
        self._stepped_at = self._now()

    def ended(self, plan: TrainConfig, progress: TrainState) -> None:
        """Says why a run that was not interrupted ended, and which look was kept."""
        if progress.evals_since_best >= plan.patience:
            why = f"the last {plan.patience} evaluations brought no better validation loss"
        elif plan.steps is not None and progress.step >= plan.steps:
            why = "all steps are taken" if plan.minutes is None else "its text was read as often as is of use"
        else:
            why = "its time is spent"
        best = progress.evals[-1 - progress.evals_since_best]
        self._say(f"Ended at step {progress.step}: {why}.")
        self._say(f"Kept: the weights of step {best.step}, validation {best.validation_loss:.4f}.")

    def _say(self, lines: str) -> None:
        self._console.print(Text(lines), soft_wrap=True)


def _smooth(before: float | None, now: float) -> float:
    return now if before is None else SMOOTH * before + (1 - SMOOTH) * now
