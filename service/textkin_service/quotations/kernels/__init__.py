"""The kernels of quotations: loops over arrays alone."""
