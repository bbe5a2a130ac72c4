"""How collections reads a reply without a model: by words that leave no doubt, then by the examples."""

from __future__ import annotations

from postroom.brain.offline import Ask, Guess, classify_fields
from postroom_kit.debts.told import GRAVITY, PAUSES, stops, told

ALIKE = {"despair": "threat"}
STOPPING = {*GRAVITY} - PAUSES


def words(_subject: str, new_text: str) -> str:
    """Judge a reply by what is new in it: its subject is ours."""
    return new_text


def reading(ask: Ask) -> Guess:
    """Take the gravest thing that the words tell; where they stop nothing, what the examples are nearest to may."""
    message = ask.question.message
    flags = told(message.new_text) if message else ()
    if not stops(flags):
        likely = classify_fields(ask)
        if not flags or likely.value["means"] in STOPPING:
            return likely
    means = ALIKE.get(flags[0].kind, flags[0].kind)
    return Guess({"means": means}, 1.0, {"means": 1.0}, {"means": f"the words {flags[0].quote!r}"})
