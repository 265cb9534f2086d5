"""Writes the manual pages of the commands, docs/man/*.1, from their help; they are installed with the program."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

from typer.main import get_command

PAGES = Path(__file__).parent / "man"
APPS = {
    "rumi-tui": "rumi_tui.commands.tui:tui_app",
    "rumi-generate": "rumi_tui.commands.generate:generate_app",
    "rumi-corpus": "rumi_tui.commands.corpus:corpus_app",
    "rumi-ask": "rumi_tui.commands.ask:ask_app",
    "rumi-train": "training.cli:train_app",
    "rumi-eval": "training.cli:eval_app",
    "rumi-export": "export.cli:export_app",
}
"""Where the command line of each command stands."""
STATUS = (
    ("0", "All that was asked for is done."),
    ("1", "It is not, or the command was stopped, or nobody read what it printed."),
    ("2", "The command does not understand what it was asked."),
    ("128 + N", "Signal N ended it before it had begun, or while it read a library."),
)


def page(name: str) -> str:
    """The manual page of a command, in the macros of man(7)."""
    module, _, app = APPS[name].partition(":")
    command: Any = get_command(getattr(importlib.import_module(module), app))
    context = command.make_context(name, [], resilient_parsing=True)
    title, *rest = paragraphs(command.help)
    lines = [f'.TH {name.upper()} 1 "" "Rumi TUI"', ".SH NAME", f"{escaped(name)} \\- {title.rstrip('.')}"]
    lines += [".SH SYNOPSIS", usage(command, context)]
    if rest:
        lines += [".SH DESCRIPTION", *separated(rest)]
    subcommands = getattr(command, "commands", {})
    lines += options(command, context, ".SH OPTIONS")
    for verb, subcommand in subcommands.items():
        inner = subcommand.make_context(verb, [], parent=context, resilient_parsing=True)
        lines += [f".SH {escaped(f'{name} {verb}').upper()}", usage(subcommand, inner), ".PP"]
        lines += separated(paragraphs(subcommand.help)) + options(subcommand, inner, ".PP")
    lines += [".SH EXIT STATUS"]
    for number, meaning in STATUS:
        lines += [".TP", number, meaning]
    return "\n".join(lines) + "\n"


def usage(command: Any, context: Any) -> str:
    """How a command is typed."""
    return f"\\fB{escaped(context.command_path)}\\fR {escaped(' '.join(command.collect_usage_pieces(context)))}"


def options(command: Any, context: Any, heading: str) -> list[str]:
    """What can be said to a command, each with what it does."""
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    lines = [heading]
    for name, says in filter(None, records):
        lines += [".TP", f"\\fB{escaped(name)}\\fR", escaped(says)]
    return lines


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, a line each."""
    return [escaped(" ".join(paragraph.split())) for paragraph in re.split(r"\n\s*\n", text.strip())]


def separated(texts: list[str]) -> list[str]:
    """Paragraphs with a request for a new one between them."""
    return [line for text in texts for line in (".PP", text)][1:]


def escaped(text: str) -> str:
    """Text that roff prints as it stands."""
    return re.sub(r"^([.'])", r"\\&\1", text.replace("\\", "\\e").replace("-", "\\-"))


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for name in APPS:
        (PAGES / f"{name}.1").write_text(page(name), "utf-8")
