"""The files of one of our people's answer go to the customer with their words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from approval_desk import ANA, BO, DESK, Desk
from left import left

from agentmail_sandbox import Part

Start = Callable[..., Any]
OFFER = Part(b"the offer", "offer.txt", "text/plain")


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    made = Desk(run_agent, "escalate")
    made.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    made.settle()
    return made


def answer(desk: Desk, *files: Part, text: str = "Please see the file.") -> None:
    (pack,) = [mail for mail in left(desk.sandbox, BO) if "hands a thread" in mail.text]
    desk.answer(text, review=pack, attachments=list(files))


def received(desk: Desk) -> dict[str, bytes]:
    """Return the files that the customer got with the newest mail, by name."""
    newest = desk.client.inboxes.messages.list(DESK, labels=["sent"]).messages
    mail = next(message for message in newest if any(ANA in to for to in message.to))
    found = {}
    for file in mail.attachments or ():
        link = desk.client.inboxes.messages.get_attachment(DESK, mail.message_id, file.attachment_id)
        found[str(file.filename)] = desk.runtime.context.http.get(link.download_url).content
    return found


def test_a_file_arrives_as_it_was(desk: Desk) -> None:
    answer(desk, OFFER, Part(bytes(range(256)), "scan.pdf", "application/pdf"))
    assert received(desk) == {"offer.txt": b"the offer", "scan.pdf": bytes(range(256))}
    assert desk.notices() == []


def test_the_original_that_we_sent_along_does_not_go_back(desk: Desk) -> None:
    answer(desk, Part(b"From: a@b\r\n\r\nhi", "original.eml", "message/rfc822"))
    assert received(desk) == {}


def test_the_picture_of_a_signature_stays_and_nobody_is_told(desk: Desk) -> None:
    answer(desk, Part(b"x" * 500, "logo.png", "image/png", "inline", "logo"))
    assert received(desk) == {}
    assert desk.notices() == []


def test_whoever_pasted_a_picture_hears_that_it_did_not_go(desk: Desk) -> None:
    answer(desk, Part(b"x" * 30_000, "screen.png", "image/png", "inline", "screen"))
    assert received(desk) == {}
    assert "Pictures within the text were not" in desk.notices()[-1]


def test_files_that_are_too_large_stay_and_their_writer_hears_so(desk: Desk) -> None:
    answer(desk, Part(b"x" * 4_100_000, "film.mp4", "video/mp4"))
    assert received(desk) == {}
    assert "they are too large (4.1 MB, and 4 may be)" in desk.notices()[-1]


def test_words_that_answer_a_notice_of_ours_go_to_no_customer(desk: Desk) -> None:
    before = len(desk.to_customer())
    answer(desk, text="yes?")
    notice = desk.sandbox.outbox(BO)[0]
    assert "your answer" in notice.subject
    desk.answer("Sorry, what was wrong with my yes?", review=notice)
    assert len(desk.to_customer()) == before
    assert "you answered our notice" in desk.notices()[-1]
    answer(desk, text="It is teal, I looked.")
    assert len(desk.to_customer()) == before + 1


@pytest.mark.parametrize(("name", "kind"), [("note.eml", "message/rfc822"), ("note.msg", "application/octet-stream")])
def test_whoever_attached_another_mail_hears_that_it_did_not_go(desk: Desk, name: str, kind: str) -> None:
    answer(desk, Part(b"From: a@b\r\n\r\nshe never pays", name, kind), OFFER)
    assert received(desk) == {"offer.txt": b"the offer"}
    assert "Attached mails were not" in desk.notices()[-1]
