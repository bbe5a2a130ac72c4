"""Who lives in a simulated year: a thousand made from the agent's own fictional people, and how they answer."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

NAMES = (
    "Ada Byrne", "Bo Lindqvist", "Carla Nunes", "Dev Anand", "Ella Park", "Femi Ade", "Gus Ferrer", "Hana Mori",
    "Ivo Petrov", "June Archer", "Karl Voss", "Lena Aho", "Mara Silva", "Nils Berg", "Olu Bello", "Pia Keller",
)  # fmt: skip
ANSWERS: Mapping[str, Sequence[tuple[str, float, str]]] = {
    "sdr": (
        ("interested", 0.10, "Sounds useful. How do we take this further?"),
        ("no", 0.10, "No thanks, we are not interested."),
        ("stop", 0.08, "Please take me off your list."),
        ("away", 0.08, "I am out of the office until {back}. For urgent matters please write to my colleague."),
        ("question", 0.06, "How long does it take to set up?"),
        ("wrong", 0.03, "I am not the right person for this, I left that job a year ago."),
        ("anger", 0.02, "This is harassment. Our lawyers will be in touch if you write again."),
    ),
    "recruiter": (
        ("interested", 0.10, "Yes, I would like to hear more about the role."),
        ("no", 0.12, "Thanks, but I am not looking for a new job."),
        ("stop", 0.06, "Please delete my data and do not contact me again."),
        ("away", 0.06, "I am on leave until {back}."),
        ("question", 0.06, "Is the role remote, and what does it pay?"),
        ("wrong", 0.02, "You have the wrong person, I have never worked in this field."),
    ),
    "collections": (
        ("paid", 0.10, "I have paid this already, on {day}, reference AB-{number}."),
        ("dispute", 0.08, "I dispute this debt, I do not owe this money."),
        ("plan", 0.07, "I cannot pay it all at once. Can I pay in instalments?"),
        ("promise", 0.06, "I will pay on {promise}."),
        ("hardship", 0.04, "I lost my job and cannot pay anything at the moment."),
        ("cease", 0.05, "Stop contacting me about this."),
        ("attorney", 0.02, "I am represented by an attorney, please talk to my lawyer only."),
        ("bankrupt", 0.02, "I have filed for bankruptcy."),
        ("wrong", 0.02, "You have the wrong person, I do not know this company."),
    ),
}  # fmt: skip
ENDS = {
    "sdr": {"stop", "no", "anger", "wrong", "click", "mailto", "bounce", "complaint"},
    "recruiter": {"stop", "no", "wrong", "click", "mailto", "bounce", "complaint"},
    "collections": {"cease", "attorney", "bankrupt", "wrong", "click", "mailto", "bounce", "complaint"},
}
"""After these nothing at all may come any more."""
NO_DEMAND = {"dispute", "hardship"}
"""After these no mail asks for money: what comes acknowledges, or a person writes it."""


@dataclass
class Person:
    """Somebody outside: where they are, what the agent may know of them, what they did when, the ids of their mails.

    `owed` is what they owe, from when on.
    """

    address: str
    row: dict[str, str]
    zone: str
    did: list[tuple[datetime, str]] = field(default_factory=list)
    wrote: set[str] = field(default_factory=set)
    owed: list[tuple[datetime, Decimal]] = field(default_factory=list)


def crowd(folder: Path, agent: str, count: int, start: datetime, rng: random.Random) -> list[Person]:
    """Return `count` people after the models in an agent's campaigns; two share a domain now and then."""
    models = [row for path in sorted((folder / "data" / "campaigns").glob("*.csv")) for row in _rows(path)]
    models = [row for row in models if row["email"].count("@") == 1]
    people = []
    for number in range(count):
        row = dict(rng.choice(models))
        row |= {"email": f"p{number}@crowd{number // 2}.example", "name": rng.choice(NAMES)}
        if agent == "collections":
            due = start.date() + timedelta(days=rng.randrange(-20, 280))
            row |= {"number": f"SIM-{number}", "due": due.isoformat()}
        people.append(Person(row["email"], row, row.get("zone") or ""))
    return people


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]


def answer_of(agent: str, rng: random.Random, now: datetime, number: int) -> tuple[str, str]:
    """Return what somebody does about a mail, and the words; mostly nothing."""
    rolled = rng.random()
    for kind, share in (("bounce", 0.012), ("complaint", 0.0002), ("click", 0.02), ("mailto", 0.01)):
        if rolled < share:
            return kind, ""
        rolled -= share
    for kind, share, words in ANSWERS[agent]:
        if rolled < share:
            days = {"back": 9, "day": -3, "promise": 6}
            said = {name: _in_words(now.date() + timedelta(days=by)) for name, by in days.items()}
            return kind, words.format(**said, number=number)
        rolled -= share
    return "", ""


def _in_words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
