"""What a mail says above or beside a text of nothing but a greeting, thanks or a name: in its subject, by a file."""

from __future__ import annotations

import pytest
from support_desk import INBOX, Start, SupportDesk

from agentmail_sandbox import Part
from postroom.brain.offline import OfflineBrain


@pytest.fixture
def desk(run_agent: Start, offline_brain: OfflineBrain) -> SupportDesk:
    return SupportDesk(run_agent, offline_brain)


@pytest.mark.parametrize("text", ["Thanks!", "Thank you in advance\nAna", "Hi,\n\nBest regards\nAna", ""])
def test_a_question_that_stands_in_the_subject_alone_is_answered(desk: SupportDesk, text: str) -> None:
    desk.subject = "How do I return a sensor?"
    assert {"support/answered", "source/auto"} <= desk.labels_of(desk.write(text))
    assert len(desk.sent_to()) == 1


@pytest.mark.parametrize("subject", ["Please cancel order WF-20431", "Kündigung meines Abos", "Refund"])
def test_a_request_that_stands_in_the_subject_above_thanks_reaches_somebody(desk: SupportDesk, subject: str) -> None:
    desk.subject = subject
    assert "support/with-human" in desk.labels_of(desk.write("Vielen Dank im Voraus"))


@pytest.mark.parametrize("subject", ["Re: Cancel my plan", "Re: Refund", "AW: Kündigung"])
def test_a_wish_in_the_subject_of_an_answer_to_nothing_of_ours_is_not_closed_as_thanks(
    desk: SupportDesk, subject: str
) -> None:
    desk.subject = subject
    assert "support/closed" not in desk.labels_of(desk.write("Thanks"))


@pytest.mark.parametrize(
    ("subject", "text"),
    [("Accepted Cards", "Thanks"), ("Set Up Help", "Thanks in advance!"), ("Online Payment", "Thanks, Kim")],
)
def test_a_title_that_begins_as_good_news_does_is_not_closed_as_thanks(
    desk: SupportDesk, subject: str, text: str
) -> None:
    desk.subject = subject
    assert "support/closed" not in desk.labels_of(desk.write(text))


@pytest.mark.parametrize("subject", ["photo", "Alarm", "invoice"])
def test_who_names_one_thing_is_asked_what_about_it_and_no_wish_is_made_of_it(desk: SupportDesk, subject: str) -> None:
    desk.subject = subject
    labels = desk.labels_of(desk.write(""))
    assert "support/waiting" in labels
    assert not any(label.startswith("category/") for label in labels)


@pytest.mark.parametrize("text", ["Thanks", "Hi,\n\nBest regards\nAna"])
@pytest.mark.parametrize("subject", ["Unsubscribe", "Re: Unsubscribe"])
def test_who_opts_out_in_the_subject_gets_no_word(desk: SupportDesk, subject: str, text: str) -> None:
    desk.subject = subject
    assert "support/with-human" in desk.labels_of(desk.write(text))
    assert desk.sent_to() == []


def test_what_a_subject_alone_does_not_make_clear_is_asked_about(desk: SupportDesk) -> None:
    desk.subject = "Password reset"
    assert "support/waiting" in desk.labels_of(desk.write("Thanks"))
    assert "what you need" in " ".join(str(desk.sent_to()[0].text).split())


def test_a_file_with_nothing_but_thanks_reaches_somebody_where_it_may_be_what_we_asked_for(desk: SupportDesk) -> None:
    desk.subject = "Password reset"
    asked = desk.write("Thanks")
    photo = Part(b"png", "hub.png", "image/png")
    desk.sandbox.post_mail(
        "Ana <ana@example.com>",
        INBOX,
        "Re: Password reset",
        text="Thanks!",
        attachments=[photo],
        in_reply_to=asked.message_id,
    )
    desk.runtime.drain()
    assert "support/with-human" in desk.labels_of(asked)


@pytest.mark.parametrize("subject", ["", "Thanks for your help", "Re: How do I return a sensor?"])
def test_thanks_below_a_subject_that_asks_nothing_new_close_the_thread(desk: SupportDesk, subject: str) -> None:
    desk.subject = subject
    assert "support/closed" in desk.labels_of(desk.write("Thanks!\nAna"))
    assert desk.sent_to() == []


@pytest.mark.parametrize("text", ["Do you ship to Norway?", "Do you ship to Norway? And can I pay by PayPal?"])
def test_a_question_in_the_subject_is_answered_beside_another_in_the_text(desk: SupportDesk, text: str) -> None:
    desk.subject = "How many days do I have to send something back?"
    assert "support/answered" in desk.labels_of(desk.write(text))
    told = desk.sent_to()[0].text
    assert "30 days of delivery" in " ".join(told.split())
    assert "Norway and Switzerland" in " ".join(told.split())


@pytest.mark.parametrize("subject", ["Who is your chief executive?", "Please cancel order WF-20431"])
def test_what_no_article_answers_in_the_subject_is_not_left_out_for_a_question_in_the_text(
    desk: SupportDesk, subject: str
) -> None:
    desk.subject = subject
    assert "support/with-human" in desk.labels_of(desk.write("Do you ship to Norway?"))


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Who is your chief executive?", "Do you ship to Norway?"),
        ("Shipping?", "Do you ship to Norway?"),
        ("A quick question?", "Do you ship to Norway?"),
        ("Question about shipping abroad?", "Do you ship to Norway?"),
        ("Can you help me?", "Do you ship to Norway?"),
        ("Do you ship to Norway?", "Hi, do you ship to Norway?"),
        ("Cancel my order", "How do I cancel an order?"),
    ],
)
def test_a_subject_that_only_names_what_the_text_asks_is_no_second_question(
    desk: SupportDesk, subject: str, text: str
) -> None:
    desk.subject = subject
    assert "support/answered" in desk.labels_of(desk.write(text))
