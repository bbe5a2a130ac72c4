"""CC oversight: one of our people in copy of every mail, and what they write on the thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from postroom.mail import Message
from postroom.mailbox.labels import CHATTER
from postroom.runtime.context import Context, Post
from postroom.runtime.unreached import reached


def overseer(context: Context, post: Post) -> str:
    """Return who is in copy of an agent's mail: the first of its people whom mail reaches, "" where nobody is."""
    return next(iter(reached(context.journal, post.addresses)), "") if post.agent.oversight else ""


def copied(context: Context, post: Post, to: Sequence[str], cc: Iterable[str] = ()) -> list[str]:
    """Return the copies of a mail with the overseer among them."""
    watching = overseer(context, post)
    given = list(cc)
    return [*given, watching] if watching and watching not in {*to, *given} else given


def oversees(context: Context, post: Post, message: Message, thread: Iterable[Message]) -> bool:
    """Tell whether a mail claims to be of one of our people on a thread that is somebody else's."""
    if not post.agent.oversight or message.sender.address not in context.people:
        return False
    return any(_outsiders(context, [each.sender.address, *each.to, *each.cc]) for each in thread)


def is_among_us(context: Context, message: Message, thread: Iterable[Message]) -> bool:
    """Tell whether no customer of the thread got this mail of one of our people, whoever else did."""
    parties = {each.sender.address for each in thread if each.received and each.message_id != message.message_id}
    parties |= {address for each in thread if not each.received for address in (*each.to, *each.cc)}
    return not _outsiders(context, {*message.to, *message.cc} & parties)


def is_chatter(message: Message) -> bool:
    """Tell whether a mail was said among our people: no handler, no model and no customer is to see it."""
    return CHATTER in message.labels


def _outsiders(context: Context, addresses: Iterable[str]) -> set[str]:
    return {*addresses} - context.people - context.own - {""}
