"""For which processors kernels are compiled."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCKERFILE = Path(__file__).parents[2] / "Dockerfile"

_TELLS_THE_PROCESSOR = """
import sys
from llvmlite import binding
features = binding.get_host_cpu_features()
features.update(dict.fromkeys("avx avx2 bmi bmi2 f16c fma lzcnt movbe".split(), sys.argv[1] == "new"))
binding.get_host_cpu_features = lambda: features
import textkin_service.kernels
from numba import config
print(config.CPU_NAME, config.CPU_FEATURES)
"""


def compiled_for(processor, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_CPU")}
    ran = subprocess.run(
        [sys.executable, "-c", _TELLS_THE_PROCESSOR, processor],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.rstrip("\n")


def of_the_image():
    found = re.findall(r'(NUMBA_CPU_\w+)=("[^"]*"|\S+)', DOCKERFILE.read_text(encoding="utf-8"))
    return {name: value.strip('"') for name, value in found}


def test_the_image_has_kernels_for_a_kind_of_processors_whatever_builds_it():
    assert of_the_image() == {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""}
    assert compiled_for("new", **of_the_image()) == "x86-64-v3 "


def test_a_processor_that_lacks_what_the_image_is_compiled_for_compiles_for_itself():
    assert compiled_for("old", **of_the_image()) == "None None"


@pytest.mark.parametrize("processor", ["old", "new"])
def test_elsewhere_kernels_are_compiled_for_the_processor_of_the_machine(processor):
    assert compiled_for(processor) == "None None"
