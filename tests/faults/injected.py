"""What programs are harmed by: each a function that takes a program at its place through one fault.

It asserts that the program ends as it should and that the last good state stands; that the program works again
afterwards and that nothing is left lying about is looked at by whoever calls it. Random is only what `rng` says.
"""

from __future__ import annotations

import ctypes
import errno
import os
import random
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from network import TROUBLES
from place import Ended, Place
from programs import FETCH, Program

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
MOST_KILLS = 9
"""One after the other, each of a program that finds what the one before left."""
DISK_BYTES = 64 << 20
_PR_CAPBSET_DROP = 24
_NEW_MOUNTS, _NEW_USER, _PRIVATE = 0x20000, 0x10000000, 0x44000
"""CLONE_NEWNS, CLONE_NEWUSER, and MS_REC with MS_PRIVATE."""
_CAPABILITIES = 0x20080522
_OVERRIDES_RIGHTS = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: with these, root may read and write everywhere."""

Fault = Callable[[Place, Program, random.Random, float], int]
"""Takes what a program takes when nothing disturbs it, in seconds; gives back how often it was harmed."""


def is_killed(place: Place, program: Program, rng: random.Random, seconds: float) -> int:
    kills = rng.randint(1, MOST_KILLS)
    for _ in range(kills):
        started, number = place.start(program.command(place)), rng.choice(SIGNALS)
        started.ends_within(rng.uniform(0, seconds))
        started.send(number)
        ended = started.wait()
        if ended.status != -signal.SIGKILL:  # what that had said until then is nobody's to judge
            check_refusal(ended, -number)
        program.stands(place)
    return kills


def has_no_room(place: Place, program: Program, rng: random.Random, _: float) -> int:
    room = int(10 ** rng.uniform(4.5, 6.5))  # what it says goes into files, too
    check_refusal(place.run(program.command(place), partial(_limit_files, room)))
    program.stands(place)
    return 1


def has_a_full_disk(place: Place, program: Program, rng: random.Random, seconds: float) -> int:
    """Its home lies on a disk of its own, on which little is left; where nobody may mount one, files cannot grow."""
    if not move_to_small_disk(place.home):
        return has_no_room(place, program, rng, seconds)
    filling = fill_disk(place.home, int(10 ** rng.uniform(0, 6.5)))
    check_refusal(place.run(program.command(place)))
    filling.unlink()
    program.stands(place)
    return 1


def has_no_rights(place: Place, program: Program, rng: random.Random, _: float) -> int:
    folders = [path for path in (place.home, *sorted(place.home.rglob("*"))) if path.is_dir() and rng.random() < 0.6]
    for folder in folders:
        folder.chmod(0o555)
    try:
        check_refusal(place.run(program.command(place), give_up_privileges))
    finally:
        for folder in folders:
            folder.chmod(0o755)
    program.stands(place)
    return 1


def lives_in_the_past(place: Place, program: Program, rng: random.Random, _: float) -> int:
    """Its files are of years that have not come yet, as after a clock was turned back."""
    place.date_files(rng.choice((1, 30 * 365)))
    check_refusal(place.run(program.command(place)), None)
    program.stands(place)
    return 1


def runs_twice(place: Place, program: Program, rng: random.Random, seconds: float) -> int:
    one = place.start(program.command(place))
    one.ends_within(rng.choice((0.0, rng.uniform(0, seconds))))
    other = place.start(program.command(place))
    for started in (one, other):
        check_refusal(started.wait())
    program.stands(place)
    return 1


def has_no_network(place: Place, program: Program, rng: random.Random, _: float) -> int:
    whole, place.trouble = place.trouble, rng.choice(TROUBLES)
    check_refusal(place.run(program.command(place)))
    place.trouble = whole
    program.stands(place)
    return 1


FAULTS: dict[str, Fault] = {
    "killed": is_killed,
    "files that cannot grow": has_no_room,
    "a full disk": has_a_full_disk,
    "no rights": has_no_rights,
    "a clock turned back": lives_in_the_past,
    "two at once": runs_twice,
    "a broken network": has_no_network,
}


COME_AFTER = {"a clock turned back": "killed"}
"""By fault, the one that must come before it."""


def faults_of(program: Program) -> list[str]:
    """What a program can be harmed by."""
    return [name for name in FAULTS if name != "a broken network" or program is FETCH]


def check_refusal(ended: Ended, signalled: int | None = None) -> None:
    """The command did what it should or said in a sentence why not; or a signal ended it before it had begun."""
    assert "Traceback" not in ended.errors, ended
    assert "unforeseen" not in ended.errors, ended
    if ended.status == signalled:
        assert not ended.output, ended
        return
    assert ended.status in (0, 1), ended
    if ended.status == 1:
        assert ended.errors.rstrip().endswith((".", " run")), ended


def move_to_small_disk(home: Path) -> bool:
    """Mounts a disk in the place of a folder, for this process and what it starts, with what is in it."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_NEW_MOUNTS | (_NEW_USER if user else 0)):
        return False
    if user:
        for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path(f"/proc/self/{name}").write_text(line)
    shutil.copytree(home, home.with_name("before"), symlinks=True)
    if libc.mount(b"none", b"/", None, _PRIVATE, None) or libc.mount(
        b"rumi-faults", bytes(home), b"tmpfs", 0, f"size={DISK_BYTES}".encode()
    ):
        return False
    shutil.copytree(home.with_name("before"), home, symlinks=True, dirs_exist_ok=True)
    return True


def fill_disk(home: Path, room: int) -> Path:
    """Leaves so many bytes on the disk that a folder lies on; gives back the file that takes all others."""
    filling = home / "filling"
    with filling.open("wb") as file:
        while (free := os.statvfs(home).f_bavail * os.statvfs(home).f_bsize) > room:
            try:
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), free - room)
            except OSError as error:
                if error.errno != errno.ENOSPC:  # what runs there may take some of it in this very moment
                    raise
    return filling


def _limit_files(room: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


def give_up_privileges() -> None:
    """Makes root one of those whom rights bind, with all that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in _OVERRIDES_RIGHTS:
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    if os.geteuid() == 0:
        header, nothing = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
        assert libc.capset(header, nothing) == 0, os.strerror(ctypes.get_errno())
