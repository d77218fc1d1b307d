"""Twenty times kill -9 while clients write; `python bench/crashes.py --kills 200` is the same at length."""

import subprocess
import sys
from pathlib import Path

CRASHES = Path(__file__).parent.parent.parent / "bench" / "crashes.py"


def test_kill_9_while_clients_write_loses_nothing_halves_nothing_and_needs_no_hand():
    runs = [
        subprocess.Popen(
            [sys.executable, CRASHES, "--kills", "10", "--seed", str(seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for seed in (1, 2)
    ]
    said = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n".join(said)
    assert all("Kill -9, 10 times" in each for each in said)
