"""Kernels of the index: compiled loops over arrays of numbers."""
