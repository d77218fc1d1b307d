"""What is compiled before the first request, and by which process."""

import subprocess
import sys

from textkin_service.engine import preparation


def test_the_process_that_compiles_half_of_the_kernels_prepares_what_it_is_told():
    # Where it failed nobody would notice: the service would compile all by itself, and start later.
    ran = subprocess.run(
        [sys.executable, "-P", "-c", preparation._PREPARE], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
