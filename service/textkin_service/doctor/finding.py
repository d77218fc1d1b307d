"""What a check has found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is: a PROBLEM keeps the service from starting, or from doing what the settings ask; a WARNING may, later."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """How something is, in words for people; `remedy`, the way out, is empty where it is well."""

    check: str
    state: State
    message: str
    remedy: str = ""


def ok(check: str, message: str) -> Finding:
    """Returns a finding of what is well."""
    return Finding(check, State.OK, message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """Returns a finding of what may go wrong."""
    return Finding(check, State.WARNING, message, remedy)


def problem(check: str, message: str, remedy: str) -> Finding:
    """Returns a finding of what is wrong."""
    return Finding(check, State.PROBLEM, message, remedy)
