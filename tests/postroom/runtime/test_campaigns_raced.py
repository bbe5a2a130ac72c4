"""What happens in the very moment in which a follow-up is made: an answer or a move by a person is before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from campaign_desk import ANA, CALLER, Called

from postroom_bench.play import CrashingEngine


class Meanwhile(CrashingEngine):
    """An engine that lets something happen outside right after a step of a run."""

    happens: Callable[[], None] | None = None

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        """Do a step, and what happens after it."""

        def done() -> Any:
            result = work()
            if name == self.after and self.happens:
                happens, self.happens = self.happens, None
                happens()
            return result

        return self._engine.step(name, done)


def answers(here: Called) -> None:
    last = here.mails()[-1]
    raw = f"From: {ANA}\r\nTo: {CALLER}\r\nSubject: Re: {last.subject}\r\nIn-Reply-To: {last.message_id}\r\n"
    here.sandbox.receive(f"{raw}Message-ID: <no@firm.test>\r\n\r\nNo, thank you.\r\n".encode(), ANA, [CALLER])


def moves(here: Called) -> None:
    threads, thread_id = here.sandbox.client().inboxes.threads, here.standing()[ANA].thread_id
    threads.update(CALLER, thread_id, add_labels=["caller/over"], remove_labels=["caller/called"])


@pytest.mark.parametrize("renew", ["", "yes"])
@pytest.mark.parametrize("step", ["load", "plan"])
@pytest.mark.parametrize(("what", "left"), [(answers, ["Thank you for your answer."]), (moves, [])])
def test_what_comes_while_a_follow_up_is_made_keeps_it_back(
    called: Any, what: Callable[[Called], None], left: list[str], step: str, renew: str
) -> None:
    here = called(wrap_engine=Meanwhile)
    here.take_in(f"{ANA},Ana,,{renew},")
    here.go(minutes=1)
    engine = here.runtime.context.engine
    engine.after, engine.happens = step, lambda: what(here)
    here.go(days=30)

    assert engine.happens is None
    later = [mail.text for mail in here.mails()[1:]]
    assert len(later) == len(left)
    assert all(text.startswith(begins) for text, begins in zip(later, left, strict=True))
    assert not here.drafts()
    assert not here.runtime.context.journal.runs_with_status("dead")
