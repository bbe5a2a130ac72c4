"""The public names: few, all importable, and those of the design."""

from __future__ import annotations

import postroom

DESIGNED = {
    "State",
    "Flow",
    "Agent",
    "Transition",
    "Actions",
    "Message",
    "Thread",
    "Inbox",
    "Sender",
    "Attachment",
    "Decision",
    "Source",
    "Reply",
    "Send",
    "Forward",
    "Escalate",
    "Notify",
    "Plan",
    "Postpone",
    "Propose",
    "Cancel",
    "Suppress",
    "Do",
    "days",
    "hours",
    "business_days",
    "Clock",
    "Settings",
    "run",
    "Refused",
}


def test_the_public_names_are_those_of_the_design_and_at_most_thirty() -> None:
    assert set(postroom.__all__) == DESIGNED
    assert len(postroom.__all__) <= 30
    assert postroom.__all__ == sorted(postroom.__all__)


def test_each_public_name_is_there_and_documented() -> None:
    assert [name for name in postroom.__all__ if not getattr(postroom, name).__doc__] == []
