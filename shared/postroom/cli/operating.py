"""Commands for whoever looks after running agents."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from postroom.cli.asking import DATA_DIR, Running
from postroom.cli.sending import tell
from postroom.flow import LABEL_SEPARATOR
from postroom.spreadsheet import as_csv

SPAN = re.compile(r"(\d{1,9})([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@click.command()
@click.argument("action", type=click.Choice(["show", "advance"]), default="show")
@click.argument("by", required=False)
@DATA_DIR
def clock(action: str, by: str | None, data_dir: Path) -> None:
    """Show the clock, or `advance` it by 90m, 4h, 14d or 2w; all that comes due on the way happens, in its order."""
    running = Running(data_dir)
    if action == "show":
        click.echo(running.get("/status")["now"])
        return
    match = SPAN.fullmatch(by or "")
    if match is None:
        raise click.UsageError("say how far: postroom clock advance 14d (s, m, h, d or w)")
    answer = running.post("/clock", {"advance_seconds": int(match[1]) * SECONDS[match[2]]})
    click.echo(f"{answer['now']}: {answer['happened']} things came due")


SCOPE = click.argument("scope", default="all")


def _scope(scope: str) -> str:
    if scope == "all" or scope.startswith(("agent:", "inbox:", "campaign:")):
        return scope
    return f"inbox:{scope}" if "@" in scope else f"agent:{scope}"


@click.command()
@SCOPE
@click.option("--reason", default="paused from the command line")
@DATA_DIR
def pause(scope: str, reason: str, data_dir: Path) -> None:
    """Stop all that is done in SCOPE (all, an agent, an inbox), and un-schedule its drafts, before the very next."""
    answer = Running(data_dir).post("/pause", {"scope": _scope(scope), "reason": reason})
    for off, why in answer["switched_off"].items():
        click.echo(f"{off} is off: {why}")
    for said in answer["told"]:
        click.echo(said)


@click.command()
@SCOPE
@click.option("--address", help="Write again to this one of our people, whose mail bounced; nothing else changes.")
@DATA_DIR
def resume(scope: str, address: str | None, data_dir: Path) -> None:
    """Let mail of SCOPE leave again, and say how many mails were refused meanwhile."""
    if address:
        click.echo(Running(data_dir).post("/reach", {"address": address})["said"])
        return
    answer = Running(data_dir).post("/resume", {"scope": _scope(scope)})
    left, refused = answer["switched_off"], answer["refused"]
    click.echo("\n".join(f"{off} is still off: {why}" for off, why in left.items()) or "everything is on")
    if refused:
        click.echo(refused)


@click.command()
@click.argument("which", required=False, metavar="[AGENT|THREAD_ID]")
@click.option("--csv", "as_tickets", is_flag=True, help="The AGENT's tickets as CSV, for a spreadsheet.")
@DATA_DIR
def threads(which: str | None, as_tickets: bool, data_dir: Path) -> None:
    """List threads, of one AGENT or all: inbox, state, last activity, how the last run ended, who, subject.

    With a THREAD_ID, tell what happened there and why. For what is neither the exit code is 2.
    """
    running = Running(data_dir)
    if as_tickets:
        _tickets(running, which)
        return
    if which is None or which in running.get("/status")["inboxes"]:
        listed = running.get("/threads", **({"agent": which} if which else {}))
        for row in listed["threads"]:
            click.echo(_line(row))
        if listed["older"]:
            click.echo("older threads are on the page", err=True)
        return
    found = running.get(f"/threads/{quote(which, safe='', errors='replace')}")
    if found["thread"]:
        click.echo(f"{_line(found['thread'])}\n— the journal knows of no run there")
    for run in found["runs"]:
        click.echo(tell(run))


def _tickets(running: Running, agent: str | None) -> None:
    inboxes = running.get("/status")["inboxes"]
    if agent not in inboxes:
        raise click.UsageError(f"name the agent whose tickets --csv prints: {', '.join(inboxes)}")
    found = running.get(f"/tickets/{agent}")
    click.echo(as_csv(found["columns"], found["tickets"]), nl=False)
    if found["left_out"]:
        click.echo(f"older tickets are left out: {found['left_out']}", err=True)


def _line(row: dict[str, Any]) -> str:
    at = f"{datetime.fromisoformat(row['last_activity']):%Y-%m-%d %H:%M} UTC"
    # strangers wrote name and subject, and a terminal obeys some characters
    said = "".join(char if char.isprintable() else " " for char in f"{row['person']}: {row['subject']}")
    state = f"{row['agent']}{LABEL_SEPARATOR}{row['state']}"
    asks = [f"({', '.join(row['attention'])})"] if row["attention"] else []
    return "  ".join([row["thread_id"], row["inbox_id"], state, at, row["status"] or "no run", *asks, said])


@click.command()
@click.option("--replay", "run_id", metavar="RUN", help="Take this one up again where its journal ends.")
@click.option("--from-start", is_flag=True, help="With --replay: ask handler and brain anew.")
@click.option("--refused", is_flag=True, help="List what the gate or the flow refused instead.")
@click.option("--replay-all", is_flag=True, help="With --refused: take up all that was refused while mail was off.")
@DATA_DIR
def dead_letters(run_id: str | None, from_start: bool, refused: bool, replay_all: bool, data_dir: Path) -> None:
    """List runs that failed and what would be tried next; with --replay, take one up again."""
    if replay_all and (not refused or run_id):
        raise click.UsageError("--replay-all takes up what was refused while mail was off: add --refused, no --replay")
    running = Running(data_dir)
    if run_id:
        click.echo(running.post("/dead-letters/replay", {"run_id": run_id, "from_start": from_start})["attempt"])
        return
    if replay_all:
        _replay_refused(running)
        return
    status = "refused" if refused else "dead"
    found = running.get("/dead-letters", status=status)
    for row in found["dead_letters"]:
        again = f"next try {row['retry_at']}" if row["retry_at"] else "waits for you"
        click.echo(f"{row['run_id']}  attempts {row['attempts']}  {again}\n  {row['error'] or row['note']}")
    if found["older"]:
        click.echo(f"older ones are not listed: these are the newest {len(found['dead_letters'])}", err=True)


def _replay_refused(running: Running) -> None:
    taken_up = running.post("/dead-letters/replay-refused")["taken_up"]
    for row in taken_up:
        click.echo(f"{row['run_id']}  {row['objection'] or 'taken up again'}")
    if not taken_up:
        click.echo("no mail was refused by a kill switch that is on again now", err=True)


@click.command()
@DATA_DIR
def rebuild(data_dir: Path) -> None:
    """Restore from AgentMail: states, timers, follow-ups, drafts that wait, suppression. The rest needs a backup."""
    for what, count in Running(data_dir).post("/rebuild").items():
        click.echo(f"{what}: {count}")
