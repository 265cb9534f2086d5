"""What a person has settled once for all: one TOML file. Knows nothing of screens.

Each setting is described where it is defined and nowhere else: the console, `rumi-tui --settings` and every refusal
say what stands there. What a passage is written with, its seed included, is `rumi_tui.console.writing.draft.Settings`.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, inspect

from models.errors import UNREADABLE, RumiError, describe
from models.files import replacing
from models.forms import FORMS
from models.paths import check_file, given_path
from models.phrase_hashes import PHRASE
from models.pretrained import MODELS, shipped
from models.toml import read_toml
from rumi_tui.bidi import Wish
from rumi_tui.console import keymap
from rumi_tui.console.actions import Action
from rumi_tui.console.keymap import BY_COMMAND
from rumi_tui.engine.request import DEFAULT_LINES, LARGEST_LIMIT, LIMITS, Keep, Sampling
from rumi_tui.verse.languages import DEFAULT

KEYS = "keys"
"""The table of the file that sets keys."""
SLOWEST, QUICKEST = 1, 10_000
"""Characters a second that verse can be paced at."""
PAGE_WIDTH = 76
LARGEST = 1 << 20
"""Bytes of a settings file that is read."""
LONGEST_QUOTE = 40
"""Characters of a wrong value that are repeated."""


def _about(description: str) -> Meta:
    return Meta(description=description)


def _one_of(names: Iterable[str]) -> Meta:
    return Meta(extra={"choices": tuple(names)})


def _left_out(word: str) -> Meta:
    return Meta(extra={"left_out": word})


def _from(lowest: float, highest: float) -> Meta:
    return Meta(ge=lowest, le=highest)


class UserSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The settings, in the order in which they are shown. Names in the file have hyphens: `top-k`."""

    model: Annotated[str, _about(f"the model to write with: {', '.join(MODELS)}, or the full path of a model file")] = (
        DEFAULT.model
    )
    form: Annotated[
        str | None,
        _about("the form of new poems, if the model knows it"),
        _one_of(FORMS),
        _left_out("the model's first"),
    ] = None
    lines: Annotated[int, _from(1, LARGEST_LIMIT), _about("stop after this many lines, unless the poem ends first")] = (
        DEFAULT_LINES
    )
    keep: Annotated[Keep, _about("how often to retry a line that breaks the form")] = "strict"
    original: Annotated[
        Annotated[int, _from(PHRASE, LARGEST_LIMIT)] | None,
        _about("refuse lines that copy this many training words"),
        _left_out("off"),
    ] = None
    temperature: Annotated[
        float,
        _from(*LIMITS["temperature"]),
        _about("0 is the likeliest, 1 takes the model at its word, above 1 is wild"),
    ] = Sampling().temperature
    top_k: Annotated[
        int, _from(*LIMITS["top_k"]), _about("choose only from the k likeliest characters; 0: from all")
    ] = Sampling().top_k
    top_p: Annotated[
        float, _from(*LIMITS["top_p"]), _about("choose only from the likeliest that together reach this share")
    ] = Sampling().top_p
    min_p: Annotated[
        float, _from(*LIMITS["min_p"]), _about("leave out characters less likely than this share of the likeliest")
    ] = Sampling().min_p
    pace: Annotated[
        Annotated[float, _from(SLOWEST, QUICKEST)] | None,
        _about("characters a second"),
        _left_out("instant"),
    ] = None
    theme: Annotated[
        Literal["ink", "paper", "contrast", "lapis", "rose"],
        _about("the colours: gold on ink, ink on paper, high contrast, blue and gold, wine on parchment"),
    ] = "ink"
    focus: Annotated[Literal["off", "on"], _about("only the poem and the prompt, without settings and keys")] = "off"
    beside: Annotated[
        Literal["off", "rumi", "tree"],
        _about("beside the poem, on 120 columns or more: Rumi's verse, or the branches of the poem"),
    ] = "off"
    screen_reader: Annotated[
        Literal["off", "on"],
        _about("plain lines for a screen reader, from the next start on: no frames, no signs, nothing that moves"),
    ] = "off"
    rtl: Annotated[
        Wish,
        _about("who orders right-to-left lines: the terminal, the app or nobody (off)"),
    ] = "auto"
    keys: Annotated[dict[str, str], _about("your own keys, by command")] = {}


