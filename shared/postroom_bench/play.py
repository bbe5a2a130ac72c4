"""Playing a scenario: a fresh sandbox, the moved clock, and at the end a list of what is not as it should be."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from agentmail_sandbox import Sandbox
from postroom.campaign import parse_campaign
from postroom.flow import LABEL_SEPARATOR
from postroom.runtime import answers, approvals, records
from postroom.runtime.app import Runtime
from postroom.runtime.engine import Engine
from postroom.runtime.suspects import Stopping
from postroom_bench.calendar_answers import answer_to, calendar_in
from postroom_bench.scenario import Mail, Scenario, Step

T = TypeVar("T")
HIDDEN = ("received", "sent", "delivered", "unread")


class Crash(Stopping):
    """The death of the process, as far as a run can tell."""


class CrashingEngine:
    """An engine whose process dies right after a named action or step happened, before the engine knows of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handed_in: dict[str, dict[str, Any]] = {}
        self.after: str | None = None
        self.crashed = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def enqueue(self, workflow_id: str, lane: str, payload: dict[str, Any]) -> None:
        """Hand in a run, and remember it for after a crash."""
        self._handed_in[workflow_id] = payload
        self._engine.enqueue(workflow_id, lane, payload)

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do a step, and die after it if this was the one."""

        def dying() -> T:
            result = work()
            if name.rpartition(":")[2] == self.after:
                self.after = None
                self.crashed.set()
                raise Crash(name)
            return result

        return self._engine.step(name, dying)

    def unfinished(self, runtime: str) -> int:
        """Return how many runs are left; a crashed one is taken up as a restart would."""
        left = self._engine.unfinished(runtime)
        if left and self.crashed.is_set():
            self.crashed.clear()
            for workflow_id, payload in self._handed_in.items():
                if payload["run_id"] in self._engine.pending(runtime):
                    self._engine.resume(workflow_id, payload)
        return left


@dataclass
class Stage:
    """One scenario under way."""

    runtime: Runtime
    sandbox: Sandbox
    inbox_id: str
    agent: str
    first_thread: str | None = None
    first_record: tuple[str, str] | None = None

    def begin(self, campaigns: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take in the campaigns that are given."""
        post = self.runtime.context.posts[self.agent]
        for name, rows in campaigns.items():
            assert post.agent.outreach, f"{self.agent} has no campaigns"
            sheet = parse_campaign(f"{name}.json", json.dumps(rows), post.agent.outreach.rows)
            assert not sheet.bad, sheet.bad
            records.take_in(self.runtime.context, post, sheet)
            self.first_record = self.first_record or (name, sheet.rows[0][1].email)

    def take(self, step: Step) -> None:
        """Let one step happen and everything that follows from it."""
        if step.mail is not None:
            self._post(step.mail)
            if step.mail.settle:
                self.settle()
        if step.approve is not None:
            self._say(step.approve)
        if step.down is not None:
            self.sandbox.clock.set(self.sandbox.clock.now() + step.down)
            self.runtime.advance(timedelta())
        if step.unsubscribe is not None:
            self._unsubscribe(step.unsubscribe)
        if step.advance is not None:
            self.runtime.advance(step.advance)
        if step.human is not None and self.thread is not None:
            self._relabel(step.human.label)
        if step.crash is not None:
            engine: Any = self.runtime.context.engine
            engine.after = step.crash.removeprefix("after ")

    def settle(self) -> None:
        """Run all that came in."""
        self.runtime.drain()

    def _post(self, mail: Mail) -> None:
        answered = self._last_mail_to(parseaddr(mail.from_)[1]) if mail.reply else None
        raw = _raw(mail, self.inbox_id, answered)
        if mail.rsvp:
            self._answer_invitation(raw, mail)
        (received,) = self.sandbox.receive(raw.as_bytes(), parseaddr(raw["From"])[1], [self.inbox_id])
        self.first_thread = self.first_thread or received.thread_id

    def _answer_invitation(self, raw: EmailMessage, mail: Mail) -> None:
        """Make a mail the answer to our newest invitation to its writer, as a calendar program writes it."""
        who, get = parseaddr(mail.from_)[1], self.sandbox.client().inboxes.messages.get_raw
        links = (get(self.inbox_id, each.message_id).download_url for each in self.sandbox.outbox(who))
        found = (calendar_in(self.runtime.context.http.get(link).content) for link in links)
        said = answer_to(next(filter(None, found)), who, str(mail.rsvp), mail.shifted)
        raw.clear_content()
        raw.set_content(said, subtype="calendar", params={"method": "COUNTER" if mail.rsvp == "COUNTER" else "REPLY"})

    def _last_mail_to(self, address: str) -> Any:
        return next(iter(self.sandbox.outbox(address.lower())), None)

    def _say(self, word: str) -> None:
        for row in approvals.waiting(self.runtime.context.journal):
            answers.hand_in_said(self.runtime.context, row["token"], row["content"], word)
        self.runtime.run_due()
        self.settle()

    def _unsubscribe(self, address: str) -> None:
        """Write the mail that a mail program makes of a mailto address in List-Unsubscribe."""
        header = self._last_mail_to(address).headers["List-Unsubscribe"]
        subject = parse_qs(urlsplit(header[header.index("<mailto:") + 1 : header.rindex(">")]).query)["subject"][0]
        self._post(Mail(**{"from": address, "subject": subject, "text": ""}))
        self.settle()

    def suppressed(self) -> set[str]:
        """Return who gets no more mail, of those that AgentMail was told."""
        client, inboxes = self.sandbox.client(), self.runtime.context.writing_first()
        whole = {entry.entry for entry in client.lists.list("send", "block").entries}
        listed = [client.inboxes.lists.list(post.inbox_id, "send", "block").entries for post in inboxes]
        return whole | {f"@{entry.entry}" for entries in listed for entry in entries}

    @property
    def thread(self) -> str | None:
        """Return the thread that is looked at: that of the first record, else of the first mail."""
        if self.first_record is None:
            return self.first_thread
        name, address = self.first_record
        rows = records.of_campaign(self.runtime.context.journal, self.agent, name)
        return next((row["thread_id"] for row in rows if row["address"] == address), "") or None

    def _relabel(self, label: str) -> None:
        threads = self.sandbox.client().inboxes.threads
        states = [old for old in self.labels() if old.startswith(f"{self.agent}{LABEL_SEPARATOR}") and old != label]
        threads.update(self.inbox_id, str(self.thread), add_labels=[label], remove_labels=states)

    def labels(self) -> set[str]:
        """Return the labels of the thread that is looked at, AgentMail's own left out."""
        if self.thread is None:
            return set()
        thread = self.sandbox.client().inboxes.threads.get(self.inbox_id, self.thread)
        return set(thread.labels) - set(HIDDEN)


