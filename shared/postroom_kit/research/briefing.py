"""A first mail from what was gathered of one prospect to the letter: the ledger before and after a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ..knowledge import Passage
from .claims import Topic
from .first_mail import FirstMail, Wording, first_mail, plain_wording
from .gathering import book_of


class Angle(Protocol):
    """A claim of a model: what it says, the words that bear it out, the id of their source, and its topic."""

    @property
    def text(self) -> str: ...
    @property
    def quote(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def topic(self) -> Topic: ...


class Worded(Protocol):
    """A first mail as a model worded it, with further claims of its own on the sources."""

    @property
    def subject(self) -> str: ...
    @property
    def opening(self) -> str: ...
    @property
    def offer(self) -> str: ...
    @property
    def claims(self) -> Sequence[Angle]: ...


@dataclass(frozen=True, slots=True)
class Brief:
    """Hold what a first mail must keep to: the names it is about, its language and day, how old a source may be, and
    our facts in that language."""

    names: Sequence[str]
    language: str
    today: date
    months: int
    facts: Sequence[Passage]

    def plain(self, found: dict[str, Any], topics: Sequence[Topic], subject: str, fact: str) -> Wording:
        """Return the plain wording of what `gather` found."""
        return plain_wording(self._book(found), topics, subject, fact)

    def given(self, found: dict[str, Any], plain: Wording) -> dict[str, Any]:
        """Return what a model may see of it."""
        claims = [each.text for each in self._book(found).claims]
        return {"sources": found["sources"], "claims": claims, "facts": self.facts, "plain": plain}

    def letter(self, found: dict[str, Any], said: Worded, plain: Wording, asks: str) -> FirstMail | None:
        """Return what of a model's wording stands, with `plain` in the place of what does not; None without an opening.

        `asks` is the question that ends it, by people.
        """
        more = [{name: getattr(each, name) for name in ("text", "quote", "source", "topic")} for each in said.claims]
        worded = Wording(said.subject, said.opening, said.offer)
        return first_mail(worded, plain, asks, self._book(found, more), self.facts)

    def _book(self, found: dict[str, Any], more: Sequence[dict[str, Any]] = ()) -> Any:
        return book_of(found, self.names, self.today, self.months, more, self.language)
