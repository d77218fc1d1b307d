"""The quality of the samples, measured as on any data: `bench/quality.py` through the command line and a real service."""

import subprocess
import sys
from pathlib import Path

QUALITY = Path(__file__).parents[2] / "bench/quality.py"


def test_no_figure_of_the_samples_has_fallen_below_its_floor():
    done = subprocess.run([sys.executable, QUALITY], capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Samples: relation as judged" in done.stdout
