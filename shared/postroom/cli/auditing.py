"""`postroom audit` and `postroom erase`: what happened, for whoever checks it, and what is forgotten on request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from postroom.cli.asking import DATA_DIR, Running

if TYPE_CHECKING:
    import sqlalchemy as sa

    from postroom.runtime.chain import Head

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


def _head(_context: click.Context, _option: click.Parameter, value: str | None) -> Head | None:
    from postroom.runtime.chain import Head

    try:
        return Head.parse(value) if value else None
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no head; an export's last line and `postroom doctor` print it"
        ) from error


def _in_utc(_context: click.Context, _option: click.Parameter, value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value else None


@click.command()
@click.option("--agent", help="Of this agent alone.")
@click.option("--since", type=DAY, callback=_in_utc, help="From this day (UTC) on.")
@click.option("--until", type=DAY, callback=_in_utc, help="Before this day (UTC).")
@click.option("--verify", is_flag=True, help="See that the chain holds, of FILE or of the database; exit 1 if not.")
@click.option("--head", callback=_head, metavar="NUMBER:DIGEST", help="With --verify: a head of it, kept elsewhere.")
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@DATA_DIR
def audit(
    agent: str | None, since: datetime | None, until: datetime | None,
    verify: bool, head: Head | None, file: TextIO | None, data_dir: Path,
) -> None:  # fmt: skip
    """Print the audit as JSON lines, oldest first: ids, rules and salted hashes, no texts and no addresses.

    The last line names the head of the chain, as `postroom doctor` does: kept elsewhere, it shows a chain that was cut
    or made anew (`--verify --head`). With --verify, FILE is an export.
    """
    from postroom.runtime.chain import Broken, entries, exported, read_export, walk

    if (file or head) and not verify:
        raise click.UsageError("a FILE and --head are for --verify")
    if verify and (agent or since or until):
        raise click.UsageError("--verify looks at every entry; leave --agent, --since and --until out")
    try:
        if file is not None:
            count, found, part = read_export(file.readlines(), head)
            click.echo(f"{count} entries hold; {'a part of the chain, whose' if part else 'its'} head is {found}")
            return
        with _journal(data_dir) as connection:
            if not verify:
                for line in exported(connection, agent, since, until):
                    click.echo(line)
                return
            count, found = walk(entries(connection), head)
    except Broken as error:
        raise click.ClickException(f"the audit does not hold: {error}") from error
    click.echo(f"{count} entries hold; its head is {found}")


@contextmanager
def _journal(data_dir: Path) -> Iterator[sa.Connection]:
    """Open the journal's database to read, whether a process works on it or not."""
    import sqlalchemy as sa

    from postroom.refused import Refused
    from postroom.runtime.tables import audit as table
    from postroom.serving import database, database_file
    from postroom.settings import read_settings

    try:
        settings = read_settings(data_dir=data_dir)
        file = database_file(settings, data_dir, "journal")
        if settings.database_url is None and not file.exists():
            raise click.ClickException(f"there is no {file}: name the agents' data folder with --data-dir")
        opened = database(settings, data_dir, "journal")
    except Refused as error:
        raise click.ClickException(str(error)) from error
    try:
        if not sa.inspect(opened).has_table(table.name):
            raise click.ClickException("this database is from before there was an audit; start its agents once")
        with opened.connect() as connection:
            yield connection
    finally:
        opened.dispose()


@click.command()
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Say what would be erased, and erase nothing.")
@click.option("--mail", is_flag=True, help="Delete the person's threads in AgentMail too.")
@DATA_DIR
def erase(address: str, dry_run: bool, mail: bool, data_dir: Path) -> None:
    """Erase what is held of the person at ADDRESS: all texts of the threads they wrote on, or that we wrote to them on.

    What is kept is listed with the reason: suppression, the audit (which holds no address), what a law wants kept.
    """
    told = Running(data_dir).post("/erase", {"address": address, "dry_run": dry_run, "mail": mail})
    for part, title in (("erased", "would be erased" if dry_run else "erased"), ("kept", "kept")):
        for line in told[part]:
            click.echo(f"{title}: {line}")
