"""Writing processes forked from one that has loaded what they need, in place of ones that start anew.

Each is a process of its own that runs all of `rumi_tui.engine.worker`; only the second is saved that it takes to import
modules and to read how words are pronounced. What the console starts and ends is a launcher: it hands on its streams,
folder and environment to the process that forks, and it and the writing process that comes of it end with each other.
Only on Linux.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

from rumi_tui.console.writing.writer import COMMAND

WORKER = "rumi_tui.engine.worker"
LAUNCHER = """
import json, os, socket, sys
forker = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
forker.connect(sys.argv[1])
place = json.dumps([os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(forker, [place], [0, 1, 2])
for stream in range(3):
    os.close(stream)
forker.recv(1)
"""
"""Its last line waits for the end of the writing process, which holds the other end of the socket."""


@functools.cache
def command() -> tuple[str, ...]:
    """What starts a writing process: a launcher, or elsewhere than on Linux what everybody's console starts."""
    if sys.platform != "linux":
        return COMMAND
    folder = tempfile.mkdtemp()  # and no TemporaryDirectory, which goes with the object in any fork of this process
    address = os.path.join(folder, "forker")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen()
        serving = [sys.executable, "-P", __file__, str(listener.fileno())]
        forker = subprocess.Popen(serving, stdin=subprocess.PIPE, pass_fds=[listener.fileno()])

    def close() -> None:
        forker.communicate()
        shutil.rmtree(folder)

    atexit.register(close)
    return (sys.executable, "-I", "-S", "-c", LAUNCHER, address)  # without site, Python starts in no time


def serve(listener: socket.socket) -> None:
    """Forks a writing process for each launcher that calls, until standard input is closed."""
    importlib.import_module(WORKER)
    del sys.modules[WORKER]  # each writing process has it as its main module
    importlib.import_module("numpy.random")
    gc.freeze()  # what is there already is not looked through for garbage in any of them
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        launcher, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            work(launcher)
        launcher.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # what has ended is let go of
                pass


def work(launcher: socket.socket) -> None:
    """Is the writing process of a launcher, in its place."""
    place, streams, _, _ = socket.recv_fds(launcher, 1 << 20, 3)
    if not place:
        sys.exit()  # the launcher was ended before it could say anything
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    folder, environment = json.loads(place)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=end_with, args=(launcher,), daemon=True).start()
    runpy.run_module(WORKER, run_name="__main__")
    sys.exit()


def end_with(launcher: socket.socket) -> None:
    launcher.recv(1)
    os._exit(1)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        serve(socket.socket(fileno=int(sys.argv[1])))
