"""What only the extra [service] installs, asked for by the commands that cannot do without."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

_MISSING = "textkin-service needs more than the client: pip install 'textkin[service]' ({} is missing)"


@contextmanager
def needed() -> Iterator[None]:
    """Says what to install where an import fails within."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise click.ClickException(_MISSING.format(error.name)) from error
