"""What a person sees of a run on a whole screen. Knows nothing of how it comes about, or when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.text import Text

from models.characters import printable
from rumi_tui.bidi import Mode, to_display
from training.loop import TrainState
from training.report.plot import Series, plot

WIDTH, HEIGHT = 80, 24
"""The smallest screen that the view is made for."""
VERSE_ROWS = 5
TALL, TALL_VERSE_ROWS = 36, 9
"""From this height on there is more room for the verse."""
OTHER_ROWS = 7
"""All that is neither curves nor verse."""
TRAINING, VALIDATION, BEST = "cyan", "yellow", "bold yellow"
EVAL_MARK, BEST_MARK = "•", "◆"


@dataclass
class View:
    """The state of a run as rich can draw it, at the width and the height it is given."""

    name: str
    mode: Mode
    """Who orders right-to-left verse, see `rumi_tui.bidi`."""
    state: TrainState = field(default_factory=TrainState)
    progress: float = 0.0
    """Share of the run, 0 to 1."""
    training: list[tuple[int, float]] = field(default_factory=list)
    """Step, and the smoothed training loss there."""
    rate: float | None = None
    """Characters a second."""
    seconds_left: float | None = None
    learning_rate: float = 0.0
    """Share of its height, 0 to 1."""
    verse: str = ""
    """The latest sample."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = max(1, options.max_width - 2), options.height or HEIGHT - 2
        verse_rows = TALL_VERSE_ROWS if height >= TALL else VERSE_ROWS
        step = Text(f"step {self.state.step:,}", "bold")
        title = Text("rumi-train  ", "bold").append(printable(self.name), "not bold")
        yield _row(_between(title, step, width))
        yield _row(ProgressBar(total=1.0, completed=self.progress, width=width, complete_style=TRAINING))
        yield _row(self._facts())
        yield _row(Text())
        yield _row(self._legend())
        for line in plot(self._series(), width, max(3, height - OTHER_ROWS - verse_rows)):
            yield _row(line)
        yield _row(Text())
        evals = self.state.evals
        heading = (
            f"verse at step {evals[-1].step:,}" if self.verse and evals else "verse comes with the first evaluation"
        )
        yield _row(Rule(Text(heading, "dim"), align="left", style="dim"))
        for line in self._verse(console, width)[:verse_rows]:
            yield _row(line)

    def _facts(self) -> Text:
        rate = "-" if self.rate is None else f"{self.rate:,.0f}"
        left = "-" if self.seconds_left is None else clock_time(self.seconds_left)
        facts = (
            f"{100 * self.progress:.1f}%",
            f"{clock_time(self.state.seconds)} spent",
            f"{left} left",
            f"{rate} characters/s",
            f"learning rate at {100 * self.learning_rate:.0f}%",
        )
        return Text(" · ").join(Text(fact) for fact in facts)

    def _legend(self) -> Text:
        text = Text("loss", "dim")
        if self.training:
            text.append(f"  ⠒⠒ training {self.training[-1][1]:.4f}", TRAINING)
        if self.state.best is not None:
            text.append(f"  {EVAL_MARK} validation {self.state.evals[-1].validation_loss:.4f}", VALIDATION)
            text.append(
                f"  {BEST_MARK} kept {self.state.best.validation_loss:.4f} at step {self.state.best.step:,}", BEST
            )
        return text

    def _series(self) -> list[Series]:
        evals = [(each.step, each.validation_loss) for each in self.state.evals]
        best = [(self.state.best.step, self.state.best.validation_loss)] if self.state.best else []
        return [
            Series(self.training, TRAINING),
            Series(evals, VALIDATION, EVAL_MARK),
            Series(best, BEST, BEST_MARK),
        ]

    def _verse(self, console: Console, width: int) -> list[Text]:
        """The sample, broken to the width before it is put in visual order."""
        lines = [printable(line) for line in self.verse.split("\n")] if self.verse else []
        rows = [row.plain for line in lines for row in Text(line).wrap(console, width) or [Text()]]
        return [Text(to_display(row, self.mode, width), "italic") for row in rows]


def clock_time(seconds: float) -> str:
    """A duration as 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _row(content: Text | ProgressBar | Rule) -> Padding:
    if isinstance(content, Text):
        content.no_wrap, content.overflow = True, "ellipsis"
    return Padding(content, (0, 1))


def _between(left: Text, right: Text, width: int) -> Text:
    """One line with a text at each end; the left one gives way."""
    left.truncate(max(0, width - right.cell_len - 2), overflow="ellipsis", pad=True)
    return left.append("  ").append_text(right)
