"""Spans of time in words."""

from __future__ import annotations

from datetime import timedelta


def in_words(span: timedelta) -> str:
    """Return a span as people say it, in its two largest units at most: `2 d 3 h`, `45 min`."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join([f"{count} {unit}" for count, unit in parts if count][:2]) or "0 min"
