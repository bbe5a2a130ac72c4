"""Facts of a person that end the writing, or put it into a person's hands."""

from __future__ import annotations

from ..asking import Asking, Found, check, may_be, surely
from ..leaving import Outcome


@check
def stopped(
    asking: Asking, *, facts: list[str], why: str, answers: Outcome = "hold", confirms: dict[str, str] | None = None
) -> Found | None:
    """None of these facts is so: otherwise nothing is asked for any more, and answers are left to a person.

    `confirms` names by fact the template that says so to the person: it may leave later than the fact was recorded.
    """
    leaving = asking.leaving
    said = [
        name for name, template in (confirms or {}).items() if (leaving.kind, leaving.template) == ("answer", template)
    ]
    hit = next((name for name in facts if name not in said and may_be(asking.fact(name))), None)
    if hit is None:
        return None
    return Found(f"{hit.replace('_', ' ')} is recorded: {why}", answers if leaving.kind == "answer" else None)


@check
def address_of_work(asking: Asking) -> Found | None:
    """It goes to no address at work, unless the person wrote to us from it."""
    if may_be(asking.fact("work_address")) and not surely(asking.fact("work_address_used")):
        return Found("the address is one at work, and the person has not written to us from it")
    return None
