"""Without a model a reply is read by its words; where these stop nothing, what the examples are nearest to may."""

from types import SimpleNamespace

import pytest

from collections_agent.decisions import Reading
from collections_agent.offline import reading
from postroom.brain.offline import Ask, OfflineBrain
from postroom.loading import load_agent
from postroom_kit.debts.told import stops, told

COLLECTIONS = load_agent("collections")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("I live on a little each month and it is gone by the tenth.", "hardship"),
        ("I already paid this on Monday, reference 4411.", "paid"),
        ("Could I pay 50 a month?", "plan"),
        ("I dispute this. I already paid.", "dispute"),
    ],
)
def test_words_of_a_plan_or_a_payment_do_not_hide_what_stops_us(
    text: str, means: str, offline_brain: OfflineBrain
) -> None:
    ask = Ask(
        question=SimpleNamespace(message=SimpleNamespace(subject="", new_text=text)),
        skill=offline_brain.skill(COLLECTIONS.folder, Reading),
    )
    assert stops(told(text)) is (means == "dispute")
    assert reading(ask).value["means"] == means
