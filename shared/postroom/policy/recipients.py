"""Who an answer goes to: decided by code from the envelope, never by the text of a mail or a model."""

from __future__ import annotations

from dataclasses import dataclass

from postroom.mail import Message
from postroom.policy.gate import Facts


@dataclass(frozen=True)
class Addressed:
    """The recipients of an answer."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()


def address_answer(message: Message, facts: Facts) -> Addressed:
    """Address an answer to `message`.

    It goes to the From. A Reply-To counts only within the From's own domain, and never one that is ours or hears no
    more. People in Cc stay only if they wrote on the thread, authenticated, or are ours.
    """
    sender = message.sender.address
    unheard = facts.own.union(facts.suppressed, facts.doubted)
    theirs = [address for address in message.reply_to if address not in unheard]
    reply_to = [address for address in theirs if address.rpartition("@")[2] == message.sender.domain]
    to = (reply_to[0],) if reply_to and sender else ((sender,) if sender else ())
    kept = [
        address
        for address in dict.fromkeys((*message.to, *message.cc))
        if address in facts.writers | facts.people and address not in facts.own and address not in to
    ]
    return Addressed(to, tuple(kept))
