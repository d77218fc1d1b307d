"""A master and a service killed while clients ingest and search; `python bench/failovers.py --kills 20` does it at length."""

import subprocess
import sys
from pathlib import Path

import pytest

from redis_cluster import installed

FAILOVERS = Path(__file__).parent.parent.parent / "bench" / "failovers.py"


@pytest.mark.skipif(not installed(), reason="redis-server is not installed")
def test_what_replicas_acknowledged_outlives_a_master_and_callers_with_retries_meet_no_error():
    run = subprocess.run(
        [sys.executable, FAILOVERS, "--kills", "2"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Kill -9, 2 times" in run.stdout
