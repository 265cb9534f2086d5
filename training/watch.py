"""What a person sees of a run: a live line, the curve as files, a sample now and then."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from models.card import Description
from models.decoder import Decoder
from rumi_tui.engine.generate import Generation, Request
from training.curve import write_curve
from training.loop import Progress as RunProgress
from training.torch_step import TorchStep

SAMPLE_LINES = 4
SAMPLE_CHARACTERS = 400


class RunWatcher:
    """Shows a run on standard error and keeps `loss.csv`, `loss.png` and `samples.txt` in its folder."""

    def __init__(self, folder: Path, description: Description, characters_per_step: int, quiet: bool) -> None:
        self._folder, self._characters_per_step = folder, characters_per_step
        self._tokenizer, self._form = description.tokenizer, description.card.forms[0]
        self._console = Console(stderr=True, quiet=quiet)
        self._line = Progress(
            TextColumn("{task.percentage:5.1f}%"),
            BarColumn(bar_width=20),
            TextColumn("step {task.fields[step]}  loss {task.fields[loss]}  validation {task.fields[validation]}"),
            TextColumn("{task.fields[rate]} chars/s  {task.fields[left]} left"),
            console=self._console,
            refresh_per_second=4,
        )
        self._task = self._line.add_task("", total=1.0, step=0, loss="-", validation="-", rate="-", left="-")
        self._smooth_loss: float | None = None
        self._first: tuple[float, float, int] | None = None

    def __enter__(self) -> RunWatcher:
        self._line.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.stop()

    def stepped(self, progress: RunProgress, done: float, loss: float) -> None:
        """Moves the live line."""
        smooth = self._smooth_loss
        self._smooth_loss = loss if smooth is None else 0.95 * smooth + 0.05 * loss
        now = time.monotonic()
        self._first = self._first or (now, done, progress.step)
        then, done_then, step_then = self._first
        rate = left = "-"
        if done > done_then:
            rate = f"{(progress.step - step_then) * self._characters_per_step / (now - then):,.0f}"
            seconds = max(0.0, (1 - done) * (now - then) / (done - done_then))
            left = f"{seconds // 60:.0f}:{seconds % 60:02.0f}"
        self._line.update(
            self._task, completed=done, step=progress.step, loss=f"{self._smooth_loss:.4f}", rate=rate, left=left
        )

    def looked(self, progress: RunProgress, model: Decoder) -> None:
        """Writes the curve, and shows the losses and a few lines of verse."""
        look = progress.looks[-1]
        best = "  (best)" if progress.looks_since_best == 0 else ""
        headline = f"step {look.step}: training {look.train_loss:.4f}, validation {look.validation_loss:.4f}{best}"
        request = Request(form=self._form, seed=look.step, lines=SAMPLE_LINES, characters=SAMPLE_CHARACTERS)
        verse = "".join(step.text for step in Generation(TorchStep(model), self._tokenizer, request))
        model.train()
        write_curve(self._folder, progress.looks)
        with (self._folder / "samples.txt").open("a", encoding="utf-8") as file:
            file.write(f"{headline}\n\n{verse}\n\n")
        self._line.update(self._task, validation=f"{look.validation_loss:.4f}")
        self._console.print(Text(f"{headline}\n"), Text(verse, style="italic"), Text(""), sep="\n")
