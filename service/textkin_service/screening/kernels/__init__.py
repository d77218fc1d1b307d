"""The kernels of screening."""
