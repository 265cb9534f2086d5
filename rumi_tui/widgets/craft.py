"""The settings that a poem is written with, in one row. Knows nothing of poems or processes."""

from __future__ import annotations

import secrets
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label, Select

from models.errors import RumiError
from models.pretrained import LANGUAGES
from rumi_tui.draft import Settings
from rumi_tui.engine.generate import DEFAULT_LINES, LARGEST_SEED
from rumi_tui.engine.sampling import Sampling

SLOWEST, QUICKEST = 1, 10_000
"""Characters a second that verse can be paced at."""


class Craft(Horizontal):
    """Model, form, temperature, lines, pace and seed."""

    def __init__(self, model: str) -> None:
        super().__init__()
        names = {**LANGUAGES, **({} if model in LANGUAGES else {model: Path(model).stem})}
        self._models = [(title, name) for name, title in names.items()]
        self._model = model

    def compose(self) -> ComposeResult:
        """The row from left to right."""
        yield Select(self._models, value=self._model, allow_blank=False, compact=True, id="model", tooltip="Model")
        yield Select[str]([], compact=True, prompt="…", id="form", tooltip="Form of the poem")
        yield Label("temperature", classes="optional")
        yield Input("0.8", compact=True, id="temperature", tooltip="Temperature, 0 to 5: 0 is safe, above 1 is wild")
        yield Label("lines", classes="optional")
        yield Input(
            str(DEFAULT_LINES), compact=True, id="lines", tooltip="Stop after so many lines", classes="optional"
        )
        yield Label("pace", classes="roomy")
        yield Input(
            placeholder="instant",
            compact=True,
            id="pace",
            tooltip="Characters a second, as a reader likes; empty: as quickly as it goes",
            classes="roomy",
        )
        yield Label("seed", classes="optional")
        yield Input(
            placeholder="by chance",
            compact=True,
            id="seed",
            tooltip="Same seed, same poem; empty for a new one each time",
            classes="optional",
        )

    @property
    def model(self) -> str:
        """The chosen model."""
        return str(self.query_one("#model", Select).value)

    def next_model(self) -> None:
        """Chooses the model after the chosen one."""
        names = [name for _, name in self._models]
        self.query_one("#model", Select).value = names[(names.index(self.model) + 1) % len(names)]

    def await_forms(self) -> None:
        """Offers no form until those of the chosen model are known."""
        self.query_one("#form", Select).set_options([])

    def offer_forms(self, forms: tuple[str, ...]) -> None:
        """Lets the person choose among the forms of a model; keeps the chosen one if it is among them."""
        select = self.query_one("#form", Select)
        chosen = select.value
        select.set_options((form, form) for form in forms)
        select.value = chosen if chosen in forms else forms[0]

    def read(self) -> Settings:
        """What the row says; an empty seed becomes a random one. Raises `RumiError` for what makes no sense."""
        form = self.query_one("#form", Select).value
        if not isinstance(form, str):
            raise RumiError("The model is still being read: try again in a moment.")
        seed = self._number("seed", int) if self._is_filled("seed") else None
        pace = self._number("pace", float) if self._is_filled("pace") else None
        if pace is not None and not SLOWEST <= pace <= QUICKEST:
            raise RumiError(f"The pace is {pace:g}; choose {SLOWEST} to {QUICKEST} characters a second, or nothing.")
        return Settings(
            model=self.model,
            form=form,
            sampling=Sampling(temperature=self._number("temperature", float)),
            seed=int(seed) if seed is not None else secrets.randbelow(LARGEST_SEED),
            lines=int(self._number("lines", int)),
            pace=pace,
        )

    def _is_filled(self, field: str) -> bool:
        return bool(self.query_one(f"#{field}", Input).value.strip())

    def _number(self, field: str, kind: type[int] | type[float]) -> float:
        text = self.query_one(f"#{field}", Input).value
        try:
            return kind(text)
        except ValueError as error:
            raise RumiError(f"The {field} is {text!r}, which is no number.") from error
