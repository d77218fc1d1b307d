"""The kernels of the analysis, a module for each step. What they compute is defined by their plain twins in the tests."""
