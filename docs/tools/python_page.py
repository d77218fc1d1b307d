"""The page of the Python client: every public name, whose docstrings Sphinx puts there when it builds the site."""

import inspect
from collections.abc import Iterable, Iterator

import textkin

_INTRODUCTION = """\
# Python client

Every name of this page is in `textkin`: `from textkin import Client, Article`. The list is made by `make reference`; what
stands below a name is its docstring, put there when the site is built. On a forge read it in
[client/textkin](../../client/textkin).
"""

_CLIENTS = ("Client", "AsyncClient")


def page(names: Iterable[str] = textkin.__all__) -> str:
    """Returns the page for the public names of the client."""
    names = list(names)
    errors = [name for name in names if _is_error(name)]
    clients = [name for name in _CLIENTS if name in names]
    values = [name for name in names if name not in {*errors, *clients}]
    parts = [
        _INTRODUCTION,
        *_section("Clients", clients, ":members:\n   :special-members: __init__"),
        *_section("What is given and taken", values, ":members:\n   :undoc-members:", "textkin.types"),
        *_section("Errors", errors, ":members:", "textkin.errors"),
    ]
    return "\n".join(parts)


def _section(title: str, names: list[str], options: str, module: str = "") -> Iterator[str]:
    yield f"## {title}\n"
    yield "```{eval-rst}"
    if module:
        yield f".. automodule:: {module}\n"
    yield "\n\n".join(f".. {_directive(name)}:: textkin.{name}\n   {options}" for name in names)
    yield "```\n"


def _directive(name: str) -> str:
    value = getattr(textkin, name)
    if _is_error(name):
        return "autoexception"
    if inspect.isclass(value):
        return "autoclass"
    return "autofunction" if inspect.isfunction(value) else "autodata"


def _is_error(name: str) -> bool:
    value = getattr(textkin, name)
    return inspect.isclass(value) and issubclass(value, Exception)