def play(scenario: Scenario, runtime: Runtime, sandbox: Sandbox) -> list[str]:
    """Play a scenario on a fresh runtime of one agent; return its faults, empty when all is as it should be."""
    (post,) = runtime.context.posts.values()
    stage = Stage(runtime, sandbox, post.inbox_id, post.agent.name)
    stage.begin(scenario.given.records)
    for step in scenario.steps:
        stage.take(step)
    return list(_faults(scenario, stage))


def _faults(scenario: Scenario, stage: Stage) -> Iterator[str]:
    then = scenario.then
    left = list(reversed(stage.sandbox.outbox()))
    labels = stage.labels()
    states = sorted(label.partition("/")[2] for label in labels if label.startswith(f"{stage.agent}/"))
    if then.state is not None and states != [then.state]:
        yield f"state is {states}, should be {then.state}"
    if then.labels is not None and not set(then.labels) <= labels:
        yield f"labels are {sorted(labels)}, should have {sorted(then.labels)}"
    if then.mails is not None:
        yield from _mail_faults(then.mails, left)
    if then.outside is not None:
        ours = set(stage.runtime.context.posts[stage.agent].addresses)
        yield from _mail_faults(then.outside, [mail for mail in left if ours.isdisjoint(mail.to)])
    happened = _happened(stage)
    if then.actions is not None and happened != list(then.actions):
        yield f"actions are {happened}, should be {list(then.actions)}"
    waiting = len(stage.runtime.context.journal.runs_with_status("held"))
    if then.approvals is not None and waiting != then.approvals:
        yield f"{waiting} approvals wait, should be {then.approvals}"
    planned = stage.sandbox.client().inboxes.drafts.list(stage.inbox_id, labels=["planned"]).count
    if then.drafts is not None and planned != then.drafts:
        yield f"{planned} follow-ups are planned, should be {then.drafts}"
    if then.suppressed is not None and stage.suppressed() != set(then.suppressed):
        yield f"{sorted(stage.suppressed())} get no more mail, should be {sorted(then.suppressed)}"
    for never in scenario.never:
        for mail in left:
            if never.mail_to and never.mail_to in [*mail.to, *(mail.cc or [])]:
                yield f"a mail went to {never.mail_to}"
            if never.contains and never.contains in f"{mail.subject}\n{mail.text}\n{mail.html}":
                yield f"a mail to {mail.to} contains {never.contains!r}"
    for run in stage.runtime.context.journal.runs_with_status("dead"):
        yield f"a run failed: {run['error']}"


