"""Runs `textkin-service doctor`, and tells what it found."""

import json
import os
import subprocess
import sys

from click.testing import CliRunner

from textkin_service.cli import main


class Doctor:
    """Runs the command on a data folder; `found` has the state, message and remedy of each check that it told of."""

    def __init__(self, data):
        self.data = data

    def run(self, *arguments):
        """Runs it in this process."""
        before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("TEXTKIN_")}
        try:
            ended = CliRunner().invoke(main, self._arguments(*arguments))
        finally:
            os.environ.update(before)
        return self._found(ended.exit_code, ended.stdout, ended.stderr)

    def run_apart(self, *arguments, environment=None, prefix=()):
        """Runs it in a process of its own, started by the command `prefix`."""
        ended = subprocess.run(
            [*prefix, sys.executable, "-m", "textkin_service", *self._arguments(*arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | (environment or {}),
        )
        return self._found(ended.returncode, ended.stdout, ended.stderr)

    def _arguments(self, *arguments):
        return ["--data", str(self.data), "--listen", "127.0.0.1:0", *arguments, "doctor", "--json"]

    def _found(self, code, output, errors):
        assert errors == ""
        told = json.loads(output)
        found = {each["check"]: (each["state"], each["message"], each["remedy"]) for each in told["findings"]}
        assert (code, told["ok"]) == ((1, False) if problems(found) else (0, True))
        assert all(bool(remedy) == (state != "ok") for state, _, remedy in found.values())
        return found


def problems(found):
    """Returns the checks that found one."""
    return {check for check, (state, *_) in found.items() if state == "problem"}
