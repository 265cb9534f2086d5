from __future__ import annotations

import re
import tomllib

import pytest
from console_support import console, field
from support import call_command
from textual.widgets import Select

from models.errors import RumiError
from models.forms import FORMS
from models.pretrained import MODELS
from rumi_tui.console.settings import ENTRIES, SettingsFile, UserSettings, as_typed, page, parse, value_of

DEFAULTS = {name: value_of(UserSettings(), entry) for name, entry in ENTRIES.items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "settings.toml"


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_without_a_file_the_defaults_hold_and_none_is_made(path):
    assert SettingsFile(path).settings == UserSettings()
    assert not path.parent.exists()


def test_what_the_file_says_holds(path):
    write(path, '\ufeffmodel = "fa"\nform = "ghazal"\ntop-k = 9\ntemperature = 1\npace = 30.5\nrtl = "off"\n')
    wanted = UserSettings(model="fa", form="ghazal", top_k=9, temperature=1.0, pace=30.5, rtl="off")
    assert SettingsFile(path).settings == wanted


@pytest.mark.parametrize("model", ["fa", "rumi-fa", "/home/somebody/mine.onnx", "~/mine.onnx"])
def test_a_model_that_ships_or_a_file_at_a_whole_path_can_be_settled(path, model):
    write(path, f'model = "{model}"')
    assert SettingsFile(path).settings.model == model


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("temprature = 1", "'temprature': did you mean temperature?"),
        ("top_k = 1", "'top_k': did you mean top-k?"),
        ("zzz = 1", "'zzz': rumi-tui --settings"),
        ("temperature = 9", "temperature cannot be '9': choose 0 to 5."),
        ("temperature = nan", "temperature cannot be 'nan': choose 0 to 5."),
        ("temperature = '1'", "temperature cannot be '1': choose 0 to 5."),
        ("temperature = true", "temperature cannot be 'True': choose 0 to 5."),
        ("lines = 0", "lines cannot be '0': choose 1 to 1,000,000,000."),
        ("lines = 1.5", "lines cannot be '1.5'"),
        ("pace = 0.5", "pace cannot be '0.5': choose 1 to 10,000."),
        ("form = 'sonnet'", f"form cannot be 'sonnet': choose {', '.join(FORMS)}."),
        ("rtl = 'sideways'", "rtl cannot be 'sideways': choose auto, terminal, app, off."),
        ("model = 'mine.onnx'", f"model cannot be 'mine.onnx': choose the model to write with: {', '.join(MODELS)}"),
        ("model = ''", "model cannot be ''"),
        ("[theme]\nname = 'x'", "theme cannot be"),
        ("keys = 1", "there is no setting 'keys'"),
        ("'keys.stop' = 'f9'", "keys.stop"),
        ("[keys]\nagian = 'f9'", "'keys.agian': did you mean keys.again?"),
        ("[keys]\nagain = 9", "keys.again cannot be '9'"),
        ("[keys]\nagain = 'x'", "keys.again cannot be 'x': choose a key like"),
        ('[keys]\nagain = "alt+\\u0008"', r"keys.again cannot be 'alt+\x08': choose a key like"),
        ("[keys]\nagain = ''", "keys.again cannot be ''"),
        ("[keys]\nagain = 'hyper+x'", "keys.again cannot be 'hyper+x'"),
        ("[keys]\nagain = 'ctrl+w'", "keys.again cannot be 'ctrl+w', which is needed for editing"),
        ("[keys]\nagain = 'ctrl+m'", "keys.again cannot be 'ctrl+m', which is needed for editing"),
        ("[keys]\nagain = 'escape'", "keys.stop and keys.again cannot both be 'escape'"),
        ("[keys]\nagain = 'alt+x'\nstop = 'alt+x'", "keys.stop and keys.again cannot both be 'alt+x'"),
        ("model = ", "is not a valid TOML file"),
        ("lines = 1\nlines = 2", "is not a valid TOML file"),
        (b"\x00\xff\xfe", "UTF-8"),
        ("lines = " + "9" * 100_000, "is not a valid TOML file"),
        ("lines = " + "[" * 100_000, "is not a valid TOML file"),
        ("theme = '" + "x" * 100_000 + "'", "theme cannot be"),
        ("a." * 20_000 + "a = 1", "more than 1,000 dots"),  # a gigabyte to Python's reader
        ("lines = 0x" + "f" * 4_000, "lines cannot be 'a number without end'"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_sentence_that_names_it(path, text, words):
    write(path, text)
    with pytest.raises(RumiError, match=re.escape(words)) as refused:
        SettingsFile(path)
    sentence = str(refused.value)
    assert len(sentence.splitlines()) == 1
    assert str(path) in sentence
    assert len(sentence) < len(str(path)) + 300


def test_a_folder_in_its_place_is_told(path):
    path.mkdir(parents=True)
    with pytest.raises(RumiError, match="cannot be read"):
        SettingsFile(path)


def test_a_change_is_kept_and_leaves_everything_else_as_it_was_written(path):
    write(path, "# my own\r\nlines = 4 # short\r\n\r\ntheme   = 'paper'\r\n")
    file = SettingsFile(path)
    file.change("lines", 8)
    file.change("pace", 30.5)
    assert file.settings == UserSettings(lines=8, pace=30.5, theme="paper")
    assert SettingsFile(path).settings == file.settings
    text = path.read_bytes().decode()
    assert "# my own\r\n" in text
    assert "lines = 8 # short\r\n" in text
    assert "theme   = 'paper'\r\n" in text
    file.change("lines", None)
    file.change("pace", None)
    assert SettingsFile(path).settings == UserSettings(theme="paper")
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.left_out])
def test_the_word_that_is_shown_for_nothing_can_be_typed_and_written_in_the_file(path, name):
    word = ENTRIES[name].left_out
    assert as_typed(name, f" {word.capitalize()} ") is None
    assert word in ENTRIES[name].hint
    write(path, f'{name} = "{word}"\nlines = 4\n')
    assert SettingsFile(path).settings == UserSettings(lines=4)


