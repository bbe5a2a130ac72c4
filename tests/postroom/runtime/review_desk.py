"""A desk whose people get a periodic review each morning at eight, and answer its numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from approval_desk import BO, DESK, Desk, Start
from desk_agent.agent import agent

from postroom.agent import periodic_review

DAILY = "0 8 * * *"


def reviewed(monkeypatch: Any, of: Any = agent, crontab: str = DAILY) -> None:
    """Switch the review of an agent on, and its other crons off, as long as a test lasts."""
    monkeypatch.setattr(of, "crons", [])
    of.every(crontab)(periodic_review)


class ReviewDesk(Desk):
    """Time is moved to the next review; answers to it are carried out to the end."""

    def __init__(self, run_agent: Start, what: str = "answer", **settings: Any) -> None:
        super().__init__(run_agent, what, **settings)
        self.settle()  # the first tick settles what lies before it

    def to_review(self, days: int = 1) -> Any:
        """Move on past the next time of eight; return the newest review of Bo's."""
        now = self.runtime.clock.now()
        eight = datetime(now.year, now.month, now.day, 8, 1, tzinfo=now.tzinfo)
        self.runtime.advance(eight + timedelta(days=days - (now < eight)) - now)
        return self.digests()[-1]

    def digests(self, address: str = BO) -> list[Any]:
        return [mail for mail in reversed(self.sandbox.outbox(address)) if "] review:" in mail.subject]

    def say(self, text: str, sender: str = BO, digest: Any = None, **more: Any) -> Any:
        """Have somebody answer a review, by default Bo's newest; return the mail."""
        digest = digest or self.digests()[-1]
        sent = self.sandbox.post_mail(
            sender, DESK, more.pop("subject", f"Re: {digest.subject}"), text=text,
            in_reply_to=more.pop("in_reply_to", digest.message_id), **more,
        )  # fmt: skip
        self.finish()
        return sent

    def finish(self) -> None:
        """Let the answer, what it hands in, and its notice happen."""
        for _ in range(2):
            self.settle()
        self.runtime.advance(timedelta(seconds=20))

    def told(self, address: str = BO) -> str:
        """Return the one notice that somebody got."""
        (notice,) = self.notices(address)
        return notice
