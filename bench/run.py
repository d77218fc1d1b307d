"""Prints the benchmark tables: quality on the samples, analysis, comparison, index, then speed and memory. For `make bench`."""

import os
import platform

import analysis
import comparison
import index
import quality
import speed

if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
    quality.measure_samples()
    analysis.measure()
    comparison.measure()
    index.measure()
    speed.measure()
