"""An agent that writes first may not start before it says who writes and from where, as its rules ask."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from caller_agent.agent import caller

from postroom.agent import AgentError
from postroom_kit.outreach import RuleBook

WHOLE = {
    "legal_name": "Caller Ltd",
    "postal_address": "1 Test Street, Testville TV1 2ST",
    "privacy": "https://caller.test/privacy",
}
ASKED = [
    ("cold_email", "legal_name"),
    ("cold_email", "postal_address"),
    ("cold_email", "privacy"),
    ("debt_collection", "legal_name"),
    ("debt_collection", "postal_address"),
    ("hiring", "legal_name"),
    ("hiring", "postal_address"),
    ("hiring", "privacy"),
]


@pytest.mark.parametrize(("book", "name"), ASKED)
@pytest.mark.parametrize("left", [None, " \n"])
def test_who_does_not_say_who_writes_and_from_where_may_not_start(book: str, name: str, left: str | None) -> None:
    agent = caller(RuleBook.of(book, "manners"))
    assert agent.outreach is not None
    agent.outreach = replace(agent.outreach, identity=WHOLE)
    agent.check()
    unsaid = {key: value for key, value in {**WHOLE, name: left}.items() if value is not None}
    agent.outreach = replace(agent.outreach, identity=unsaid)
    told = re.escape(f"outreach names no {name} of who writes, which its rules ask for; add it to Outreach(identity=…)")
    with pytest.raises(AgentError, match=told):
        agent.check()
