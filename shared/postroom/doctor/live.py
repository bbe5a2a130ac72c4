"""`postroom doctor --live`: ask every open question of a server, compare with the sandbox, leave nothing behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import httpx
from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from postroom.doctor.probes import PROBES, Probe, TooManyMails, Trial
from postroom.mailbox.bootstrap import ensure_inbox
from postroom.mailbox.client import error_text, patiently

INTRODUCTION = """# Live check

What AgentMail's reference leaves open, and what the sandbox does there. `postroom doctor --live` asks a real account
(AGENTMAIL_API_KEY: one inbox, at most 20 mails to itself, deleted at the end) and writes this table anew.
"""


@dataclass(frozen=True)
class Answer:
    """What a server answered; None before it was asked."""

    probe: Probe
    live: str | None = None

    @property
    def verdict(self) -> str:
        """Return `same` or `differs`, or nothing before it was asked."""
        return "" if self.live is None else "same" if self.live == self.probe.sandbox else "differs"


def ask_all(client: AgentMail, told: Callable[[Answer], None]) -> list[Answer]:
    """Ask every question in an inbox made for it, and delete the inbox, whatever happens.

    What fails is its own answer. Raises what a server says that lets us make no inbox.
    """
    name = f"doctor-{uuid.uuid4().hex[:10]}"
    inbox_id = ensure_inbox(client, name, name)
    try:
        trial = Trial(client, inbox_id)
        answers = []
        for probe in PROBES:
            answers.append(Answer(probe, _asked(probe, trial)))
            told(answers[-1])
        return answers
    finally:
        patiently(client.inboxes.delete, inbox_id)


def _asked(probe: Probe, trial: Trial) -> str:
    try:
        return probe.ask(trial)
    except (ApiError, httpx.TransportError, TooManyMails) as error:
        return f"could not be asked: {error_text(error)}"


def page(answers: Iterable[Answer], asked: str) -> str:
    """Return the table as a page of Markdown; `asked` says of whom and when."""
    rows = [
        f"| {_cell(answer.probe.question)} | {_cell(answer.live or '')} | {_cell(answer.probe.sandbox)} "
        f"| {answer.verdict} |"
        for answer in answers
    ]
    head = ["| question | live | sandbox | |", "|---|---|---|---|"]
    return "\n".join([INTRODUCTION, f"{asked}\n", *head, *rows, ""])


def asked_of(url: str, now: datetime) -> str:
    """Say of whom the questions were asked, and when."""
    return f"Asked of {url} on {now:%Y-%m-%d}."


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
