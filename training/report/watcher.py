"""What a person sees of a run: a live view in a terminal, lines elsewhere, and files in the folder of the run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.text import Text

from models.decoder import Decoder
from models.description import Description
from rumi_tui.bidi import choose_mode
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.request import Request
from training.loop import TrainState
from training.optim import schedule
from training.report import view
from training.report.curve import write_curve
from training.report.screen import Screen, fits
from training.report.tensorboard import Events
from training.run_config import TrainConfig
from training.torch_step import TorchStep

SAMPLE_LINES = 4
SAMPLE_CHARACTERS = 400
SMOOTH = 0.95
"""What a smoothed value keeps of itself when the next step comes."""
HISTORY = 1024
"""Points of the training curve; when it has more, every second one goes."""


class RunWatcher:
    """Shows a run on a console, and keeps `loss.csv`, `loss.png`, `samples.txt` and `tensorboard/` in its folder.

    A terminal that is large enough shows `training.report.view.View`; anything else gets a few plain lines at
    each evaluation.
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

    def stepped(self, state: TrainState, progress: float, loss: float) -> None:
        """Moves the view on."""
        view, now = self._view, self._now()
        if self._first is None:
            self._first = (now, progress)
            view.training = [(each.step, each.train_loss) for each in state.evals]
            self._smooth_loss = state.evals[-1].train_loss if state.evals else None
        self._smooth_loss = _smooth(self._smooth_loss, loss)
        if self._stepped_at is not None:
            self._step_seconds = _smooth(self._step_seconds, now - self._stepped_at)
        self._stepped_at = now
        if state.step % self._stride == 0:
            view.training.append((state.step, self._smooth_loss))
        if len(view.training) > HISTORY:
            view.training, self._stride = view.training[::2], 2 * self._stride

        view.state, view.progress, view.learning_rate = state, min(1.0, progress), schedule(progress)
        view.rate = self._characters_per_step / self._step_seconds if self._step_seconds else None
        began, progress_then = self._first
        if progress > progress_then:
            view.seconds_left = max(0.0, (1 - progress) * (now - began) / (progress - progress_then))
        if self._screen:
            self._screen.draw()

    def evaluated(self, state: TrainState, model: Decoder) -> None:
        """Keeps the curve, the events and a few lines of verse, and shows them."""
        evaluation = state.evals[-1]
        best_mark = "  (kept)" if state.evals_since_best == 0 else ""
        losses = f"training {evaluation.train_loss:.4f}, validation {evaluation.validation_loss:.4f}"
        headline = f"step {evaluation.step}: {losses}{best_mark}"
        request = Request(form=self._form, seed=evaluation.step, lines=SAMPLE_LINES, characters=SAMPLE_CHARACTERS)
        verse = "".join(step.text for step in Generation(TorchStep(model), self._tokenizer, request))
        model.train()
        write_curve(self._folder, state.evals)
        with (self._folder / "samples.txt").open("a", encoding="utf-8") as file:
            file.write(f"{headline}\n\n{verse}\n\n")
        self._events.write(evaluation, self._view.rate, verse)
        self._view.state, self._view.verse = state, verse
        if self._screen:
            self._screen.draw_now()
        else:
            self._say(f"{headline}\n\n{verse}\n")
        self._stepped_at = self._now()

    def ended(self, config: TrainConfig, state: TrainState) -> None:
        """Says why a run that was not interrupted ended, and whose weights were kept."""
        if state.evals_since_best >= config.patience:
            why = f"the last {config.patience} evaluations brought no better validation loss"
        elif config.steps is not None and state.step >= config.steps:
            why = "all steps are taken" if config.minutes is None else "its text was read as often as is of use"
        else:
            why = "its time is up"
        best = state.best
        assert best is not None
        self._say(f"Ended at step {state.step}: {why}.")
        self._say(f"Kept: the weights of step {best.step}, validation {best.validation_loss:.4f}.")

    def _say(self, lines: str) -> None:
        self._console.print(Text(lines), soft_wrap=True)


def _smooth(average: float | None, value: float) -> float:
    return value if average is None else SMOOTH * average + (1 - SMOOTH) * value
