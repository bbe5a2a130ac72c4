"""What replies to outreach say: no more mail, no, who left, who is meant, when to write again, which days and times."""

from .absences import Absence, absence_of
from .dates import Named, dates_named
from .people import Person, people_named
from .promised import offered_times, promised_day
from .signals import PARENTAL_LEAVE, Signal, signals
from .stopping import StopWish, declines, wants_no_more

__all__ = [
    "PARENTAL_LEAVE",
    "Absence",
    "Named",
    "Person",
    "Signal",
    "StopWish",
    "absence_of",
    "dates_named",
    "declines",
    "offered_times",
    "people_named",
    "promised_day",
    "signals",
    "wants_no_more",
]
