"""The kernels of the sketches. What they compute is defined by their plain twins in the tests.

They fill arrays that they are given, which must be large enough: code that makes arrays takes longest to compile.
"""
