"""In which language a mail is answered, and what people read about one that is not in English."""

from __future__ import annotations

from .mail_reading import language
from .wordings import language_name


def spoken_in(text: str) -> str:
    """Return the language that a mail is answered in (ISO 639-1): English where its words show none."""
    return language(text) or "en"


def abroad(text: str, subject: str = "") -> str:
    """Return what people read of a mail in another language than English; empty for one that is in English.

    The subject tells it where the text does not.
    """
    spoken = language(text) or spoken_in(subject)
    return "" if spoken == "en" else f"written in another language than English ({language_name(spoken)})"
