"""Candidates of one campaign, brought to where people said that they shall be interviewed, and what they get then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.calendar_answers import calendar_in
from postroom_bench.play import Stage
from postroom_bench.scenario import Step

RECRUITER = load_agent("recruiter")
INBOX = "recruiter@sandbox.test"
MONDAY, THURSDAY = (datetime(2026, 3, day, 9, tzinfo=UTC) for day in (2, 5))
ANSWERS = "1. I ran the metering ingest.\n2. Python.\n3. In May.\n4. 80,000 EUR."


def row(name: str) -> dict[str, str]:
    return {
        "email": f"{name}@example.com", "name": name.title(), "role": "backend", "noticed": "your talk",
        "source": "its programme", "country": "DE", "basis": "legitimate_interest",
    }  # fmt: skip


class Desk:
    """Candidates of one campaign, up to where people said that they shall be interviewed."""

    def __init__(
        self,
        run_agent: Callable[..., Any],
        brain: OfflineBrain,
        folder: Path,
        *names: str,
        invited: bool = True,
        answers: str = ANSWERS,
        start: datetime = MONDAY,
    ) -> None:
        learn_in(folder)
        self.sandbox = Sandbox(start=start)
        self.runtime, _ = run_agent(RECRUITER, brain, self.sandbox)
        self.stage = Stage(self.runtime, self.sandbox, INBOX, "recruiter")
        self.stage.begin({"spring": [row(name) for name in names]})
        self.runtime.advance(timedelta(minutes=10))
        for name in names:
            self.say(name, "Yes please, I would like to hear more.")
            self.say(name, answers)
            if invited:
                self.label(name, "recruiter/to-interview")
        self.runtime.advance(timedelta(hours=2))

    def say(self, name: str, text: str = "", **more: Any) -> None:
        mail = {"from": f"{name.title()} <{name}@example.com>", "reply": True, "text": text, **more}
        self.stage.take(Step.model_validate({"mail": mail}))

    def thread(self, name: str) -> Any:
        """Return the thread of a candidate."""
        threads = self.sandbox.client().inboxes.threads
        found = [
            each for each in threads.list(INBOX, limit=50).threads if each.subject == "Backend Engineer at Larkmere"
        ]
        thread = next(each for each in found if any(f"<{name}@" in f"<{to}" for to in each.recipients))
        return threads.get(INBOX, thread.thread_id)

    def label(self, name: str, *labels: str) -> None:
        """Decide about a candidate, as people do: by a state, and labels beside it."""
        thread, moves = self.thread(name), any(label.startswith("recruiter/") for label in labels)
        old = [each for each in thread.labels if moves and each.startswith("recruiter/")]
        self.sandbox.client().inboxes.threads.update(
            INBOX, thread.thread_id, add_labels=list(labels), remove_labels=old
        )

    def told_people(self, words: str) -> list[str]:
        """Return the mails to our people whose subject has these words, oldest first."""
        mails = reversed(self.sandbox.outbox("team@example.com"))
        return [mail.text or "" for mail in mails if words in (mail.subject or "")]

    def calendars(self, name: str) -> list[icalendar.Calendar]:
        """Return what came with our mails, oldest first."""
        get = self.sandbox.client().inboxes.messages.get_raw
        links = [
            get(INBOX, mail.message_id).download_url for mail in reversed(self.sandbox.outbox(f"{name}@example.com"))
        ]
        texts = [calendar_in(self.runtime.context.http.get(link).content) for link in links]
        return [icalendar.Calendar.from_ical(text) for text in texts if text]

    def last(self, name: str) -> str:
        return self.sandbox.outbox(f"{name}@example.com")[0].text or ""
