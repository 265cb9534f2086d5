from __future__ import annotations

import os
import subprocess
import sys

import psutil

SERVER = """
import subprocess, sys
subprocess.run([sys.executable, "-c", sys.argv[1]])
"""
CONSOLE = """
import os, threading
from rumi_tui.terminal import end_with_terminal

def leave():
    print("left", flush=True)
    os._exit(0)

end_with_terminal(leave)
print(os.getpid(), flush=True)
threading.Event().wait()
"""


def test_a_console_in_a_browser_leaves_when_its_server_is_killed_even_if_its_input_stays_open():
    environment = os.environ | {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    command = [sys.executable, "-c", SERVER, CONSOLE]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert server.stdin is not None
    assert server.stdout is not None
    console = psutil.Process(int(server.stdout.readline()))
    server.kill()
    server.wait()
    try:
        console.wait(timeout=60)
        assert server.stdout.read() == "left\n"
    finally:
        if console.is_running():
            console.kill()
        server.stdin.close()
        server.stdout.close()
