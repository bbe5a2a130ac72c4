"""What of a mail that seems to ask for nothing is read by nobody: good news alone."""

from __future__ import annotations

import pytest

from postroom_kit.knowledge.all_well import is_all_well


@pytest.mark.parametrize(
    "text",
    [
        "Thanks. Now the hub is dead.",
        "Thanks. Now the light is red.",
        "Thanks, the light is red.",
        "Thanks. It is beeping all night now.",
        "Thank you. I paid twice.",
        "Thank you for the answer. The button is stuck.",
        "Thank you, the label arrived. The parcel is too big for it.",
        "Thank you. The parcel arrived damaged.",
        "Thanks. It worked for an hour.",
        "Great, the sensor is set up and the hub blinks.",
        "Thanks. I will buy elsewhere.",
        "Thanks. You will hear from me.",
        "Thanks\n\nKim Doe\nStill red",
        "Thank you. The screen went dark.",
        "Thanks for your reply and the light is red now",
        "I will try it and the light is red. Thanks",
        "Thanks, I'll check tomorrow because the siren goes off",
        "Thanks. I booked twice",
        "Thanks for the quick reply the hub is dead now",
        "Thanks. Two of three arrived",
        "Thanks. Somebody changed the alarm limits I set.",
        "Thanks. The freezer stopped being cool.",
        ":(",
        "ok. :-(",
        "Thanks :/",
        "😢",
        "👎🏻",
        "Thank you 💔",
        "...",
    ],
)
def test_what_may_be_trouble_in_any_words_is_for_a_person(text: str) -> None:
    assert not is_all_well(text, "Kim Doe")


@pytest.mark.parametrize(
    "text",
    [
        "Many thanks, I will try that tomorrow.",
        "Thanks for explaining. We'll think about it and tell the boss.",
        "Thank you, the parcel arrived safely.",
        "Great, found it. Parcel dropped off this morning. Cheers",
        "New card accepted, all fine. Thanks.",
        "👍🏽",
        "Perfect 👌",
        "It works, thanks! 🎉",
        "thx, will try tomorrow",
        "Alright, ty. Have a good one ;)",
        "She got the invite and is set up. Thanks!",
        "Never mind, I found it myself. Sorry to bother you.",
        "The new probe is fantastic. Thanks.",
        "The explanation makes sense, thank you.",
        "No further questions. You can close this. Best wishes, Kim",
        "Thanks, we booked the Thursday slot. See you then.",
        "That answers my question, much obliged.\n\nKim Doe\nDoe & Sons Cheesemakers\n+44 20 7946 0000",
    ],
)
def test_good_news_and_what_the_writer_will_do_are_for_nobody(text: str) -> None:
    assert is_all_well(text, "Kim Doe")


def test_what_is_longer_than_anybodys_good_news_is_for_a_person() -> None:
    assert not is_all_well("Thanks, " + "all " * 3_000 + "good", "Kim Doe")
