"""Mail to people who did not write first: where they may be, when it may leave, what law and manners ask of it.

RULES = RuleBook.of("cold_email", "manners", settings={"zone": "Europe/Berlin"})
RULES.judge(leaving)  # None, or the gravest objection
"""

from .cadence import Step, after_absence, moments, next_step
from .leaving import Leaving, Objection, Sent
from .places import Place, Spot, spots
from .rules import BOOKS, Rule, RuleBook, RuleError, rows
from .stop_lines import stop_line
from .windows import Window, next_moment

__all__ = [
    "BOOKS",
    "Leaving",
    "Objection",
    "Place",
    "Rule",
    "RuleBook",
    "RuleError",
    "Sent",
    "Spot",
    "Step",
    "Window",
    "after_absence",
    "moments",
    "next_moment",
    "next_step",
    "rows",
    "spots",
    "stop_line",
]
