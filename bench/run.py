"""Prints the benchmark tables, keeps them in RESULTS.md, and draws the growth curves. Run by `make bench`."""

import os
import platform

import analysis
import comparison
import figures
import growth
import importing
import index
import ingesting
import quality
import results
import searching
import sketching
import speed
import starting

if __name__ == "__main__":
    with results.kept("make bench"):
        print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
        quality.measure_samples()
        analysis.measure()
        sketching.measure()
        comparison.measure()
        index.measure()
        starting.measure()
        importing.measure()
        ingesting.measure()
        searching.measure()
        speed.measure()
        figures.show_bars()
    growth.draw()
