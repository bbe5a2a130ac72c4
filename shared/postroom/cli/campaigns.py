"""Campaigns from the command line: take a file in, see how far its people are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from postroom.cli.asking import DATA_DIR, Running
from postroom.spreadsheet import as_csv, as_text


@click.command()
@click.argument("agent")
@click.argument("name", required=False)
@click.option(
    "--import", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take in a campaign's CSV or JSON; its people join those that are there, and nobody is written to twice.",
)  # fmt: skip
@click.option("--csv", "as_sheet", is_flag=True, help="Print each person's progress as CSV, for a spreadsheet.")
@DATA_DIR
def campaign(agent: str, name: str | None, file: Path | None, as_sheet: bool, data_dir: Path) -> None:
    """Show how far the campaigns of AGENT are, or the one called NAME; or take a file in.

    The exit code is 1 where rows of the file were left out; each is named with its line and the reason.
    """
    running = Running(data_dir)
    if file is not None:
        _take_in(running, agent, file)
        return
    found = running.get(f"/campaigns/{agent}", **({"campaign": name} if name else {}))
    if as_sheet:
        click.echo(as_csv(found["columns"], found["records"]), nl=False)
        return
    for counted, count in sorted(Counter(_standing(row) for row in found["records"]).items()):
        click.echo(f"{counted}: {count}")
    for row in found["records"] if name else ():
        click.echo("  ".join(filter(None, (as_text(row[key]) for key in ("email", "item", "status", "state", "note")))))


def _standing(row: dict[str, str]) -> str:
    return f"{row['campaign']}  {row['state'] or row['status']}"


def _take_in(running: Running, agent: str, file: Path) -> None:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is no UTF-8 text ({error}); save it as such") from error
    answer = running.post(f"/campaigns/{agent}", {"filename": file.name, "text": text})
    click.echo(answer["said"])
    for bad in answer["bad"]:
        click.echo(f"line {bad['line']} is left out: {bad['reason']}", err=True)
    if answer["bad"]:
        raise SystemExit(1)
