"""Tuning: which parameters of the sketches meet a target on a sample of articles. `textkin tune` shows it.

Nothing of a running service is loaded, and nothing is imported here: the command line loads `command` for its help.
"""
