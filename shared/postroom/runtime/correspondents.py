"""Whose thread it is: which of its mails its own people wrote, and whom a mail of ours is for that answers none."""

from __future__ import annotations

from collections.abc import Sequence

from postroom.mail import Message


def to_answer(messages: Sequence[Message]) -> Message | None:
    """Return the newest mail of the person a thread is with, or None where nobody wrote.

    That is the one of its people whom we answered last, or the first who wrote: who else writes on it, and is
    answered, does not get what was meant for that person.
    """
    written = [item for item in messages if item.by_person]
    ours = by_people_of_it(messages)
    theirs = [item for item in written if item.message_id in ours] or written[:1]
    answered = {item.in_reply_to for item in messages if not item.received}
    about = [item for item in theirs if item.message_id in answered][-1:] or theirs[:1]
    return next((item for item in reversed(theirs) if item.sender.address == about[0].sender.address), None)


def by_people_of_it(messages: Sequence[Message]) -> frozenset[str]:
    """Return the ids of the mails on a thread that its own people wrote, as the mail system vouches.

    Those are its first writer, whom we wrote to, and whom one of them named as a recipient. Anybody can send mail that
    AgentMail puts on the thread, and be answered: it stops nothing that was planned or waits for approval.
    """
    known: set[str] = set()
    theirs, others = set(), set()
    for number, message in enumerate(messages):
        sure = message.sender.authenticated and message.sender.address in known
        if number == 0 or (sure if message.received else message.in_reply_to not in others):
            known |= {message.sender.address, *message.to, *message.cc}
            theirs |= {message.message_id} if message.by_person and message.sender.authenticated else set()
        else:
            others.add(message.message_id)
    return frozenset(theirs)
