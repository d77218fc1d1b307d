"""What the service's code says to others: reasons of errors, events of the log. Read from the source, nothing is run."""

import ast
import re

REASON = re.compile(r"[A-Z][A-Z_]+")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


def reasons_in(folder):
    """The reasons that the code of a folder gives errors: in calls, as defaults of arguments, and in what is named so."""
    found = set()
    for tree in _trees(folder):
        for node in ast.walk(tree):
            found.update(
                text for value in _named_reason(node) for text in _strings(value) if REASON.fullmatch(text)
            )
    return found


def events_in(folder):
    """The events that the code of a folder logs: what is given first to a method of `_log`."""
    found = set()
    for tree in _trees(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _logs(node.func):
                found.update(_strings(node.args[0]))
    return found


def _trees(folder):
    for path in sorted(folder.rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"), str(path))


def _named_reason(node):
    match node:
        case ast.keyword(arg="reason", value=value):
            yield value
        case ast.Assign(targets=[ast.Name(id="reason")], value=value):
            yield value
        case ast.AnnAssign(target=ast.Name(id="reason"), value=ast.expr() as value):
            yield value
        case ast.arguments():
            yield from (
                default
                for argument, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)
                if argument.arg == "reason" and default is not None
            )


def _logs(function):
    match function:
        case ast.Attribute(value=ast.Name(id="_log"), attr=level):
            return level in LEVELS
    return False


def _strings(node):
    """The strings that an expression may be; of a condition both."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.IfExp():
            return [*_strings(node.body), *_strings(node.orelse)]
    return []
