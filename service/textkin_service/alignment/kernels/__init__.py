"""The kernels of the alignment that work on the tables of a view."""
