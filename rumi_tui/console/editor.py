"""The person's own editor, in which a text is changed while the console waits. Knows nothing of poems."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.characters import quoted
from models.errors import RumiError, describe

NAMES = ("VISUAL", "EDITOR")
"""Environment variables that name it; the first that does counts."""


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """The program and its options. Raises `RumiError` where none is named, or one that is not there."""
    line = next(filter(None, (environment.get(name, "").strip() for name in NAMES)), "")
    if not line:
        raise RumiError("No editor is set: leave, set EDITOR to one, such as EDITOR=nano, and start again.")
    try:
        command = shlex.split(line)
    except ValueError as error:
        raise RumiError(f"The name of your editor, {quoted(line)}, has a quotation mark without end.") from error
    if shutil.which(command[0]) is None:
        raise RumiError(f"Your editor, {quoted(command[0])}, is not on this machine: set VISUAL or EDITOR to another.")
    return command


def change_in_editor(text: str, command: Sequence[str], name: str, most: int | None = None) -> str:
    """The text as the editor left it, without the line ends that many editors put at its end.

    `name` is that of the file, without a folder. Raises `RumiError` where the editor ends with an error, or leaves what
    is no text or has more than `most` characters; what was changed by then stays in the file, which is named.
    """
    old_bytes = f"{text}\n".encode() if text else b""
    try:
        folder = Path(tempfile.mkdtemp(prefix="rumi-"))
        path = folder / name
        path.write_bytes(old_bytes)
    except OSError as error:
        raise RumiError(f"No file could be made for the editor ({describe(error)}): nothing was changed.") from error
    try:
        trouble = _run([*command, str(path)])
        new_bytes = path.read_bytes() if path.exists() else old_bytes
        if not trouble:
            new_text = new_bytes.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n")
            if most is not None and len(new_text) > most:
                trouble = f"The text has more than {most:,} characters"
    except UnicodeDecodeError:
        trouble = "The editor left a text that is not UTF-8"
    except OSError as error:
        trouble, new_bytes = f"The editor could not be run ({describe(error)})", old_bytes
    if trouble and new_bytes != old_bytes:
        raise RumiError(f"{trouble}: nothing was changed here, and what you wrote is in {path}")
    shutil.rmtree(folder, ignore_errors=True)
    if trouble:
        raise RumiError(f"{trouble}: nothing was changed.")
    return new_text


def _run(command: Sequence[str]) -> str:
    """Runs an editor until it ends; why that was not well, or nothing.

    Ctrl+C in the editor reaches this program too, and is none of its business. A handler, unlike a signal that is
    ignored, is not handed on to the editor.
    """
    handler = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        status = subprocess.run(command, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, handler)
    if status < 0:
        return f"The editor was ended by {signal.Signals(-status).name}"
    return f"The editor ended with an error ({status})" if status else ""