def model_named(name: str) -> str:
    """A model as the settings name it, as it is called elsewhere: a name of `MODELS`, or the path of a file."""
    return shipped(name) or str(given_path(name))


@dataclass(frozen=True)
class Entry:
    """What there is to know of a setting."""

    name: str
    """As in the file."""
    field: str
    """As in `UserSettings`; `keys` for each of the keys."""
    help: str
    """Its meaning, in a few words."""
    range: str
    """The values that it takes, in words; empty where `help` says it."""
    choices: tuple[str, ...]
    """The same where they can be named; the empty one is nothing."""
    left_out: str
    """What is shown and typed for nothing; empty where there must be a value."""
    default: str
    """As it is typed; empty for nothing."""
    kind: Any
    """Its type, for msgspec."""

    @property
    def hint(self) -> str:
        """Range and meaning, in one line."""
        values = ", or ".join(filter(None, (self.range, self.left_out)))
        return f"{values}: {self.help}" if values else self.help


def typed(value: object) -> str:
    """A value as a person types it; nothing for None."""
    return "" if value is None else str(value).removesuffix(".0" if isinstance(value, float) else "")


def _choices(kind: Any) -> tuple[str, ...]:
    """The values that a type names, in their order."""
    if isinstance(kind, Meta):
        return tuple((kind.extra or {}).get("choices", ()))
    parts = get_args(kind)
    return parts if get_origin(kind) is Literal else next(filter(None, map(_choices, parts)), ())


def _range(kind: inspect.Type) -> str:
    match kind:
        case inspect.IntType(ge=lowest, le=highest) | inspect.FloatType(ge=lowest, le=highest):
            return f"{lowest:,} to {highest:,}"
        case inspect.UnionType(types=types):
            return _range(types[0])
    return ""


def _entry(field: msgspec.structs.FieldInfo) -> Entry:
    annotation = inspect.type_info(field.type)
    assert isinstance(annotation, inspect.Metadata)
    assert annotation.extra_json_schema is not None
    choices = _choices(field.type)
    optional = isinstance(annotation.type, inspect.UnionType)
    return Entry(
        name=field.encode_name,
        field=field.name,
        help=annotation.extra_json_schema["description"],
        range=", ".join(choices) or _range(annotation.type),
        choices=(*choices, *([""] if choices and optional else [])),
        left_out=(annotation.extra or {}).get("left_out", ""),
        default=typed(field.default),
        kind=field.type,
    )


def _entry_of_key(action: Action) -> Entry:
    return Entry(f"{KEYS}.{action.command}", KEYS, action.help, "", (), "", action.key, str)


_FIELDS = [_entry(field) for field in msgspec.structs.fields(UserSettings) if field.name != KEYS]
ENTRIES = {entry.name: entry for entry in (*_FIELDS, *map(_entry_of_key, BY_COMMAND.values()))}
"""Every setting of the file, by its name there; a key is `keys.COMMAND`."""


def value_of(settings: UserSettings, entry: Entry) -> object:
    """The value that holds for an entry."""
    if entry.field == KEYS:
        return settings.keys.get(entry.name.removeprefix(f"{KEYS}."), entry.default)
    return getattr(settings, entry.field)


def choice_of(text: str, choices: Collection[str]) -> str:
    """The choice that a text names, in capitals or not; the text as it is where it names none."""
    return text if text in choices else next((choice for choice in choices if choice.lower() == text.lower()), text)


def as_typed(name: str, text: str) -> object:
    """The value that a text stands for, None for the default. Raises `RumiError` where the setting cannot have it."""
    text = text.strip()
    return None if not text or _is_left_out(name, text) else _checked(name, text, strict=False)


def _is_left_out(name: str, value: object) -> bool:
    """Whether a value only says that there is none."""
    left_out = ENTRIES[name].left_out if name in ENTRIES else ""
    return bool(left_out) and isinstance(value, str) and value.lower() == left_out


