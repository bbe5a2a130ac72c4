"""`postroom doctor --live`: ask every open question of a server, compare with the sandbox, leave nothing behind."""

from __future__ import annotations

import io
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime

import httpx
from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from postroom.doctor.probes import INTRODUCTION, NOT_ASKED, PROBES, UNASKABLE, Probe
from postroom.doctor.trial import NotAsked, Trial, forget, new_name, until
from postroom.mailbox.bootstrap import ensure_inbox
from postroom.mailbox.client import error_text, is_passing, pages

OURS = re.compile(r"postroom-doctor-[0-9a-f]{10}")
ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass(frozen=True)
class Answer:
    """What a server answered; None before it was asked. Not `settled`: it could not be asked, for no fault of its."""

    probe: Probe
    live: str | None = None
    settled: bool = True

    @property
    def verdict(self) -> str:
        """Return `same`, `differs` or `unasked`, or nothing before it was asked."""
        if self.live is None or not self.settled:
            return "" if self.live is None else "unasked"
        return "same" if self.live == self.probe.sandbox else "differs"


def ask_all(client: AgentMail, told: Callable[[Answer], None], *, listens: bool = True) -> list[Answer]:
    """Ask every question in an inbox made for it, and delete the inbox, whatever happens short of SIGKILL.

    What an earlier run could not delete goes too. `listens`: the server's WebSocket is known. What fails is its own
    answer. Raises what a server says that lets us make no inbox.
    """
    with _cleaning_up(client):
        name = f"doctor-{new_name()[:10]}"
        trial = Trial(client, ensure_inbox(client, name, name), listens=listens)
        answers = []
        for probe in PROBES:
            answers.append(_asked(probe, trial))
            told(answers[-1])
        return answers


@contextmanager
def _cleaning_up(client: AgentMail) -> Iterator[None]:
    """Delete the doctor's inboxes before and after, also when SIGTERM or a closed terminal ends the process."""

    def end(number: int, _frame: object) -> None:
        for later in ENDS:
            # a terminal that closes may say so more than once
            signal.signal(later, signal.SIG_IGN)
        raise SystemExit(128 + number)

    _delete_ours(client)
    heeded = {number: signal.signal(number, end) for number in ENDS if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        # nothing that is said of it may end this: the terminal may be gone
        with redirect_stdout(io.StringIO()):
            _delete_ours(client)
        for number, handler in heeded.items():
            signal.signal(number, handler)


def _delete_ours(client: AgentMail) -> None:
    def left() -> list[str]:
        # a fresh inbox is listed, but for a second or two not found to be deleted
        for inbox_id in _ours(client):
            forget(client.inboxes.delete, inbox_id)
        return _ours(client)

    until(lambda ours: not ours, left)


def _ours(client: AgentMail) -> list[str]:
    found = [inbox for page in pages(client.inboxes.list) for inbox in page.inboxes]
    return [inbox.inbox_id for inbox in found if OURS.fullmatch(inbox.client_id or "")]


def _asked(probe: Probe, trial: Trial) -> Answer:
    try:
        return Answer(probe, probe.ask(trial))
    except NotAsked as error:
        return Answer(probe, f"could not be asked: {error}", settled=False)
    except (ApiError, httpx.TransportError) as error:
        return Answer(probe, f"could not be asked: {error_text(error)}", settled=not is_passing(error))


def page(answers: Iterable[Answer], asked: str) -> str:
    """Return the table as a page of Markdown, with what is not asked; `asked` says of whom and when."""
    told = [(one.probe.question, one.live or "", one.probe.sandbox, one.verdict) for one in answers]
    rows = [_row("question", "live", "sandbox", ""), "|---|---|---|---|", *(_row(*cells) for cells in told)]
    left = [_row("question", "why not"), "|---|---|", *(_row(*cells) for cells in NOT_ASKED.items())]
    return "\n".join([INTRODUCTION, f"{asked}\n", *rows, "", UNASKABLE, *left, ""])


def asked_of(url: str, now: datetime) -> str:
    """Say of whom the questions were asked, and when."""
    return f"Asked of {url} on {now:%Y-%m-%d}."


def _row(*cells: str) -> str:
    return f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in cells)} |"
