"""The command `doctor`."""

# ruff: noqa: PLC0415 - what only the extra [service] installs is imported where it is used, as in `cli`

import json
import sys
from collections.abc import Iterator

import click
from rich import box
from rich.console import Console
from rich.table import Table

from textkin_service.doctor.finding import Finding, State, ok, problem
from textkin_service.extra import needed
from textkin_service.settings import Settings, SettingsError, resolve
from textkin_service.store_address import ClusterAddress, FolderAddress, parse

_STYLES = {State.OK: "green", State.WARNING: "yellow", State.PROBLEM: "bold red"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Look for what would keep a service with these settings from running well, and tell the way out.

    Settings, data folder, cluster, kernels, addresses, certificates, access file, limits, clock and memory are looked at, and
    nothing is changed. A service may run meanwhile. Run it as the user that the service runs as. Exit code 0: no problem,
    perhaps warnings; 1: a problem.

    Example: textkin-service --data ./articles doctor
    """
    flags, config = context.obj
    try:
        settings = resolve(flags, config=config)
    except SettingsError as error:
        found = [problem("settings", str(error), "textkin-service --help tells what each may be")]
    else:
        with needed():
            from textkin_service.readonly_cache import nothing_made

            with nothing_made():
                found = [ok("settings", "all have values that they may have"), *_findings(settings)]
    worst = any(each.state is State.PROBLEM for each in found)
    if as_json:
        listed = [
            {"check": each.check, "state": str(each.state), "message": each.message, "remedy": each.remedy}
            for each in found
        ]
        click.echo(json.dumps({"ok": not worst, "findings": listed}, ensure_ascii=False))
    else:
        _show(found)
    sys.exit(int(worst))


def _findings(settings: Settings) -> Iterator[Finding]:
    from textkin_service.doctor import machine, protection
    from textkin_service.doctor.folder import FolderCheck, Held
    from textkin_service.engine.indexes import Indexes
    from textkin_service.sketch import Scheme

    yield from _seen("files", protection.findings(settings))
    scheme = Scheme.of(settings)
    address = parse(settings.store) if settings.store else FolderAddress(settings.data)
    held: Held = Held()
    if isinstance(address, ClusterAddress):
        from textkin_service.doctor import cluster

        index = Indexes(scheme, searched=False).index_id
        yield from cluster.findings(address, scheme.id, index, settings.store_replicas)
    else:
        check = FolderCheck(address.folder, scheme.id)
        yield from _seen("data folder", check.findings())
        held = check.held
    yield from _seen("machine", machine.findings(settings, held))


def _seen(what: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yields what is found, and what cannot be looked at."""
    try:
        yield from findings
    except OSError as error:
        yield problem(
            what,
            f"{error.filename or 'something'} cannot be looked at ({error.strerror})",
            "run this as the user that the service runs as; let that user in",
        )


def _show(found: list[Finding]) -> None:
    """Prints a table, and of how much there is what."""
    console = Console(highlight=False)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("check", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("what was found", overflow="fold")
    for each in found:
        said = f"{each.message}\n→ {each.remedy}" if each.remedy else each.message
        table.add_row(each.check, f"[{_STYLES[each.state]}]{each.state}[/]", _plain(said))
    console.print(table)
    problems = sum(each.state is State.PROBLEM for each in found)
    warnings = sum(each.state is State.WARNING for each in found)
    console.print(f"checks: {len(found)}, problems: {problems}, warnings: {warnings}")


def _plain(text: str) -> str:
    """Returns a text in which rich sees no markup."""
    return text.replace("[", "\\[")
