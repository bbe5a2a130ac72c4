"""What replies to outreach say: no more mail, no, who left, who is meant, when to write again, which days and times."""

from .dates import Named, dates_named
from .people import Person, people_named
from .signals import PARENTAL_LEAVE, Signal, signals
from .stopping import StopWish, declines, wants_no_more

__all__ = [
    "PARENTAL_LEAVE",
    "Named",
    "Person",
    "Signal",
    "StopWish",
    "dates_named",
    "declines",
    "people_named",
    "signals",
    "wants_no_more",
]