def _mail_faults(expected: Any, left: list[Any]) -> Iterator[str]:
    if [mail.to for mail in left] != [[mail.to] for mail in expected]:
        yield f"mails went to {[mail.to for mail in left]}, should be {[mail.to for mail in expected]}"
        return
    for want, mail in zip(expected, left, strict=True):
        body = " ".join((mail.text or "").split())
        yield from (f"the mail to {want.to} lacks {words!r}: {body}" for words in want.contains if words not in body)


def _happened(stage: Stage) -> list[str]:
    journal = stage.runtime.context.journal
    runs = sorted(journal.runs_with_status("done", "refused", "dead", limit=1000), key=lambda run: run["run_id"])
    rows = [row for run in runs for row in journal.actions_of_run(run["run_id"]) if row["status"] == "done"]
    return [row["kind"] for row in sorted(rows, key=lambda row: (row["done_at"], row["number"]))]


def _raw(mail: Mail, inbox_id: str, answered: Any) -> EmailMessage:
    """Write the mail as its sender's program would."""
    raw = EmailMessage(policy=policy.SMTP)
    raw["From"] = mail.from_other or mail.from_
    raw["To"] = inbox_id
    raw["Subject"] = mail.subject or (f"Re: {answered.subject.removeprefix('Re: ')}" if answered else "")
    if answered:
        raw["In-Reply-To"] = raw["References"] = answered.message_id
    if mail.auth != "pass":
        raw["X-Sandbox-Auth"] = mail.auth
    for name, value in mail.headers.items():
        raw[name] = value
    if "Message-ID" not in raw:
        raw["Message-ID"] = make_msgid(domain=parseaddr(raw["From"])[1].rpartition("@")[2] or "example.com")
    if mail.text is not None or mail.html is None:
        raw.set_content(mail.text or "")
        if mail.html is not None:
            raw.add_alternative(mail.html, subtype="html")
    else:
        raw.set_content(mail.html, subtype="html")
    for part in mail.attachments:
        kind, _, subtype = part.content_type.partition("/")
        content = base64.b64decode(part.base64) if part.base64 else (part.text or "").encode()
        raw.add_attachment(content, maintype=kind, subtype=subtype or "octet-stream", filename=part.filename)
    for name in (name for name in mail.headers if name.lower().startswith("content-") and name not in raw):
        raw[name] = mail.headers[name]  # setting the content took them off
    return raw
