"""Installs the program into empty environments, with each Python that is given, and has it write a line there.

    python benchmarks/installing.py [PYTHON ...]

Builds the sdist, and the wheel from it. Each row is one environment: by pip; by pipx and by uv, where those are on the
path; and by uv with the oldest releases that the program allows of what it needs. Downloads are cached as usual, so
the seconds of a first time are more. What fails is told at the end, with status 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINE = ["--seed", "7", "--lines", "1", "--keep", "off"]


def ways(python: str, wheel: Path, home: Path) -> Iterator[tuple[str, list[list[str]], Path]]:
    """Names of ways to install a wheel, the commands of each, and the folder in which the commands of the wheel are."""
    venv = home / "pip"
    yield "pip", [[python, "-m", "venv", str(venv)], [str(venv / "bin/pip"), "install", "-q", str(wheel)]], venv / "bin"
    if shutil.which("pipx"):
        yield "pipx", [["pipx", "install", "--python", python, str(wheel)]], home / "pipx/bin"
    if shutil.which("uv"):
        yield "uv", [["uv", "tool", "install", "-q", "--python", python, str(wheel)]], home / "uv/bin"
        venv = home / "oldest"
        install = ["uv", "pip", "install", "-q", "--python", str(venv), "--resolution", "lowest-direct", str(wheel)]
        yield "uv, oldest", [["uv", "venv", "-q", "--python", python, str(venv)], install], venv / "bin"


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def try_with(python: str, wheel: Path, home: Path) -> list[str]:
    """Prints a row for each way to install the wheel; gives back what went wrong."""
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    places = {
        "HOME": str(home / "home"),
        "PIPX_HOME": str(home / "pipx"),
        "PIPX_BIN_DIR": str(home / "pipx/bin"),
        "PIPX_MAN_DIR": str(home / "pipx/man"),
        "UV_TOOL_DIR": str(home / "uv"),
        "UV_TOOL_BIN_DIR": str(home / "uv/bin"),
    }
    environment = {**os.environ, **places}
    failures = []
    for way, commands, scripts in ways(python, wheel, home):
        begun = time.perf_counter()
        try:
            for command in commands:
                subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            seconds = time.perf_counter() - begun
            write = [str(scripts / "rumi-generate"), *LINE]
            subprocess.run(write, env=environment, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            failures.append(f"{version}, {way}: {error}\n{getattr(error, 'stderr', '')}")
            print(f"{version:8} {way:12} failed")
            continue
        print(f"{version:8} {way:12} {seconds:6.1f} s {size_of(scripts.parent) / 1e6:6.0f} MB", flush=True)
    return failures


def main() -> None:
    """Builds, installs, writes; prints a table."""
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "build", "--outdir", folder, str(ROOT)]
        subprocess.run(build, capture_output=True, check=True)
        [wheel] = Path(folder).glob("*.whl")
        [sdist] = Path(folder).glob("*.tar.gz")
        print(f"wheel {wheel.stat().st_size / 1e6:.0f} MB, sdist {sdist.stat().st_size / 1e6:.0f} MB")
        for number, python in enumerate(sys.argv[1:] or [sys.executable]):
            failures += try_with(python, wheel, Path(folder) / str(number))
    sys.exit("\n".join(failures) or 0)


if __name__ == "__main__":
    main()
