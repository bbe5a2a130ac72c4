"""The checks that rules name, by topic; importing this makes all of them known."""

from . import bases, caps, debts, hours, lint, notices, stops

__all__ = ["bases", "caps", "debts", "hours", "lint", "notices", "stops"]
