"""Reads a Dockerfile: its stages, and the instructions of each."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CONTINUED = re.compile(r"\\\n(?:[ \t]*#.*\n)*")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Instruction:
    """An instruction on one line, such as RUN with its command."""

    keyword: str
    arguments: str

    @property
    def words(self) -> list[str]:
        """The arguments, without the options."""
        return [each for each in shlex.split(self.arguments) if not each.startswith("--")]

    @property
    def options(self) -> dict[str, str]:
        """The options, such as `from` of COPY."""
        pairs = (each[2:].partition("=") for each in shlex.split(self.arguments) if each.startswith("--"))
        return {name: value for name, _, value in pairs}

    @property
    def pairs(self) -> dict[str, str]:
        """What ENV, ARG or LABEL set; "" for an argument without a default."""
        return {
            name: value for name, _, value in (each.partition("=") for each in shlex.split(self.arguments))
        }


@dataclass(frozen=True)
class Stage:
    """What follows a FROM. `base` is the name of another stage, or an image."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]

    def all_of(self, keyword: str) -> list[Instruction]:
        """Returns the instructions of that kind."""
        return [each for each in self.instructions if each.keyword == keyword]

    def environment(self) -> dict[str, str]:
        """Returns what its ENV instructions set, without what it has of its base."""
        return {name: value for each in self.all_of("ENV") for name, value in each.pairs.items()}


def substituted(text: str, values: dict[str, str]) -> str:
    """Returns a text with variables replaced; those that are not among the values by nothing."""
    return _VARIABLE.sub(lambda match: values.get(match[1] or match[2], ""), text)


def stages(path: Path) -> list[Stage]:
    """Returns the stages of a Dockerfile, in order; the last is the image."""
    arguments: dict[str, str] = {}
    found: list[Stage] = []
    for instruction in _instructions(path.read_text(encoding="utf-8")):
        if instruction.keyword == "FROM":
            base, _, name = substituted(instruction.arguments, arguments).partition(" AS ")
            found.append(Stage(name.strip(), base.strip(), ()))
        elif found:
            last = found[-1]
            found[-1] = Stage(last.name, last.base, (*last.instructions, instruction))
        else:
            arguments |= instruction.pairs
    return found


def _instructions(text: str) -> Iterator[Instruction]:
    for line in _CONTINUED.sub(" ", text).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            keyword, _, arguments = line.strip().partition(" ")
            yield Instruction(keyword.upper(), arguments.strip())
