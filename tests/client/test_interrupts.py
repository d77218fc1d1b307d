"""Ctrl-C ends a command, wherever it comes."""

import subprocess
import sys

import pytest

# A command that says that it works, and then never ends by itself.
_COMMAND = """
import os, signal, sys, threading, types
import click
import textkin.cli

class Interrupted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        while True:  # until it is raised
            pass

@click.command()
def command():
    {work}

sys.modules["textkin.cli.info"] = types.SimpleNamespace(command=command)
textkin.cli.main(["info"])
"""

_LOST_IN_A_DESTRUCTOR = "each = Interrupted(); del each; threading.Event().wait()"
_RAISED = "os.kill(os.getpid(), signal.SIGINT); threading.Event().wait()"
_HANGS_AFTERWARDS = """
    try:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait()
    finally:
        import atexit
        atexit.register(threading.Event().wait)
"""


@pytest.mark.parametrize("work", [_RAISED, _LOST_IN_A_DESTRUCTOR, _HANGS_AFTERWARDS])
def test_an_interrupt_ends_a_command_even_if_python_loses_it(work):
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND.format(work=work)], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 130
    assert done.stderr.decode().splitlines()[-1] == "Error: interrupted"
    assert done.stderr.count(b"Error: interrupted") == 1


def test_a_command_that_is_not_interrupted_ends_as_it_would():
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND.format(work="print('done'); sys.exit(3)")],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, b"done\n", b"")
