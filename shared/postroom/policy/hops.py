"""How many agents a matter went through, in a header of our own: agents do not write to each other without end."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from postroom.mail import Message

HEADER = "Postroom-Hops"
"""On every mail that leaves us: 1 on what a person's mail led to, one more with each agent it went through."""
MOST_HOPS = 5
DAY = timedelta(hours=24)


def next_hop(at_hand: Message | None, messages: Sequence[Message], agents: Set[str], now: datetime) -> int:
    """Return the hop of a mail about to leave, from 1: one more than the mail at hand, and than its thread, has.

    The thread has the most that mail between agents on it says, and no less than there were such mails in 24 hours:
    not every partner sets the header, and some are people. Without a mail at hand, as when a timer runs, what may have
    led to its mail counts. The header can only make us stricter.
    """
    between = [message for message in messages if _is_between_agents(message, agents)]
    about = [*between, *(_may_have_led_to_it(messages) if at_hand is None else [at_hand])]
    lately = sum(now - message.timestamp < DAY for message in between)
    return 1 + max(lately, *map(hops_of, about), 0)


def hops_of(message: Message) -> int:
    """Return the hop a message came with, 0 without one; what cannot be read counts as the most."""
    return max(map(_number, _values(message)), default=0)


def said_of(message: Message) -> str:
    """Say with what header a message came that lets no agent answer it; "" of any other."""
    most = max(_values(message), key=_number, default="")
    count = hops_of(message)
    counts = f"{HEADER} {most[:20]!r}, which counts as mail {count} between agents"
    return f"the message came with {counts}" if count >= MOST_HOPS else ""


def _is_between_agents(message: Message, agents: Set[str]) -> bool:
    """Tell whether an agent wrote this to us, authenticated, or we to one."""
    if message.received:
        return message.sender.authenticated and message.sender.address in agents
    return not agents.isdisjoint(message.to)


def _may_have_led_to_it(messages: Sequence[Message]) -> list[Message]:
    """Return the mails on a thread that time may pass on: ours, and all that are authenticated.

    Of who is no agent we know of, was not written to and is not the first writer, a header counts only up to what
    agents send: an agent that we do not know looks like any stranger, but it never sends more.
    """
    known = {address for message in messages if not message.received for address in (*message.to, *message.cc)}
    known |= {message.sender.address for message in messages[:1]}
    return [
        message
        for message in messages
        if not message.received
        or (message.sender.authenticated and (message.sender.address in known or hops_of(message) <= MOST_HOPS))
    ]


def _values(message: Message) -> list[str]:
    return [value.strip() for name, value in message.headers.items() if name.lower() == HEADER.lower()]


def _number(value: str) -> int:
    readable = value.isascii() and value.isdecimal() and len(value) <= len(str(MOST_HOPS))
    return int(value) if readable else MOST_HOPS
