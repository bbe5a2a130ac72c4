"""Read a mail: what kind it is, what its sender newly wrote, in which language, what a machine reports in it.

`parse` reads a raw mail whole; the other functions do one thing for a mail whose parts are at hand.
"""

from .bounces import Bounce
from .calendars import Calendar
from .complaints import Complaint
from .kinds import Kind, is_answer, is_forward, kind, needs_raw
from .languages import language, language_of
from .markup import html_to_text, safe_html
from .parsing import AutoReply, ParsedMail, parse
from .replies import holds_old_mail, new_text
from .shown import shown_words, takes_back
from .stems import stems_for

__all__ = [
    "AutoReply",
    "Bounce",
    "Calendar",
    "Complaint",
    "Kind",
    "ParsedMail",
    "holds_old_mail",
    "html_to_text",
    "is_answer",
    "is_forward",
    "kind",
    "language",
    "language_of",
    "needs_raw",
    "new_text",
    "parse",
    "safe_html",
    "shown_words",
    "stems_for",
    "takes_back",
]
