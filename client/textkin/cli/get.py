"""`textkin get`."""

import click

from textkin.cli._display import article_facts, stdout_console
from textkin.cli._json import article_json, print_json
from textkin.cli._options import Session, collection_option, json_option, pass_session, service_options
from textkin.printable import printable


@click.command(short_help="Show a stored article.")
@click.argument("article_id", metavar="ID")
@collection_option
@json_option
@service_options
@pass_session
def command(session: Session, article_id: str, collection: str, as_json: bool) -> None:
    """Shows a stored article with its text."""
    with session.connect() as client:
        article = client.get(article_id, collection=collection)
    if as_json:
        print_json(article_json(article, with_text=True))
    else:
        stdout_console().print(article_facts(article))
        click.echo("\n" + printable(article.text))
