"""How a table of sentences tells days and times."""

from postroom_kit.replies import Named


def told(named: Named) -> str:
    """Return "first", "first/last", each with the times of day behind it."""
    days = str(named.first) if named.first == named.last else f"{named.first}/{named.last}"
    times = [f"{at:%H:%M}" for at in (named.moment, named.until) if at]
    return " ".join([days, "-".join(times)]) if times else days
