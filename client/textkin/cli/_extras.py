"""What the base install leaves out, and how to install it."""

from collections.abc import Iterator
from contextlib import contextmanager

from textkin.cli._failures import bad_input


@contextmanager
def needed(extra: str, what: str) -> Iterator[None]:
    """Around the import of what an extra installs: one that is missing raises Failure, which says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise bad_input(
            f"{what} needs more than the client: pip install 'textkin[{extra}]' ({error.name} is missing)"
        ) from error