def test_a_change_that_makes_no_sense_changes_nothing(path):
    write(path, "lines = 4\n")
    file = SettingsFile(path)
    for name, value in (("lines", 0), ("theme", "loud"), ("nothing", 1)):
        with pytest.raises(RumiError):
            file.change(name, value)
    assert path.read_text() == "lines = 4\n"
    assert file.settings == UserSettings(lines=4)


def test_what_another_program_wrote_meanwhile_stays(path):
    file = SettingsFile(path)
    write(path, "temperature = 1.1\n")
    file.change("lines", 4)
    assert SettingsFile(path).settings == UserSettings(lines=4, temperature=1.1)
    write(path, "temperature = \n")
    with pytest.raises(RumiError, match="not a valid TOML file"):
        file.change("lines", 5)
    assert path.read_text() == "temperature = \n"


def test_a_link_to_the_file_stays_one(path, tmp_path):
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.toml")
    SettingsFile(path).change("lines", 4)
    assert path.is_symlink()
    assert (tmp_path / "elsewhere.toml").read_text() == "lines = 4\n"


def test_a_folder_that_cannot_be_written_is_told_and_the_setting_stays(path):
    path.parent.write_text("no folder")
    file = SettingsFile()
    file._path = path
    with pytest.raises(RumiError):
        file.change("lines", 4)
    assert file.settings == UserSettings()


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_every_setting_is_described_and_takes_what_it_says(entry):
    assert len(entry.help.split()) > 1
    for choice in (*entry.choices, entry.default):
        value = as_typed(entry.name, choice)
        file = SettingsFile()
        file.change(entry.name, value)
        assert value_of(file.settings, entry) == (value if choice else value_of(UserSettings(), entry))


def test_the_page_of_settings_is_a_file_of_defaults_and_names_every_setting(path):
    text = page(path)
    said = parse(text, path)
    assert {name: value_of(said, entry) for name, entry in ENTRIES.items()} == DEFAULTS
    assert str(path) in text
    for name, value in (("form", '"free"'), ("original", 6), ("pace", 30)):
        text = text.replace(f"# {name} =", f"{name} = {value}")
    named = tomllib.loads(text)
    keys = named.pop("keys")
    assert {*named, *(f"keys.{command}" for command in keys)} == set(ENTRIES)


async def test_the_fields_begin_as_the_settings_say(library, endless_file):
    file = SettingsFile()
    for name, value in (("lines", 4), ("temperature", 1.25), ("pace", 500.0), ("form", "free")):
        file.change(name, value)
    async with console(library, endless_file, (120, 40), settings=file) as pilot:
        shown = {name: field(pilot, name).value for name in ("lines", "temperature", "pace", "top_k", "seed")}
        assert shown == {"lines": "4", "temperature": "1.25", "pace": "500", "top_k": "0", "seed": ""}
        assert field(pilot, "form", Select).value == "free"


def test_the_command_prints_them_and_makes_no_file(tmp_path):
    done = call_command("rumi-tui", "--settings", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    assert str(tmp_path / "rumi-tui" / "settings.toml") in done.stdout
    assert list(tmp_path.iterdir()) == []
