"""What a search of the web brought, as sources and claims for the ledger: undated pages bear nothing out there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from ..web_citations import Finding
from .claims import TOPICS

_FORMS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
_AGO = re.compile(r"(?P<count>\d{1,3}|an?) (?P<unit>hour|day|week|month|year)s? ago", re.IGNORECASE)
_DAYS = {"hour": 0, "day": 1, "week": 7, "month": 31, "year": 366}


def with_searched(known: dict[str, Any], found: Iterable[Finding], today: date) -> dict[str, Any]:
    """Return what `gather` returned with the pages found as further sources, and what is said of them as claims."""
    sources: dict[str, dict[str, Any]] = {}
    claims = []
    for each in found:
        topic, quote = each.about if each.about in TOPICS else "activity", " ".join(each.quote.split())
        dated = changed_on(each.age, today)
        page = {"id": f"web {len(sources) + 1}", "where": each.url, "dated": dated.isoformat() if dated else ""}
        source = sources.setdefault(each.url, page | {"text": "", "topic": topic})
        source["text"] += f"{quote}\n\n"
        claims.append({"text": each.text, "quote": quote, "source": source["id"], "topic": topic})
    return {**known, "sources": [*known["sources"], *sources.values()], "claims": [*known["claims"], *claims]}


def changed_on(age: str, today: date) -> date | None:
    """Return the day a page was changed last, of a span the earliest that is meant; None where nobody can tell."""
    if ago := _AGO.fullmatch(age.strip()):
        count = int(ago["count"]) if ago["count"].isdecimal() else 1
        return today - timedelta(days=(count + 1) * (_DAYS[ago["unit"].lower()] or 1))
    try:
        return date.fromisoformat(age.strip()[:10])
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(age.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