def _checked(name: str, value: object, strict: bool) -> object:
    """The value as the setting takes it. Raises `RumiError` for a name or a value that there is not."""
    if name not in ENTRIES:
        matches = difflib.get_close_matches(name, ENTRIES, n=1)
        way_out = f"did you mean {matches[0]}?" if matches else "rumi-tui --settings lists what there is."
        raise RumiError(f"there is no setting {_quoted(name)}: {way_out}")
    entry = ENTRIES[name]
    try:
        result: object = msgspec.convert(value, entry.kind, strict=strict)
        if entry.choices and result is not None and result not in entry.choices:
            raise ValueError
        if name == "model" and not (shipped(str(value)) or given_path(str(value)).is_absolute()):
            raise ValueError
    except (ValueError, RumiError) as error:
        raise RumiError(f"{name} cannot be {_quoted(value)}: choose {entry.range or entry.help}.") from error
    return result


def _quoted(value: object) -> str:
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # of an integer in sixteens, which Python reads without end and does not tell
        text = "a number without end"
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…")


def parse(text: str, path: Path) -> UserSettings:
    """The settings that the text of a file stands for; raises `RumiError`, which names the file, for what cannot be."""
    try:
        table = read_toml(text)
    except UNREADABLE as error:
        raise RumiError(
            f"{path} is not a valid TOML file ({error}): fix it, or move it away to start afresh."
        ) from error
    table = {name: value for name, value in table.items() if not _is_left_out(name, value)}
    try:
        for name, value in _flat(table):
            _checked(name, value, strict=True)
        settings = msgspec.convert(table, UserSettings)
        keymap.check(settings.keys)
    except (RumiError, msgspec.ValidationError) as error:
        raise RumiError(f"In {path}, {error}") from error
    return settings


def _flat(table: dict[str, object]) -> Iterator[tuple[str, object]]:
    """Each setting of a file with its value, the keys too."""
    for name, value in table.items():
        if name == KEYS and isinstance(value, dict):
            yield from ((f"{KEYS}.{command}", key) for command, key in value.items())
        else:
            yield name, value


class SettingsFile:
    """The settings that hold, and the file that keeps them; without a path they hold for this run only.

    A file that is not there stands for the defaults. Raises `RumiError` for one that cannot be read.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._unkept = ""
        """The file, where there is none."""
        self.settings = self._parsed(self._read())

    def change(self, name: str, value: object) -> None:
        """Gives a setting another value, or with None its default, and saves it at once.

        All else in the file stays, comments too. Raises `RumiError`, and changes nothing, where that cannot be done.
        """
        import tomlkit  # takes a third of a second on a slow machine, and most starts change no setting

        text = self._read()
        self._parsed(text)
        document = tomlkit.parse(text)
        *tables, key = name.split(".")
        holder: Any = document
        for table in tables:
            holder = holder.setdefault(table, {})
        if value is None:
            holder.pop(key, None)
        else:
            holder[key] = value
        text = tomlkit.dumps(document)
        settings = self._parsed(text)
        if self._path is None:
            self._unkept = text
        else:
            with replacing(self._path.resolve()) as temporary:  # where it is a link, it stays one
                temporary.write_bytes(text.encode())
        self.settings = settings

    def _read(self) -> str:
        if self._path is None:
            return self._unkept
        try:
            check_file(self._path, LARGEST)
            return self._path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise RumiError(f"{self._path} is not UTF-8: save it as UTF-8, or move it away.") from error
        except OSError as error:
            raise RumiError(f"{self._path} cannot be read ({describe(error)}): fix that, or move it away.") from error

    def _parsed(self, text: str) -> UserSettings:
        return parse(text, self._path or Path("settings.toml"))


def page(path: Path) -> str:
    """A settings file that says of every setting what it is, what it takes and what holds where nothing is said."""
    lines = [
        f"# The settings of Rumi TUI. They are kept in {path}",
        "# These are the defaults: they hold for what that file leaves out.",
    ]
    for entry in ENTRIES.values():
        table, _, name = entry.name.rpartition(".")
        if table and f"[{table}]" not in lines:
            lines += ["", f"[{table}]"]
        default = value_of(UserSettings(), entry)
        assignment = f"{name} = {msgspec.json.encode(default).decode()}" if entry.default else f"# {name} ="
        lines += ["", *(f"# {line}" for line in textwrap.wrap(entry.hint, PAGE_WIDTH)), assignment]
    return "\n".join(lines)
