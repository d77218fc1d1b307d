"""The command line of the service: serve, health check, the table of settings; what cares for the store is in `maintenance`."""

# ruff: noqa: PLC0415 - what only the extra [service] installs is imported where it is used, to say so if it
# is missing

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from textkin_service import __version__, exposure, maintenance
from textkin_service.access import command as token
from textkin_service.doctor import command as doctor
from textkin_service.errors import StoreError
from textkin_service.extra import needed
from textkin_service.migration import command as migrate
from textkin_service.settings import CONFIG_VARIABLE, TABLE, Settings, SettingsError, markdown, resolve


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command a flag for each setting. The values stay strings: the table knows their types."""
    for row in reversed(TABLE):
        described = f"{row.help} [{row.variable}; {row.values}; default: {row.default_shown}]"
        command = click.option(row.flag, row.name, metavar="VALUE", help=described)(command)
    return command


def _resolve(flags: dict[str, Any], config: Path | None) -> Settings:
    try:
        return resolve(flags, config=config)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="textkin-service")
@click.option(
    "--config", type=click.Path(path_type=Path), help=f"TOML file with settings. [{CONFIG_VARIABLE}]"
)
@_flags
@click.pass_context
def main(context: click.Context, /, config: Path | None, **flags: Any) -> None:
    """Serve Textkin over gRPC until SIGTERM or SIGINT.

    A setting comes from its flag, else its environment variable, else the file of --config, else its default.

    Example: textkin-service --data ./articles --listen 127.0.0.1:50051
    """
    context.obj = (flags, config)
    if context.invoked_subcommand is None:
        _serve(_resolve(flags, config))


for _command in (
    token.command,
    migrate.command,
    maintenance.backup,
    maintenance.restore,
    maintenance.check,
    doctor.command,
):
    main.add_command(_command)


def _serve(settings: Settings) -> None:
    with needed():
        import asyncio

        from textkin_service.engine import Engine
        from textkin_service.rpc import logs, server
        from textkin_service.sketch import Scheme
        from textkin_service.store import open_store
    logs.configure(settings.log_level, settings.log_format)
    try:
        exposure.check(settings)
        scheme = Scheme.of(settings).id
        store = open_store(settings.store, settings.data, scheme, settings.store_replicas)
        engine = Engine(store, settings)
        asyncio.run(server.serve(engine, settings))
    except StoreError as error:
        where = f" ({error.file})" if error.file else ""
        raise click.ClickException(f"{error.reason}: {error.message}{where}") from error
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error


@main.command()
def warm() -> None:
    """Compile what this machine's processor has not compiled yet, so that no start waits for it.

    Run it when an image is built, or after an installation. It takes half a minute; once all is compiled, seconds.
    """
    with needed():
        from textkin_service.engine import prepare
    prepare()


@main.command()
@click.option("--address", help="HOST:PORT of the service. Default: where the settings have it listen.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    default=5.0,
    show_default=True,
    help="How long to wait for the answer.",
)
@click.pass_context
def healthcheck(context: click.Context, address: str | None, timeout: float) -> None:
    """Exit with 0 when the service is SERVING, with 1 otherwise; for a container's HEALTHCHECK."""
    with needed():
        from textkin_service.rpc import probe
    flags, config = context.obj
    try:
        target = probe.target(_resolve(flags, config), address)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    status = probe.status(target, timeout)
    click.echo(status)
    sys.exit(0 if status == "SERVING" else 1)


@main.command()
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table of all settings as Markdown.")
@click.pass_context
def settings(context: click.Context, as_markdown: bool) -> None:
    """Print the settings in force, as a TOML file would have them."""
    if as_markdown:
        click.echo(markdown(), nl=False)
        return
    flags, config = context.obj
    values = _resolve(flags, config)
    for row in TABLE:
        value = getattr(values, row.name)
        # JSON's strings are TOML's basic strings.
        shown = (
            value
            if isinstance(value, int | float)
            else json.dumps(row.masked(str(value)), ensure_ascii=False)
        )
        click.echo(f"{row.name} = {shown}")
