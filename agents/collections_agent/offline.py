"""How collections reads a reply without a model: by words that leave no doubt, then by the examples."""

from __future__ import annotations

from postroom.brain.offline import Ask, Guess, classify_fields
from postroom_kit.debts.told import told

ALIKE = {"despair": "threat"}


def reading(ask: Ask) -> Guess:
    """Take the gravest thing that the words tell; of what tells none, what the examples are nearest to."""
    message = ask.question.message
    if message and (flags := told(message.new_text)):
        means = ALIKE.get(flags[0].kind, flags[0].kind)
        return Guess({"means": means}, 1.0, {"means": 1.0}, {"means": f"the words {flags[0].quote!r}"})
    return classify_fields(ask)
