"""Prints the benchmark tables: quality on the samples, analysis, comparison, then speed and memory. Run by `make bench`."""

import os
import platform

import analysis
import comparison
import quality
import speed

if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
    quality.measure_samples()
    analysis.measure()
    comparison.measure()
    speed.measure()
