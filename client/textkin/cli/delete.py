"""`textkin delete`."""

import click

from textkin.cli._json import print_json
from textkin.cli._options import Session, collection_option, json_option, pass_session, service_options
from textkin.printable import printable


@click.command(short_help="Delete articles.")
@click.argument("article_ids", nargs=-1, required=True, metavar="ID...")
@collection_option
@click.option("--allow-missing", is_flag=True, help="An article that is not there is no error.")
@json_option
@service_options
@pass_session
def command(
    session: Session, article_ids: tuple[str, ...], collection: str, allow_missing: bool, as_json: bool
) -> None:
    """Deletes articles, in the order given, up to the first that cannot be deleted."""
    with session.connect() as client:
        for article_id in article_ids:
            deleted = client.delete(article_id, collection=collection, allow_missing=allow_missing)
            if as_json:
                print_json({"id": article_id, "deleted": deleted})
            else:
                click.echo(printable(f"{'deleted' if deleted else 'not there:'} {article_id}"))
