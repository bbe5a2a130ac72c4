"""Those of our people that mail does not reach: who they are, in sentences, and how mail reaches them again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from postroom.mail import Sender
from postroom.mailbox.client import patiently, there
from postroom.policy.gate import UNREACHED
from postroom.runtime.context import Context
from postroom.runtime.journal import Journal, Row
from postroom.runtime.tables import suppressed


def reached(journal: Journal, people: Sequence[str]) -> list[str]:
    """Return which addresses of our people mail reaches, in their order."""
    stopped = journal.suppressed(people)
    return [person for person in people if person not in stopped]


def is_kept_back(row: Row) -> bool:
    """Tell whether an action is a hand-over that mail carries to none of our people: their label alone tells them."""
    return bool(row["kind"] == "Escalate" and row["status"] == "refused" and row["rule"] == UNREACHED)


def unreached(journal: Journal, teams: Iterable[Sequence[str]]) -> list[str]:
    """Return a sentence for each of our people that mail does not reach: since when, who gets their mail, what to do.

    Each team is the people of an agent, in the order of escalation.
    """
    said: dict[str, None] = {}
    for team in teams:
        people = [Sender.parse(person).address for person in team]
        chosen = sa.select(suppressed).where(suppressed.c.address.in_(people)).order_by(suppressed.c.at)
        with journal.database.connect() as connection:
            stopped = connection.execute(chosen).mappings().all()
        left = reached(journal, people)
        others = f"hand-overs go to {left[0]}" if left else "nobody else is left: hand-overs are on the page alone"
        for row in stopped:
            since = f"{row['at']:%Y-%m-%d %H:%M} UTC ({row['reason']})"
            again = f"once it works: postroom resume --address {row['address']}"
            said[f"{row['address']} gets no mail since {since}; {others}; {again}"] = None
    return list(said)


def reach_again(context: Context, address: str) -> bool:
    """Let mail reach one of our people again that bounced or complained; return whether any was kept back.

    Raises ValueError for anybody else: what a customer asked for stays.
    """
    if address not in context.people:
        ours = ", ".join(sorted(context.people))
        raise ValueError(f"{address} is none of our people, so nothing was changed; they are: {ours}")
    there(patiently, context.client.lists.delete, "send", "block", address)
    with context.journal.audit.telling((suppressed, {"address": address})) as connection:
        return bool(connection.execute(sa.delete(suppressed).where(suppressed.c.address == address)).rowcount)
