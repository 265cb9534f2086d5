"""The lens: a poem as the model saw it coming, and the choices that it did not take."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from typing import NamedTuple

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rumi_tui.bidi import Mode
from rumi_tui.console.complaints import complain
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.lens_view import LEVELS, LensView
from rumi_tui.engine.generate import Alternative
from rumi_tui.engine.lens import TokenScore
from rumi_tui.engine.messages import Event, Failed, Inspected

BAR = 12
"""Cells of the bar of a certain choice."""
NAMES = {" ": "space", "\n": "line end", "": "the end", "\N{ZERO WIDTH NON-JOINER}": "joiner"}
DOTTED_CIRCLE = "◌"


class Branching(NamedTuple):
    """Where to branch, and how to go on there."""

    at: int
    """Characters of the poem that stay."""
    text: str
    """What follows them instead."""


class LensScreen(Dialog[Branching | None]):
    """Shows what the model thought at every place of a poem; gives back the choice to branch with."""

    BINDINGS = [
        Binding("escape", "back", "Back"),
        Binding("enter", "choose", "Choose another", show=True),
    ]
    AUTO_FOCUS = "LensView"

    def __init__(self, text: str, model_sha256: str, reports: AsyncIterator[Event], mode: Mode) -> None:
        """The poem, the model file it was written by, and what comes of an order to `Inspect` at it."""
        super().__init__()
        self._text, self._model_sha256, self._reports, self._mode = text, model_sha256, reports, mode
        self._scores: list[TokenScore] = []
        self._is_same_model = True
        """Whether the scores are those of the model that wrote the poem."""

    def compose(self) -> ComposeResult:
        """The poem, and beside or below it what the cursor stands on."""
        yield Static("Reading the poem …", id="legend", markup=False)
        with Container(id="lens"):
            yield LensView(self._mode)
            with Vertical(id="place"):
                yield Static("", id="thought", markup=False)
                yield Choices(id="choices", markup=False)
        yield KeyRow(show_command_palette=False)

    def on_mount(self) -> None:
        """Has the poem read."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show_legend() if self._scores else None)
        self.app.run_worker(self._read())  # not a worker of this screen: the answer is heard out when it is left

    def on_unmount(self) -> None:
        """Is told of no more themes, which would keep it in memory."""
        self.app.theme_changed_signal.unsubscribe(self)

    async def _read(self) -> None:
        async for report in self._reports:
            if not self.display:  # it was left, and is taken apart piece by piece
                continue
            if isinstance(report, Failed):
                self.query_one("#legend", Static).update(report.message)
                self.dismiss(None)
                complain(self.app, report.message)
            elif isinstance(report, Inspected):
                self._scores = report.scores
                self._is_same_model = self._model_sha256 in (report.model_sha256, "")  # no model wrote verse of Rumi's
                self._show_legend()
                self.query_one(LensView).show(report.scores)

    def _show_legend(self) -> None:
        view = self.query_one(LensView)
        legend = Text(no_wrap=True, overflow="ellipsis")
        bounds = ["0", *(f"{bound:g}" for bound in LEVELS)]
        for shade, bound in enumerate(bounds):
            legend.append(f" {bound}+ ", view.get_component_rich_style(f"lens--{shade}"))
        legend.append("  bits of surprise")
        mean = sum(score.surprise for score in self._scores) / max(1, len(self._scores))
        legend.append(f", {mean:.2f} on average")
        hidden_count = len(self._text) - sum(len(score.text) for score in self._scores)
        if hidden_count:
            legend.append(f"; the first {hidden_count:,} characters are left out")
        if not self._is_same_model:
            legend.append("; another model file wrote this poem")
        self.query_one("#legend", Static).update(legend)

    @on(LensView.Moved)
    def _tell(self, event: LensView.Moved) -> None:
        score = self._scores[event.index]
        probability = 2**-score.surprise
        summary = (
            f"{name_of(score.text)}: {score.surprise:.1f} bits, {share(probability)} likely\n"
            f"entropy {score.entropy:.1f} bits: {certainty(score.entropy)}"
        )
        self.query_one("#thought", Static).update(summary)
        choices = self.query_one("#choices", OptionList)
        choices.clear_options()
        choices.add_options(
            Option(_row(choice, choice.text == score.text), disabled=not choice.text) for choice in score.likeliest
        )

    def action_choose(self) -> None:
        """Goes over to the choices at this place."""
        choices = self.query_one("#choices", OptionList)
        if choices.option_count:
            choices.focus()
            choices.action_first()

    def action_back(self) -> None:
        """Back from the choices to the poem, and from there to the page."""
        view = self.query_one(LensView)
        if view.has_focus:
            self.dismiss(None)
        else:
            view.focus()

    @on(OptionList.OptionSelected)
    def _branch(self, event: OptionList.OptionSelected) -> None:
        cursor = self.query_one(LensView).cursor
        rest_length = sum(len(score.text) for score in self._scores[cursor:])
        self.dismiss(Branching(len(self._text) - rest_length, self._scores[cursor].likeliest[event.option_index].text))


def name_of(piece: str) -> str:
    """A piece of text as it can be spoken of: what cannot be seen has a name."""
    if piece in NAMES:
        return NAMES[piece]
    return DOTTED_CIRCLE + piece if unicodedata.combining(piece[0]) else piece


def certainty(entropy: float) -> str:
    """An entropy in bits, in words."""
    choice_count = 2**entropy
    if choice_count < 1.5:
        return "certain" if choice_count < 1.1 else "nearly certain"
    return f"like {choice_count:.0f} equal choices"


def share(probability: float) -> str:
    """A probability as a share of a hundred."""
    return f"{probability:.0%}" if probability >= 0.01 else "below 1%"


def _row(choice: Alternative, stands: bool) -> Text:
    bar = "█" * max(1, round(BAR * choice.probability)) if choice.probability >= 0.5 / BAR else "▏"
    return Text(f"{'●' if stands else ' '} {name_of(choice.text):<9}{share(choice.probability):>8} {bar}")
