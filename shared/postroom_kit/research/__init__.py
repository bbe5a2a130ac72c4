"""What is known of somebody we have never written to, where it stands, and whether a first mail keeps to it.

`read_notes` and `read_page` bring sources, `ledger` keeps the claims that their words bear out, `keep_to` cuts what a
mail says beyond them, `mail_faults` looks at its length and subject, `compare` and `funnel` count what came of it.
"""

from .claims import Claim, Cut, Ledger, Source, Topic, ledger
from .mail_shape import MOST_WORDS, mail_faults, words_in
from .notes import Notes, NotesError, read_notes
from .pages import Limits, Page, PageRefused, read_page
from .stated import Kept, keep_to
from .variants import Comparison, Funnel, Rate, compare, funnel, rate

__all__ = [
    "MOST_WORDS",
    "Claim",
    "Comparison",
    "Cut",
    "Funnel",
    "Kept",
    "Ledger",
    "Limits",
    "Notes",
    "NotesError",
    "Page",
    "PageRefused",
    "Rate",
    "Source",
    "Topic",
    "compare",
    "funnel",
    "keep_to",
    "ledger",
    "mail_faults",
    "rate",
    "read_notes",
    "read_page",
    "words_in",
]
