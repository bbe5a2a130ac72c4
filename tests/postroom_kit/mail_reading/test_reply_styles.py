"""However a mail program ends a reply, in whatever language, only the sender's own words stay."""

from pathlib import Path

import pytest
import yaml

from postroom_kit.mail_reading import new_text

STYLES = yaml.safe_load((Path(__file__).parent / "reply_styles.yaml").read_text("utf-8"))


@pytest.mark.parametrize("style", STYLES["replies"], ids=[style["style"] for style in STYLES["replies"]])
def test_the_old_thread_of_a_program_goes(style: dict[str, str]) -> None:
    assert new_text(style["mail"], None) == style["new"].strip()


@pytest.mark.parametrize("attribution", STYLES["attributions"])
def test_the_line_above_a_quote_goes_with_it(attribution: str) -> None:
    mail = f"Yes, cancel it.\n\nBob\n\n{attribution}\n\n> Shall we cancel the plan?\n> Ann\n"
    assert new_text(mail, None) == "Yes, cancel it.\n\nBob"


@pytest.mark.parametrize("footer", STYLES["footers"])
def test_what_a_phone_adds_goes(footer: str) -> None:
    assert new_text(f"Yes, cancel it.\n\n{footer}\n", None) == "Yes, cancel it."


@pytest.mark.parametrize(
    "words",
    [
        "My husband wrote:\n\nPlease cancel.\n\nI agree.",
        "De: Paris\nA: Roma\nPlease book both.",
        "Von: Hamburg, nach: Berlin\nDatum: 3. Mai",
        "I sent it from the Outlook for Android page, does that matter?",
        "On 5 May I wrote to you. Nobody answered. Why?",
        "제목: 환불 요청\n\n환불해 주세요.",
    ],
)
def test_a_persons_words_that_look_like_a_programs_stay(words: str) -> None:
    assert new_text(words, None).split() == words.split()
