"""`textkin list`."""

import click

from textkin.cli._display import article_line
from textkin.cli._json import article_json, print_json
from textkin.cli._options import Session, collection_option, json_option, pass_session, service_options


@click.command(short_help="List the articles of a collection.")
@collection_option
@click.option("--with-text", is_flag=True, help="Print the texts too; only in JSON.")
@json_option
@service_options
@pass_session
def command(session: Session, collection: str, with_text: bool, as_json: bool) -> None:
    """Lists the articles of a collection in the order in which they came in.

    What --with-text --json prints, `textkin ingest` takes in again.
    """
    if with_text and not as_json:
        raise click.UsageError("--with-text needs --json: `textkin get ID` shows one article's text")
    with session.connect() as client:
        for article in client.list(collection=collection, include_text=with_text):
            if as_json:
                print_json(article_json(article, with_text=with_text))
            else:
                click.echo(article_line(article))
