"""The settings that a poem is written with. Knows nothing of poems or processes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.markup import escape
from textual.widgets import Input, Label, Select

from models.card import Card
from models.characters import quoted
from models.errors import RumiError
from models.forms import FORMS, Form, form_named
from models.pretrained import MODELS
from models.tokenizer import Tokenizer
from rumi_tui.bidi import Mode, to_cells
from rumi_tui.console.settings import (
    ENTRIES,
    LONGEST_QUOTE,
    QUICKEST,
    SLOWEST,
    Entry,
    UserSettings,
    choice_of,
    model_named,
    typed,
)
from rumi_tui.console.widgets.choices import SelectBox
from rumi_tui.console.widgets.verse_input import VerseInput
from rumi_tui.console.writing.draft import Settings
from rumi_tui.engine.request import LARGEST_SEED, Keep, Sampling, fit_request
from rumi_tui.verse.languages import LANGUAGES, model_language, model_title


@dataclass(frozen=True)
class Field:
    """A setting that is typed."""

    name: str
    default: str
    """Empty where the setting may be left out."""
    help: str
    """Its range and meaning, told while the field has the focus."""
    left_out: str = ""
    """What happens where nothing is typed."""
    classes: str = "optional"
    """`needed`: on all but the narrowest screens; `optional`: not on a narrow one; `roomy`: only on a wide one."""

    @property
    def label(self) -> str:
        """As it is written on the screen and on the command line."""
        return self.name.replace("_", "-")


def _field(name: str, classes: str = "optional") -> Field:
    """A field that begins as the settings say, and is described there."""
    entry = ENTRIES[name.replace("_", "-")]
    return Field(name, entry.default, entry.hint, entry.left_out, classes)


SHAPE = (
    _field("temperature", classes="needed"),
    _field("lines"),
    _field("pace", classes="roomy"),
    Field("seed", "", f"0 to {LARGEST_SEED:,}, or random: same seed and settings, same poem", "random"),
)
CHOICE = tuple(_field(name, classes="roomy") for name in ("top_k", "top_p", "min_p"))
RHYME = Field(
    "rhyme",
    "",
    "how lines end, or any: Persian letters, English words; in couplets the first",
    "any",
    "optional rhyme -untold",
)
ORIGINAL = _field("original", classes="roomy")
FIELDS = {field.name: field for field in (*SHAPE, RHYME, *CHOICE, ORIGINAL)}

HINTS = {
    "model": "who writes, and in which language",
    "form": "; ".join(f"{form.name}: {form.help}" for form in FORMS.values()),
    "metre": "the metre: its number, its name or a part of that; any: the model chooses",
    "keep": ENTRIES["keep"].hint,
    "preset": "careful, balanced, daring: sets temperature, top-k, top-p, min-p at once",
    **{name: field.help for name, field in FIELDS.items()},
}
"""A line on each setting, told while it has the focus."""

SAMPLING_PRESETS = {
    "careful": {"temperature": "0.5", "top_k": "0", "top_p": "0.95", "min_p": "0"},
    "balanced": {"temperature": "0.8", "top_k": "0", "top_p": "1", "min_p": "0"},
    "daring": {"temperature": "1.1", "top_k": "0", "top_p": "1", "min_p": "0.03"},
}
"""Settings that go well together, by name."""


LEFT_OUT = {"metre": "any"} | {field.label: field.left_out for field in FIELDS.values() if field.left_out}
"""What is typed to leave a setting out, by its label."""

LOADING = "Still loading the model: this is done as soon as it is there."


class NotYetError(RumiError):
    """Something that can be done as soon as what goes on now is over: the message says so."""


class SettingsBar(Vertical):
    """Model, form, and what else a poem is written with."""

    def __init__(
        self, model: str, settings: UserSettings, mode: Mode, latest_values: Mapping[str, str] | None = None
    ) -> None:
        """The model to begin with, and what all else begins with: the settings, or else their `latest_values`.

        These are by label and as they are typed; each can be had, as far as the settings file knows it.
        """
        super().__init__()
        self._user_settings, self._mode = settings, mode
        names = dict.fromkeys([*MODELS, model_named(settings.model), model])
        self._models = [(model_title(name) if name in MODELS else Path(name).stem, name) for name in names]
        self._latest_values = latest_values or {}
        self._model = model
        self._latest_models: dict[str, str] = {}
        """By their languages, the models that gave way to others because of what was typed."""
        self._forms: list[str] = []
        self._last_form = self._latest_values.get("form", "")
        """What was chosen before the model was."""
        self._stand_in = ""
        """The form in its place, where the model does not know that one."""
        self._last_metre = self._latest_values.get("metre", "")
        """The same, as long as no model was offered."""
        self._tokenizer: Tokenizer | None = None
        self._language = ""
        """Of the model that was offered last."""
        self.trouble = ""
        """Why the model could not be read."""

    def compose(self) -> ComposeResult:
        """What everybody needs; how the form is kept, and what is asked of it; on a wide screen, how to choose."""
        with Horizontal():
            yield SelectBox(self._models, value=self._model, allow_blank=False, compact=True, id="model")
            yield SelectBox[str]([], compact=True, prompt="…", id="form")
            for field in SHAPE:
                yield from self._compose_field(field)
        with Horizontal(id="conditions", classes="optional"):
            ways = [(way, way) for way in ENTRIES["keep"].choices]
            yield Label("keep the form")
            keep = self._latest_values.get("keep", self._user_settings.keep)
            yield SelectBox(ways, value=keep, allow_blank=False, compact=True, id="keep")
            yield SelectBox[str]([], compact=True, prompt="any metre", id="metre", classes="-untold")
            yield from self._compose_field(RHYME)
        with Horizontal(id="choice"):
            presets = [(name, name) for name in SAMPLING_PRESETS]
            yield SelectBox(presets, compact=True, prompt="preset", id="preset")
            for field in (*CHOICE, ORIGINAL):
                yield from self._compose_field(field)

    def _compose_field(self, field: Field) -> ComposeResult:
        yield Label(field.label, classes=field.classes)
        yield VerseInput(
            self._mode,
            self._latest_values.get(field.label, self._setting(field)),
            placeholder=field.left_out,
            compact=True,
            id=field.name,
            classes=field.classes,
        )

    def _setting(self, field: Field) -> str:
        """What the settings have for a field, as it is typed; empty where they do not know it."""
        return typed(getattr(self._user_settings, field.name, None))

    @on(Select.Changed, "#preset")
    def _take_preset(self, event: Select.Changed) -> None:
        if isinstance(event.value, str):
            self._fill_in(event.value)

    @on(Input.Changed, ", ".join(f"#{name}" for name in SAMPLING_PRESETS["balanced"]))
    def _leave_preset(self) -> None:
        """Names no preset any more once something else stands in its fields, so that it can be chosen again."""
        select = self.query_one("#preset", Select)
        values = SAMPLING_PRESETS.get(str(select.value), {})
        if any(self.query_one(f"#{name}", Input).value != value for name, value in values.items()):
            with select.prevent(Select.Changed):
                select.clear()

    def _fill_in(self, preset: str) -> None:
        for name, value in SAMPLING_PRESETS[preset].items():
            self.query_one(f"#{name}", Input).value = value

    @property
    def model(self) -> str:
        """The chosen model."""
        return str(self.query_one("#model", Select).value)

    @property
    def is_seed_locked(self) -> bool:
        """Whether every poem is to have the same seed."""
        return self._is_filled("seed")

    @property
    def metres(self) -> str:
        """The metres that the model can be told, each with its number; empty where there are none."""
        return self._tokenizer.numbered_metres(self._tokenizer.metres) if self._tokenizer else ""

    @property
    def language(self) -> str:
        """Of the chosen model, where that is one that ships."""
        return model_language(self.model) if self.model in MODELS else ""

    def next_model(self) -> None:
        """Chooses the model after the chosen one."""
        names = [name for _, name in self._models]
        self.query_one("#model", Select).value = names[(names.index(self.model) + 1) % len(names)]

    def write_in(self, language: str) -> bool:
        """Chooses the model that was last chosen for a language; whether it is another. A file of one's own stays."""
        if self.model not in MODELS or (now := model_language(self.model)) == language:
            return False
        self._latest_models[now] = self.model
        self.query_one("#model", Select).value = self._latest_models.get(language, LANGUAGES[language].model)
        return True

    def await_forms(self, trouble: str = "") -> None:
        """Offers no form until those of the chosen model are known; tells the trouble with it when one is wanted."""
        select = self.query_one("#form", Select)
        if isinstance(select.value, str) and select.value != self._stand_in:
            self._last_form = select.value
        self._forms, self._tokenizer, self.trouble = [], None, trouble
        select.set_options([])

    @property
    def _why_no_forms(self) -> RumiError:
        return RumiError(self.trouble) if self.trouble else NotYetError(LOADING)

    @property
    def _form(self) -> Form | None:
        form = self.query_one("#form", Select).value
        return form_named(form) if isinstance(form, str) else None

    @property
    def _rhymes(self) -> bool:
        """Whether the chosen form has a rhyme to be told."""
        return self._form is None or bool(self._form.scheme)

    @property
    def rhymes_anew(self) -> bool:
        """Whether each unit of the chosen form has a rhyme of its own, of which only the first can be told."""
        return self._form is not None and bool(self._form.scheme) and not self._form.one_rhyme

    @on(Select.Changed, "#form")
    def _offer_rhyme(self) -> None:
        can_be_told = self._tokenizer is not None and self._tokenizer.names_rhymes and self._rhymes
        self.query(".rhyme").set_class(not can_be_told, "-untold")

    def values(self) -> dict[str, str]:
        """Every setting by its label, as it is typed; empty where it is left out."""
        values = {field.label: self.query_one(f"#{name}", Input).value for name, field in FIELDS.items()}
        for name in ("model", "form", "keep", "metre"):
            value = self.query_one(f"#{name}", Select).value
            values[name] = value if isinstance(value, str) else ""
        return values

    @property
    def latest_values(self) -> dict[str, str]:
        """The same, for another console to begin with: form and metre also while they wait for their model."""
        values = self.values()
        return values | {"form": values["form"] or self._last_form, "metre": values["metre"] or self._last_metre}

    def begin_afresh(self) -> None:
        """Lets everything but the model be as the settings have it."""
        for field in FIELDS.values():
            self.query_one(f"#{field.name}", Input).value = self._setting(field)
        self.query_one("#keep", Select).value = self._user_settings.keep
        self._last_form = self._last_metre = ""
        self._choose_metre("")
        if self._forms:
            self._offer_forms(tuple(self._forms))

    def set(self, label: str, value: str) -> None:
        """Gives a setting, named as on the screen, another value. Raises `RumiError` for one that it cannot have."""
        if value.lower() == LEFT_OUT.get(label):
            value = ""
        if label in ("model", "form", "keep", "preset"):
            select = self.query_one(f"#{label}", Select)
            values = {
                "model": [name for _, name in self._models],
                "form": self._forms,
                "keep": ENTRIES["keep"].choices,
                "preset": list(SAMPLING_PRESETS),
            }[label]
            if not values:
                raise self._why_no_forms
            value = choice_of(value, values)
            if value not in values:
                choices = " or ".join(filter(None, [", ".join(values[:-1]), values[-1]]))
                raise RumiError(
                    f"There is no {label} {quoted(value)}: choose {choices}." if value else f"Which {label}? {choices}"
                )
            select.value = value
            if label == "preset":  # also where it was chosen before and its fields were changed since
                self._fill_in(value)
            return
        if label == "metre":
            if self._tokenizer is None:
                raise self._why_no_forms
            self._choose_metre(self._tokenizer.metre_named(value))
            return
        name = label.replace("-", "_")
        if name not in FIELDS:  # in a session that another program, or a later version, has saved
            raise RumiError(f"There is no setting {quoted(label[:LONGEST_QUOTE])}.")
        field = self.query_one(f"#{name}", Input)
        old_value, field.value = field.value, value
        try:
            self.read()
            if label == "rhyme" and value and not self._rhymes:
                raise RumiError("Free verse has no rhyme to be told: choose another form first, such as /form couplet.")
        except RumiError:
            field.value = old_value
            raise

    def offer(self, card: Card, tokenizer: Tokenizer) -> None:
        """Lets the person choose among what a model knows; keeps what was chosen where it knows that too."""
        self._tokenizer = tokenizer
        self._offer_forms(card.forms)
        metre, rhyme, metres = self.query_one("#metre", Select), self.query_one("#rhyme", Input), tokenizer.metres
        old_metre = metre.value if isinstance(metre.value, str) else self._last_metre
        self._last_metre = ""
        self._offer_metres(old_metre)
        dropped = [f"the metre {old_metre}"] if old_metre and old_metre not in metres else []
        if rhyme.value.strip() and not (tokenizer.names_rhymes and self._language in ("", card.language)):
            dropped.append(f"the rhyme {rhyme.value.strip()}")
            rhyme.value = ""
        if dropped:
            self.screen.notify(f"For another model, and left out now: {', '.join(dropped)}.")
        self._language = card.language
        metre.set_class(not metres, "-untold")
        self._offer_rhyme()

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        chosen = self.query_one("#metre", Select).value
        self._offer_metres(chosen if isinstance(chosen, str) else "")

    def _offer_metres(self, chosen: str) -> None:
        """Lets the person choose among the metres of the model; one that it does not know is not chosen any more."""
        metres = self._tokenizer.metres if self._tokenizer else ()
        self.query_one("#metre", Select).set_options((escape(self._drawn(name)), name) for name in metres)
        self._choose_metre(chosen if chosen in metres else "")

    def _drawn(self, name: str) -> str:
        return "".join(cell.text for cell in to_cells(name, self._mode))

    def _choose_metre(self, metre: str) -> None:
        select = self.query_one("#metre", Select)
        if metre:
            select.value = metre
        else:
            select.clear()

    def _offer_forms(self, forms: tuple[str, ...]) -> None:
        select = self.query_one("#form", Select)
        self._forms = list(forms)
        select.set_options((form, form) for form in forms)
        form = next(form for form in (self._last_form, self._user_settings.form, forms[0]) if form in forms)
        self._stand_in = "" if form == self._last_form else form
        select.value = form

    def follow(self, entry: Entry, settings: UserSettings) -> None:
        """Takes on a value of the settings that was just changed, where it has a place here."""
        self._user_settings = settings
        if entry.field in FIELDS:
            self.query_one(f"#{entry.field}", Input).value = typed(getattr(settings, entry.field))
        elif entry.field == "keep":
            self.query_one("#keep", Select).value = settings.keep
        elif entry.field == "form" and settings.form in self._forms:
            self.query_one("#form", Select).value = settings.form
        elif entry.field == "model":
            self._choose_model(settings.model)

    def _choose_model(self, model: str) -> None:
        select = self.query_one("#model", Select)
        model = model_named(model)
        if all(model != name for _, name in self._models):
            self._models.append((Path(model).stem, model))
            select.set_options(self._models)
        select.value = model

    def read(self) -> Settings:
        """What the rows say; an empty seed becomes a random one. Raises `RumiError` for what makes no sense."""
        form = self.query_one("#form", Select).value
        if not isinstance(form, str):
            raise self._why_no_forms
        seed = self._number("seed", int) if self.is_seed_locked else None
        pace = self._number("pace", float) if self._is_filled("pace") else None
        if pace is not None and not SLOWEST <= pace <= QUICKEST:
            raise RumiError(f"Pace must be from {SLOWEST} to {QUICKEST:,} characters a second, or empty, not {pace:g}.")
        metre = self.query_one("#metre", Select).value
        settings = Settings(
            model=self.model,
            form=form,
            metre=metre if isinstance(metre, str) else "",
            rhyme=self.query_one("#rhyme", Input).value.strip() if self._rhymes else "",
            sampling=Sampling(
                temperature=self._number("temperature", float),
                top_k=int(self._number("top_k", int)),
                top_p=self._number("top_p", float),
                min_p=self._number("min_p", float),
            ),
            seed=int(seed) if seed is not None else secrets.randbelow(LARGEST_SEED),
            lines=int(self._number("lines", int)),
            keep=cast("Keep", self.query_one("#keep", Select).value),
            original=int(self._number("original", int)) if self._is_filled("original") else None,
            pace=pace,
        )
        if self._tokenizer is not None:
            fit_request(self._tokenizer, settings.request(""))
        return settings

    def _is_filled(self, name: str) -> bool:
        return bool(self.query_one(f"#{name}", Input).value.strip())

    def _number(self, name: str, kind: type[int] | type[float]) -> float:
        text = self.query_one(f"#{name}", Input).value
        try:
            return kind(text)
        except ValueError as error:
            number = "a whole number" if kind is int else "a number"
            instead = f", not {quoted(text)}" if text.strip() else ""
            raise RumiError(f"{FIELDS[name].label.capitalize()} must be {number}{instead}.") from error
