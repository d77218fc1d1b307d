"""Textkin, the service: finds the articles that a text copies, republishes or rewrites.

The way a text takes, in the order of the packages::

    analysis -> sketch -> index -> alignment -> relation

`engine` puts them together into use cases, `store` keeps articles safe, `rpc` speaks gRPC. Imports point one way:
rpc -> engine -> relation, alignment, index, store, sketch -> analysis; all of them may use `model` and `errors`.
"""

from importlib.metadata import version

__version__ = version("textkin")
