"""`postroom send`: a mail from the terminal, and what came of it."""

from __future__ import annotations

import base64
import mimetypes
import sys
import time
from pathlib import Path
from typing import Any

import click

from postroom.brain.question import LOOK_UP
from postroom.cli.asking import DATA_DIR, Running

SETTLED = {"done", "held", "refused", "stale", "dead", "nothing", "recorded"}
NO_ANSWER = {
    "held": "it waits for a person, as a draft in AgentMail",
    "refused": "a rule refused it; once the cause is gone, `postroom dead-letters --refused` lists it",
    "stale": "newer mail or a person overtook it",
    "dead": "the run failed; `postroom dead-letters` says what is tried next",
}


@click.command()
@click.argument("name")
@click.option("--from", "sender", required=True, help="Who writes, as 'Name <address>' or an address.")
@click.option("--subject", required=True)
@click.option("--text", default="-", help="What they write; without it, or with -, standard input.")
@click.option(
    "--attach",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="F",
    help="A file to send along; give it again for each.",
)
@click.option("--wait", type=float, default=0.0, metavar="SECONDS", help="Wait this long for what the agent does.")
@DATA_DIR
def send(
    name: str, sender: str, subject: str, text: str, attach: tuple[Path, ...], wait: float, data_dir: Path
) -> None:
    """Write the agent NAME a mail on the sandbox. --wait prints its answer and why, or fails."""
    running = Running(data_dir)
    mail = {
        "agent": name,
        "from": sender,
        "subject": subject,
        "text": _standard_input() if text == "-" else text,
        "attachments": [_attachment(path) for path in attach],
    }
    received = running.post("/mail", mail)
    click.echo(f"to {received['inbox_id']}: {received['message_id']}", err=True)
    if not wait:
        return
    run = _await(running, received, wait)
    if run is None:
        raise click.ClickException(f"no run ended within {wait:g} s; look at the page or `postroom dead-letters`")
    click.echo(tell(run))
    if not answers(run):
        raise click.ClickException(f"no answer left: {NO_ANSWER.get(run['status'], 'the agent sent none')}")


def _standard_input() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"standard input is not UTF-8 from byte {error.start} on; convert it first"
        ) from error


def _attachment(path: Path) -> dict[str, str]:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {"filename": path.name, "content_type": kind, "content": base64.b64encode(path.read_bytes()).decode()}


def _await(running: Running, received: dict[str, Any], seconds: float) -> dict[str, Any] | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        runs: list[dict[str, Any]] = running.get(f"/threads/{received['thread_id']}")["runs"]
        for run in runs:
            if run["cause"].get("message_id") == received["message_id"] and run["status"] in SETTLED:
                return run
        time.sleep(0.1)
    return None


def answers(run: dict[str, Any]) -> list[str]:
    """Return the texts of a run's answers that really left."""
    replies = [action for action in run["actions"] if action["kind"] == "Reply" and action["text"]]
    return [action["text"].rstrip() for action in replies if action["status"] == "done"]


def tell(run: dict[str, Any]) -> str:
    """Tell a run's story: what was decided and how sure, what left, what was held or refused and by which rule."""
    lines = [f"— {run['kind']} run: {run['status']}{f' ({reason})' if (reason := run['note'] or run['error']) else ''}"]
    for decision in run["decisions"]:
        fields = _fields(decision["value"])
        if decision["brain"] == LOOK_UP:
            lines.append(f"  {decision['type']} looked up ({_fields(decision['seen']['context'])}): {fields}")
            continue
        sure = "unknown" if decision["confidence"] is None else f"{decision['confidence']:.0%}"
        lines.append(f"  {decision['type']} ({decision['brain']}, {sure} sure): {fields}")
    plan = run["plan"] or {}
    if plan.get("because"):
        lines.append(f"  {plan.get('origin')} → {plan.get('state')}: {plan['because']}")
    for action in run["actions"]:
        by = f" by {action['rule']}" if action["rule"] else ""
        why = action["reason"] or (by and plan.get("reason", ""))
        said = f"{by}: {why}" if why else by
        lines.append(f"  {action['kind']} {action['status']}{said}{f', to {to}' if (to := _people(action)) else ''}")
    return "\n".join([*lines, *(f"\n{text}" for text in answers(run))])


def _fields(values: dict[str, Any]) -> str:
    return ", ".join(f"{key}: {_brief(value)}" for key, value in values.items() if value not in ("", []))


def _people(action: dict[str, Any]) -> str:
    return ", ".join(action["to"] or [])


def _brief(value: Any) -> str:
    if isinstance(value, list):
        names = [item["id"] if isinstance(item, dict) and "id" in item else _brief(item) for item in value]
        return f"[{', '.join(names)}]"
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:57]}…"
