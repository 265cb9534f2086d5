"""Commands typed into the prompt: a slash, a name, and what it takes.

Made from the registries of actions and settings, so that none is missing. Knows nothing of what the commands do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from models.characters import quoted
from models.errors import RumiError
from models.forms import FORMS
from models.pretrained import MODELS
from rumi_tui.console.actions import Action
from rumi_tui.console.keymap import BY_COMMAND
from rumi_tui.console.settings import ENTRIES
from rumi_tui.console.widgets.settings_bar import FIELDS, HINTS, LEFT_OUT, SAMPLING_PRESETS
from rumi_tui.console.writing.line import WISHES
from rumi_tui.library.exchange import LIBRARY
from rumi_tui.library.formats import FORMATS

SIGN = "/"
"""What a command begins with."""
FETCHED_TOO = "ask"
"""What a fetch brings beside the texts: the model of meaning."""
LINES = range(1, 17)
"""Numbers of lines that are offered; any other can be typed."""
SETTINGS = {
    "model": MODELS,
    "form": tuple(FORMS),
    "keep": ENTRIES["keep"].choices,
    "preset": tuple(SAMPLING_PRESETS),
    "metre": (LEFT_OUT["metre"],),
    **{field.label: (field.left_out,) if field.left_out else () for field in FIELDS.values()},
}
"""Settings of a poem, and the values that can be named whatever the model."""
OF_THE_FILE = {name: entry.choices for name, entry in ENTRIES.items() if name not in SETTINGS}
"""Settings that hold for all poems and are kept in a file: colours, keys and the like."""


@dataclass(frozen=True)
class SetValue:
    """A setting to change."""

    name: str
    """One of `SETTINGS` or `OF_THE_FILE`."""
    value: str
    """Empty where the setting is asked for."""

    @property
    def hint(self) -> str:
        """What it is and may be."""
        return ENTRIES[self.name].hint if self.name in OF_THE_FILE else HINTS[self.name.replace("-", "_")]


@dataclass(frozen=True)
class RunAction:
    """Something to do."""

    action: Action
    value: str
    """What was said with it; empty if nothing."""


def completions(metres: Iterable[str] = ()) -> list[str]:
    """Every command as it can be typed, with the values that can be named, the metres of a model among them."""
    action_lines = [f"{SIGN}{name}" for name in BY_COMMAND]
    export_lines = [f"{SIGN}export {ending}" for ending in (*FORMATS, LIBRARY)]
    settings = (SETTINGS | OF_THE_FILE).items()
    setting_lines = [f"{SIGN}{name} {value}" for name, values in settings for value in values or ("",)]
    line_lines = [f"{SIGN}line {number}{wish}" for number in LINES for wish in ("", *(f" {wish} " for wish in WISHES))]
    metre_lines = [f"{SIGN}metre {metre}" for metre in metres]
    editor_lines = [f"{SIGN}editor {what}" for what in ("prompt", "poem")]
    fetch_lines = [f"{SIGN}fetch {FETCHED_TOO}"]
    return [
        *setting_lines,
        *action_lines,
        *export_lines,
        *editor_lines,
        *fetch_lines,
        *line_lines,
        *metre_lines,
    ]


def described() -> list[tuple[str, str]]:
    """What is typed to change a setting, and to export at once, each with what it takes."""
    takes = {name: ", ".join(values) for name, values in SETTINGS.items() if values}
    takes["metre"] = HINTS["metre"]
    takes |= {field.label: field.help for field in FIELDS.values()}
    takes |= {name: ", ".join(choices) for name, choices in OF_THE_FILE.items() if choices}
    takes["keys.NAME"] = f"another key for a command: {SIGN}keys.again alt+x"
    takes["export"] = ", ".join((*FORMATS, LIBRARY))
    takes["import"] = "the JSON file of a poem or of a whole library"
    takes["line"] = "the number of a line to rewrite, and what you want: 3, 3 rhyme love, 3 end heart, 3 metre NAME"
    takes["cento"] = "a word, some, or a question that Rumi's couplets are to be about"
    takes["editor"] = "prompt or poem; nothing: the prompt if you have typed something, or else the poem"
    takes["fetch"] = f"{FETCHED_TOO}: the model of meaning too (91 MB), which finds what is said in other words"
    takes["gloss"] = "a Persian line; nothing: the poem on the page"
    return [(f"{SIGN}{name}", words) for name, words in takes.items()]


def read_command(line: str) -> SetValue | RunAction:
    """What a line that begins with `SIGN` asks for. Raises `RumiError` where it asks for nothing there is."""
    name, _, value = line.removeprefix(SIGN).strip().partition(" ")
    name, value = name.lower(), value.strip()
    if name in SETTINGS or (name in OF_THE_FILE and (value or name not in BY_COMMAND)):
        return SetValue(name, value)
    if name in ("export", "fetch", "editor"):
        value = value.lower()
    if name == "export" and value and value not in (*FORMATS, LIBRARY):
        raise RumiError(f"A poem cannot be saved as {quoted(value)}: choose one of {', '.join((*FORMATS, LIBRARY))}.")
    if name == "fetch" and value not in ("", FETCHED_TOO):
        raise RumiError(f"{quoted(value)} cannot be fetched: {SIGN}fetch and {SIGN}fetch {FETCHED_TOO} can be typed.")
    if name in BY_COMMAND:
        return RunAction(BY_COMMAND[name], value)
    matches = difflib.get_close_matches(name, [*SETTINGS, *OF_THE_FILE, *BY_COMMAND], n=1)
    way_out = f"did you mean {SIGN}{matches[0]}?" if matches else f"{SIGN}help lists them all."
    raise RumiError(f"There is no command {quoted(SIGN + name)}: {way_out}")
