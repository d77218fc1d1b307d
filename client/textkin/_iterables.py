"""What callers give by iterables, of both kinds."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import TypeVar

from textkin.types import Article, ArticleReference, InlineText

T = TypeVar("T")

# What an asynchronous call takes.
Several = Iterable[T] | AsyncIterable[T]


def each_of(name: str, values: Iterable[T]) -> Iterable[T]:
    """The values. Raises TypeError for what is one of them, or would be taken apart into characters."""
    check_several(name, values)
    return values


def check_several(name: str, values: object) -> None:
    """Raises TypeError for a single one."""
    if isinstance(values, str | bytes | Article | ArticleReference | InlineText):
        raise TypeError(f"{name} is a single {type(values).__name__}: it must be an iterable, such as a list")


def with_failure(values: Iterable[T]) -> Iterator[T | Exception]:
    """The values, and last the exception that ends them: what was drawn before is answered before it is raised."""
    try:
        yield from values
    except Exception as error:  # noqa: BLE001 -- whatever the caller's iterable raises goes back to the caller
        yield error


async def with_failure_async(values: AsyncIterable[T]) -> AsyncIterator[T | Exception]:
    """The same for an asynchronous iterable."""
    try:
        async for value in values:
            yield value
    except Exception as error:  # noqa: BLE001 -- as above
        yield error


async def as_async(values: Several[T]) -> AsyncIterator[T]:
    """The values of either. A plain iterable that waits holds up the event loop."""
    if isinstance(values, AsyncIterable):
        async for value in values:
            yield value
    else:
        for value in values:
            yield value
