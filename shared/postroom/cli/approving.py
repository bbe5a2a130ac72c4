"""Commands about what waits for approval, and about what should not have been done."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from postroom.cli.asking import DATA_DIR, NotThere, Running

PATIENCE = 30.0
"""Seconds that a run is waited for which takes another back."""
SAMPLES = 3
"""How many of many that are alike are listed."""


@click.command()
@click.option("--all", "whole", is_flag=True, help="Show each, also of many that are alike.")
@DATA_DIR
def approvals(whole: bool, data_dir: Path) -> None:
    """List what waits for approval: its token, why, until when, and all that would leave.

    Of many that are alike, as the first mails of a campaign, some are shown, and how many more there are.
    """
    rows = Running(data_dir).get("/approvals")["approvals"]
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row["alike"]] += 1
        if row["alike"] and seen[row["alike"]] > SAMPLES and not whole:
            continue
        put_off = " (put off)" if row["status"] == "deferred" else ""
        click.echo(f"{row['token']}  {row['agent']}{put_off}  until {row['expires_at'][:16]} UTC  {row['reason']}")
        for shown in row["shown"]:
            click.echo(_told(shown))
    for token, count in seen.items():
        if token:
            click.echo(f"{count} are alike: postroom approve {token} --alike approves them all")
    if not rows:
        click.echo("nothing waits", err=True)


@click.command()
@click.argument("token")
@click.option("--reject", metavar="REASON", help="Let it never leave, for this reason.")
@click.option("--text", type=click.File(encoding="utf-8"), help="A file with a new text for it (- for standard input).")
@click.option("--alike", is_flag=True, help="Approve with it all that wait alike: same campaign, template and reason.")
@click.option("--yes", is_flag=True, help="Do not ask whether to approve so many.")
@DATA_DIR
def approve(token: str, reject: str | None, text: Any, alike: bool, yes: bool, data_dir: Path) -> None:
    """Approve what waits as TOKEN, as `postroom approvals` shows it now; or reject it, or give it a new text.

    A new text is not sent: look at it, and approve it then.
    """
    if (reject is not None) + (text is not None) + alike > 1:
        raise click.UsageError("give one of --reject, --text and --alike")
    running = Running(data_dir)
    rows = running.get("/approvals")["approvals"]
    found = [row for row in rows if row["token"] == token]
    if not found:
        raise NotThere(f"nothing waits as {token}; `postroom approvals` lists what does")
    wish: dict[str, str] = {"wish": "approve"}
    if reject is not None:
        wish = {"wish": "reject", "reason": reject}
    elif text is not None:
        wish = {"wish": "edit", "text": text.read()}
    elif alike and found[0]["alike"]:
        found = [row for row in rows if row["alike"] == found[0]["alike"]]
        to = ", ".join(name for row in found for shown in row["shown"][:1] for name in shown.get("to", ()))
        if not yes:
            click.confirm(f"{len(found)} mails, each as it stands now, to {to}: approve them all?", abort=True)
    for row in found:
        running.post("/approvals", {"token": row["token"], "content": row["content"], **wish})
    click.echo(f"{token if len(found) == 1 else len(found)}: {wish['wish']} is handed in")


def _told(shown: dict[str, Any]) -> str:
    # strangers' words may stand in it, and a terminal obeys some characters
    text = "\n".join(
        "".join(sign if sign.isprintable() else " " for sign in line) for line in shown["text"].splitlines()
    )
    to = f" to {', '.join([*shown['to'], *shown['cc']])}" if "to" in shown else ""
    body = "".join(f"\n  | {line}" for line in text.splitlines())
    return f"  {shown['kind']}{to}{body}"


@click.command()
@click.argument("agent")
@DATA_DIR
def examples(agent: str, data_dir: Path) -> None:
    """Print what people made of an AGENT's drafts before they left: JSON lines in the form of its examples/*.jsonl.

    `was` is the text that it had. Look each over before you take it: it holds a customer's words.
    """
    for row in Running(data_dir).get(f"/examples/{quote(agent, safe='')}")["examples"]:
        click.echo(json.dumps(row, ensure_ascii=False))


@click.command()
@click.argument("run_id", metavar="RUN")
@DATA_DIR
def undo(run_id: str, data_dir: Path) -> None:
    """Take back what a RUN did: follow-ups, suppressions, its labels and move. Mail that left cannot come back."""
    running = Running(data_dir)
    undoing = running.post("/undo", {"run_id": run_id})["run_id"]
    deadline = time.monotonic() + PATIENCE
    while (run := running.get(f"/runs/{quote(undoing, safe='')}"))["status"] in ("queued", "running"):
        if time.monotonic() > deadline:
            raise click.ClickException(f"not done yet, its thread is busy: postroom threads {run['thread_id']}")
        time.sleep(0.1)
    click.echo(run["note"])
