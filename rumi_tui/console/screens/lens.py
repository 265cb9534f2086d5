"""The lens: a poem as the model saw it coming, and the choices that it did not take."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import e, log2
from typing import NamedTuple

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding
from textual.containers import Container, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from models.errors import RumiError
from rumi_tui.bidi import Mode, to_cells, to_display
from rumi_tui.console.actions import WRITING
from rumi_tui.console.complaints import complain
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.lens_view import LEVELS, SIGNS, Grain, LensView, Unit
from rumi_tui.console.widgets.poem_view import FAULTS
from rumi_tui.console.widgets.wrap import hanging, shortened
from rumi_tui.console.writing.look import Look
from rumi_tui.engine.messages import Failed, Inspected, Judged, OfferedLines, OfferedWords, Tried
from rumi_tui.engine.written import Alternative, LineChoice, TokenScore, WordChoice

BAR = 12
"""Cells of the bar of a certain choice."""
NARROWEST = 16
"""Cells that a line is shown in at least."""
NAMES = {" ": "space", "\n": "line end", "": "the end", "\N{ZERO WIDTH NON-JOINER}": "half-space"}
DOTTED_CIRCLE = "◌"
LOOKING: dict[Grain, str] = {"character": "", "word": "Looking for other words …", "line": "Trying other lines …"}


class Branching(NamedTuple):
    """Where to branch, and how to go on there."""

    at: int
    """Characters of the poem that stay."""
    text: str
    """What follows them instead."""
    goes_on: bool = True
    """Whether more is to be written after it."""


class Offer(NamedTuple):
    """Something to choose."""

    row: Text
    branching: Branching | None
    """None where it cannot be chosen."""
    stands: bool
    """Whether it is what stands there."""


class Instead(Choices):
    """What else could stand there."""

    BINDINGS = [Binding("enter", "select", "Branch with it")]


class LensScreen(Dialog[Branching | None]):
    """Shows what the model thought of a poem, by character, word or line; gives back the choice to branch with."""

    BINDINGS = [
        Binding("enter", "choose", "Choose"),
        Binding("escape", "back", "Back"),
        *(Binding(action.key, "marks", action.title, id=action.name) for action in WRITING if action.name == "marks"),
    ]
    AUTO_FOCUS = "LensView"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-short"), (14, "-tall")]

    def __init__(self, look: Look, mode: Mode, shows_marks: bool = False) -> None:
        """Whom to ask about the poem, and whether it is to be marked from the beginning."""
        super().__init__()
        self._look, self._mode, self._shows_marks = look, mode, shows_marks
        self._scores: list[TokenScore] = []
        self._is_same_model = True
        """Whether the scores are those of the model that wrote the poem."""
        self._judged: Judged | None = None
        self._answers: dict[tuple[Grain, int], Sequence[WordChoice] | Sequence[LineChoice]] = {}
        """What could stand instead of words and lines, by their first character."""
        self._wanted: tuple[Grain, Unit] | None = None
        """What the cursor stands on, where that is to be asked."""
        self._asked: tuple[Grain, Unit] | None = None
        """What is being asked; None: nothing."""
        self._offers: list[Offer] = []

    def compose(self) -> ComposeResult:
        """The poem, and beside or below it what the cursor stands on."""
        yield Static("Reading the poem …", id="legend", markup=False)
        with Container(id="lens"):
            yield LensView(self._mode)
            with Vertical(id="place"):
                yield Static("", id="thought", markup=False)
                yield Instead(id="choices", markup=False)
        yield KeyRow()

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys of the moment; last those that a narrow row has no room for, which move by more than a character."""
        return dict(sorted(super().active_bindings.items(), key=lambda item: item[1].binding.action.startswith("by(")))

    def on_mount(self) -> None:
        """Has the poem read."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show_legend() if self._scores else None)
        self.app.run_worker(self._read())  # not a worker of this screen: the answer is heard out when it is left

    def on_unmount(self) -> None:
        """Is told of no more themes, which would keep it in memory."""
        self.app.theme_changed_signal.unsubscribe(self)

    async def _read(self) -> None:
        async for report in self._look.scores():
            if not self.display:  # it was left, and is taken apart piece by piece
                continue
            if isinstance(report, Failed):
                self.query_one("#legend", Static).update(report.message)
                self.dismiss(None)
                complain(self.app, report.message)
            elif isinstance(report, Inspected):
                self._scores = report.scores
                self._is_same_model = self._look.model_sha256 in (
                    report.model_sha256,
                    "",
                )  # no model wrote verse of Rumi's
                self._show_legend()
                self.query_one(LensView).show(report.scores, self._look.text)
        if self._shows_marks and self._scores:
            await self._judge()

    # The marks

    def action_marks(self) -> None:
        """Marks what there is to see of the verse, or no longer."""
        self._shows_marks = not self._shows_marks
        if self._shows_marks and self._judged is None:
            self.app.run_worker(self._judge())
        else:
            self._mark()

    async def _judge(self) -> None:
        async for report in self._look.marks():
            if isinstance(report, Judged) and self.display:
                self._judged = report
                self._mark()
            elif isinstance(report, Failed) and self.display:
                complain(self, report.message)

    def _mark(self) -> None:
        if self._scores:
            self.query_one(LensView).mark(self._judged.lines if self._judged and self._shows_marks else ())
            self._show_legend()

    def _show_legend(self) -> None:
        view = self.query_one(LensView)
        legend = Text(no_wrap=True, overflow="ellipsis")
        bounds = ["0", *(f"{bound:g}" for bound in LEVELS)]
        for shade, bound in enumerate(bounds):
            legend.append(f" {bound}+ ", view.get_component_rich_style(f"lens--{shade}"))
        mean = sum(score.surprise for score in self._scores) / max(1, len(self._scores))
        signs = self._told_marks()
        legend.append(f"  surprise {mean:.2f}{' on average' * (not signs)}")
        legend.append(signs)
        hidden_count = len(self._look.text) - sum(len(score.text) for score in self._scores)
        if hidden_count:
            legend.append(f"; the first {hidden_count:,} characters are left out")
        if not self._is_same_model:
            legend.append("; another model file wrote this poem")
        self.query_one("#legend", Static).update(legend)

    def _told_marks(self) -> str:
        """What the marks mean, and the metre that the poem is judged by; empty where none are to be seen."""
        if self._judged is None or not self._shows_marks:
            return ""
        kinds = {mark.kind for line in self._judged.lines for mark in line.marks}
        signs = " ".join(f"{sign} {kind}" for kind, sign in SIGNS.items() if kind in kinds)
        metre = "".join(cell.text for cell in to_cells(self._judged.metre.partition("(")[0].strip(), self._mode))
        return "".join(f"; {words}" for words in (signs, metre) if words)

    # What the cursor stands on

    @on(LensView.Moved)
    async def _tell(self, event: LensView.Moved) -> None:
        grain, unit = event.grain, event.unit
        if grain == "character":
            self._wanted = None
            self._tell_character(unit)
        else:
            self._wanted = grain, unit
            self._tell_unit(grain, unit)
        if self._asked and self._asked != self._wanted:
            await self._look.stop()
        elif self._wanted and not self._asked:
            self.app.run_worker(self._ask())

    def _tell_character(self, unit: Unit) -> None:
        score = self._scores[unit.scores.start]
        summary = (
            f"{name_of(score.text)}: {share(2**-score.surprise)} likely, surprise {score.surprise:.1f}\n"
            f"here: {certainty(score.entropy)}"
        )
        offers = []
        for choice in score.likeliest:
            branching = Branching(unit.begin, choice.text) if choice.text else None
            stands = choice.text == score.text
            offers.append(Offer(_row(choice, stands), branching, stands))
        self._list(summary, offers)

    def _tell_unit(self, grain: Grain, unit: Unit) -> None:
        text = self._look.text[unit.begin : unit.end].removesuffix("\n")
        answer = self._answers.get((grain, unit.begin))
        if grain == "word":
            words = [each for each in answer or () if isinstance(each, WordChoice)]
            summary, offers = self._tell_word(unit, text, words)
        else:
            lines = [each for each in answer or () if isinstance(each, LineChoice)]
            summary, offers = self._tell_line(unit, text, lines)
        self._list(summary, offers)
        if answer is None:
            self.query_one("#choices", OptionList).add_option(Option(Text(LOOKING[grain], "italic")))

    def _tell_word(self, unit: Unit, text: str, words: Sequence[WordChoice]) -> tuple[str, list[Offer]]:
        name = to_display(text, self._mode, 0)
        standing = next((word.probability for word in words if word.text == text), None)
        offers = [
            Offer(_row_of_word(word, stands, self._mode), Branching(unit.begin, word.text + word.closing), stands)
            for word in words
            for stands in [word.text == text]
        ]
        if standing is None:
            return f"{name}: no word that the model can spell" if words else name, offers
        bits = -log2(max(standing, 1e-300))
        return f"{name}: {share(standing)} likely\nsurprise {bits:.1f}, {bits / len(text):.2f} a character", offers

    def _tell_line(self, unit: Unit, text: str, lines: Sequence[LineChoice]) -> tuple[str, list[Offer]]:
        number = self._look.text.count("\n", 0, unit.begin)
        bits = sum(self._scores[index].surprise for index in unit.scores)
        length = sum(len(self._scores[index].text) for index in unit.scores)
        broken = self._judged.lines[number].faults if self._judged and number < len(self._judged.lines) else []
        faults = "".join(f", {FAULTS[fault]}" for fault in broken)
        offers = [
            Offer(
                self._row_of_line(line, line.text == text),
                Branching(unit.begin, line.text + "\n" * (not line.ends_poem), not line.ends_poem),
                line.text == text,
            )
            for line in lines
        ]
        return f"line {number + 1}: surprise {bits:.1f}\n{bits / length:.2f} a character{faults}", offers

    def _row_of_line(self, line: LineChoice, stands: bool) -> Text:
        """The line, and below it what the model pays for it and what it breaks."""
        width = max(NARROWEST, self.query_one("#choices").size.width - 6)
        bits = line.nats * log2(e) / (len(line.text) + 1)
        told = ", ".join([f"surprise {bits:.2f} a character", *(FAULTS[fault] for fault in line.faults)])
        verse, notes = (hanging(text, width, self._mode) for text in (line.text, told))
        shown = "\n  ".join(to_display(row, self._mode, width) for row in verse)
        return Text(f"{'●' if stands else ' '} {shown}\n  ").append("\n  ".join(notes), "italic")

    def _list(self, summary: str, offers: list[Offer]) -> None:
        self.query_one("#thought", Static).update(summary)
        choices = self.query_one("#choices", OptionList)
        choices.clear_options()
        self._offers = offers
        choices.add_options(Option(offer.row, disabled=offer.branching is None) for offer in offers)
        if choices.has_focus:
            self._point_at_another()

    def _point_at_another(self) -> None:
        """Puts the bar on the first choice that is another than what stands there."""
        others = (number for number, offer in enumerate(self._offers) if offer.branching and not offer.stands)
        choices = self.query_one("#choices", OptionList)
        choices.action_first()
        choices.highlighted = next(others, choices.highlighted)

    # Asking

    async def _ask(self) -> None:
        """Asks what could stand instead of what the cursor stands on, until that is known."""
        while self.display and self._wanted and (self._wanted[0], self._wanted[1].begin) not in self._answers:
            self._asked = grain, unit = self._wanted
            try:
                await self._hear(grain, unit)
            except RumiError as error:
                self._answers[grain, unit.begin] = []
                complain(self, str(error))
            if self.display and self._wanted == self._asked:
                self._tell_unit(grain, unit)
        self._asked = None

    async def _hear(self, grain: Grain, unit: Unit) -> None:
        """Hears an answer out, also where the lens has been left meanwhile."""
        async for report in self._look.words(unit.begin) if grain == "word" else self._look.lines(unit.begin):
            match report:
                case OfferedWords(words):
                    self._answers[grain, unit.begin] = words
                case OfferedLines(lines):
                    self._answers[grain, unit.begin] = lines
                case Failed(message) if self.display:
                    self._answers[grain, unit.begin] = []
                    complain(self, message)
                case Tried(line) if self.display and self._wanted == self._asked:
                    self._show_try(line)

    def _show_try(self, line: str) -> None:
        """Shows a line that is being tried, in the place of those that will be offered."""
        choices = self.query_one("#choices", OptionList)
        width = max(NARROWEST, choices.size.width - 6)
        shown = to_display(shortened(line, width), self._mode, width)
        if choices.option_count == 1:
            choices.replace_option_prompt_at_index(0, Text(f"  {shown}", "italic"))

    # Leaving

    def action_choose(self) -> None:
        """Goes over to the choices at this place."""
        choices = self.query_one("#choices", OptionList)
        if choices.option_count:
            choices.focus()
            self._point_at_another()

    async def action_back(self) -> None:
        """Back from the choices to the poem, and from there to the page."""
        view = self.query_one(LensView)
        if view.has_focus:
            await self._leave(None)
        else:
            view.focus()

    @on(OptionList.OptionSelected)
    async def _branch(self, event: OptionList.OptionSelected) -> None:
        if self._offers:  # else nothing is there yet
            await self._leave(self._offers[event.option_index].branching)

    async def _leave(self, branching: Branching | None) -> None:
        """Leaves; whatever is still being tried is stopped before anything else is asked of the writing process."""
        if self._asked:
            await self._look.stop()
        self.dismiss(branching)


def name_of(piece: str) -> str:
    """A piece of text as it can be spoken of: what cannot be seen has a name."""
    if piece in NAMES:
        return NAMES[piece]
    return DOTTED_CIRCLE + piece if unicodedata.combining(piece[0]) else piece


def certainty(entropy: float) -> str:
    """An entropy in bits, in words: how open a choice was."""
    choice_count = 2**entropy
    if choice_count < 1.5:
        return "certain" if choice_count < 1.1 else "nearly certain"
    return f"as open as {choice_count:.0f} equal choices"


def share(probability: float) -> str:
    """A probability as a share of a hundred."""
    if probability < 0.001:
        return "<0.1%"
    return f"{probability:.0%}" if probability >= 0.01 else f"{probability:.1%}"


def _bar(probability: float) -> str:
    return "█" * max(1, round(BAR * probability)) if probability >= 0.5 / BAR else "▏"


def _row(choice: Alternative, stands: bool) -> Text:
    name, likely = name_of(choice.text), share(choice.probability)
    return Text(f"{'●' if stands else ' '} {name:<9}{likely:>6} {_bar(choice.probability)}")


def _row_of_word(word: WordChoice, stands: bool, mode: Mode) -> Text:
    """The word comes last, for a terminal that orders text itself would turn a number behind it round with it."""
    bar = _bar(word.probability)
    shown = to_display(word.text, mode, 0)
    return Text(f"{'●' if stands else ' '} {share(word.probability):>6} {bar:<{BAR}} {shown}")
