"""A kept poem on paper, by `lp`, which hands files to the printers of most systems but Windows.

Knows nothing of screens.
"""

from __future__ import annotations

import shutil
import subprocess

from models.errors import RumiError
from rumi_tui.library.formats import to_text_file
from rumi_tui.library.layout import direction, title_of
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.press import NoTypstError, to_pdf

SECONDS = 20
"""How long `lp` may take to answer."""


def print_poem(poem: KeptPoem) -> str:
    """Sends a poem to the printer, as pages where Typst is there, else as text; what `lp` says of it.

    Raises `RumiError` where there is no printer to be had, and for Persian without Typst, which `lp` would not shape.
    """
    program = shutil.which("lp")
    if program is None:
        raise RumiError("There is no lp on this system to print with: save the poem as pdf or html, and print that.")
    try:
        pages = to_pdf(poem)
    except NoTypstError:
        if direction(poem) == "rtl":
            raise
        pages = to_text_file(poem).encode()
    try:
        done = subprocess.run(
            [program, "-t", title_of(poem), "-"], input=pages, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RumiError(f"The printer did not answer ({error}): save the poem as pdf, and print that.") from error
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split()) or f"lp ended with status {done.returncode}"
        raise RumiError(f"The printer did not take the poem ({said}).")
    return " ".join(done.stdout.decode(errors="replace").split())
