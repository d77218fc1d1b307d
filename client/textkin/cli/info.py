"""`textkin info`."""

import click

from textkin.cli._display import info_view, stdout_console
from textkin.cli._json import info_json, print_json
from textkin.cli._options import Session, json_option, pass_session, service_options


@click.command(short_help="Show what the service is.")
@json_option
@service_options
@pass_session
def command(session: Session, as_json: bool) -> None:
    """Shows the service's version, sketch scheme, limits and counts."""
    with session.connect() as client:
        info = client.info()
    if as_json:
        print_json(info_json(info, session.address))
    else:
        stdout_console().print(info_view(info, session.address))
