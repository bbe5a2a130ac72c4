"""All that a model may say in collections: what a reply means. It words no mail about a debt."""

from __future__ import annotations

from typing import Literal

from postroom import Decision

SURE, SURE_OF_PAUSE = 0.5, 0.8
"""How sure a reading must be for us to go on writing, and to answer that somebody paid or wants a plan without a word
that says so; less goes to a person."""

LONG = 80
"""Words: whoever writes more than that about a debt tells a story, and a person reads it."""


class Reading(Decision):
    """What somebody who owes, or is said to owe, means by a reply."""

    means: Literal[
        "paid", "dispute", "creditor", "plan", "promise", "hardship", "cease", "attorney", "bankrupt", "deceased",
        "minor", "wrong person", "identity theft", "military", "disaster", "refuses", "complaint", "threat", "question",
        "other",
    ]  # fmt: skip
    """The gravest of all that it means. `paid`: it was paid already. `promise`: it will be paid, in full, by a day.
    `plan`: they want to pay in parts, or later, or less. `creditor`: they ask who was owed first. `question`: they ask
    something about paying or the amount without contesting it. `threat` also for danger to themselves. `other`: thanks,
    or nothing that any of these says."""
