"""`textkin-service token`: makes a token and the lines of the access file that let it in."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from textkin_service.access import file
from textkin_service.access.tokens import digest_of, new_token


def _end_of(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


@click.command("token")
@click.argument("name")
@click.option("--read", multiple=True, metavar="COLLECTION", help="Lets it search and read there.")
@click.option("--write", multiple=True, metavar="COLLECTION", help="Lets it ingest and delete, too.")
@click.option(
    "--admin", multiple=True, metavar="COLLECTION", help="Lets it create and delete collections, too."
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]),
    callback=_end_of,
    metavar="DATE",
    help="When it ends, such as 2027-06-30 or 2027-06-30T12:00:00+0200; UTC without an offset.",
)
def command(
    name: str, read: Sequence[str], write: Sequence[str], admin: Sequence[str], expires: datetime | None
) -> None:
    """Make a token for NAME. The lines for the access file go to standard output, the token, this once, to standard error.

    A COLLECTION is an id, the beginning of one with a * behind, or * for all.

    Example: textkin-service token newsdesk --read '*' --write 'wire-*' >>access.toml
    """
    token = new_token()
    lines = ["[[token]]", f"name = {json.dumps(name)}", f'token_sha256 = "{digest_of(token).hex()}"']
    if expires is not None:
        lines.append(f"expires = {expires.isoformat()}")
    granted = {"read": read, "write": write, "admin": admin}
    lines += [f"{role} = {json.dumps(list(where))}" for role, where in granted.items() if where]
    entry = "\n".join(lines)
    try:
        file.parse(entry)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{entry}\n")
    click.echo(f"The token, shown only now: {token}", err=True)
