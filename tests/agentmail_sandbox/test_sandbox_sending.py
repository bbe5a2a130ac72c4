import base64
import json

import pytest
from agentmail import AgentMail, NotFoundError, SendAttachment, ValidationError
from agentmail.core.api_error import ApiError

from agentmail_sandbox import Part, Sandbox


def test_a_send_starts_a_thread_and_leaves_to_outside(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sent = client.inboxes.messages.send(
        support,
        to=["Ada <ada@example.com>"],
        bcc="boss@example.com",
        subject="Welcome",
        text="Hello Ada",
        html="<p>Hello Ada</p>",
        labels=["Onboarding"],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message = client.inboxes.messages.get(support, sent.message_id)
    assert message.from_ == f"Support <{support}>"
    assert message.text == "Hello Ada"
    assert message.bcc == ["boss@example.com"]
    assert message.headers["Auto-Submitted"] == "auto-generated"
    assert message.labels == ["delivered", "onboarding", "sent"]
    (left,) = sandbox.outbox("ADA@example.com")
    assert left.message_id == sent.message_id
    assert left.envelope_to == ["ada@example.com", "boss@example.com"]
    assert left.headers["Auto-Submitted"] == "auto-generated"
    assert "Bcc" not in left.headers
    assert sandbox.outbox("nobody@example.com") == []


def test_every_send_without_a_parent_has_a_thread_of_its_own(client: AgentMail, support: str) -> None:
    threads = {
        client.inboxes.messages.send(support, to="ada@example.com", subject="Same", text="x").thread_id for _ in "ab"
    }
    assert len(threads) == 2


def test_a_mail_without_a_subject_shows_none_to_its_sender_and_its_receiver(client: AgentMail, support: str) -> None:
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    sent = client.inboxes.messages.send(support, to=other, text="x")
    for inbox in (support, other):
        message = client.inboxes.messages.get(inbox, sent.message_id)
        assert (message.subject, "Subject" in message.headers) == (None, False)


def test_reply_joins_the_thread_of_its_parent(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail("Ada <ada@example.com>", support, "Question", "Why?")
    sent = client.inboxes.messages.reply(support, asked.message_id, text="Because.", bcc=None)
    message = client.inboxes.messages.get(support, sent.message_id)
    assert sent.thread_id == asked.thread_id
    assert message.to == ["Ada <ada@example.com>"]
    assert message.subject == "Re: Question"
    assert message.in_reply_to == asked.message_id
    assert message.references == [asked.message_id]
    again = sandbox.post_mail("ada@example.com", support, "Re: Question", "Oh.", in_reply_to=sent.message_id)
    assert again.thread_id == asked.thread_id
    third = client.inboxes.messages.reply(support, again.message_id, text="Yes.")
    assert client.inboxes.messages.get(support, third.message_id).subject == "Re: Question"


def test_reply_goes_to_reply_to_unless_told_otherwise(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    raw = (
        b"From: Ada <ada@example.com>\r\nReply-To: desk@example.com\r\nTo: support@sandbox.test\r\n"
        b"Message-ID: <1@example.com>\r\nSubject: x\r\n\r\nhi\r\n"
    )
    sandbox.receive(raw, "ada@example.com", [support])
    assert client.inboxes.messages.get(support, "<1@example.com>").reply_to == ["desk@example.com"]
    first = client.inboxes.messages.reply(support, "<1@example.com>", text="a")
    second = client.inboxes.messages.reply(support, "<1@example.com>", text="b", to="Bob <bob@example.com>")
    assert client.inboxes.messages.get(support, first.message_id).to == ["desk@example.com"]
    assert client.inboxes.messages.get(support, second.message_id).to == ["Bob <bob@example.com>"]


def test_reply_all_keeps_everyone_but_itself(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail(
        "ada@example.com", [support, "bob@example.com"], "Q", "?", cc=["cy@example.com", "ada@example.com"]
    )
    for sent in (
        client.inboxes.messages.reply_all(support, asked.message_id, text="All"),
        client.inboxes.messages.reply(support, asked.message_id, text="All", reply_all=True),
    ):
        message = client.inboxes.messages.get(support, sent.message_id)
        assert message.to == ["ada@example.com", "bob@example.com"]
        assert message.cc == ["cy@example.com"]
    with pytest.raises(ValidationError):
        client.inboxes.messages.reply(support, asked.message_id, text="x", reply_all=True, to="eve@example.com")


def test_reply_to_ones_own_message_goes_to_whom_that_went(client: AgentMail, support: str) -> None:
    first = client.inboxes.messages.send(support, to="ada@example.com", subject="Offer", text="x")
    second = client.inboxes.messages.reply(support, first.message_id, text="Did you see this?")
    assert second.thread_id == first.thread_id
    assert client.inboxes.messages.get(support, second.message_id).to == ["ada@example.com"]


def test_forward_carries_text_and_attachments(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail(
        "ada@example.com",
        support,
        "Contract",
        "See <attached>",
        attachments=[Part(b"%PDF", "c.pdf", "application/pdf")],
    )
    sent = client.inboxes.messages.forward(
        support, asked.message_id, to="law@example.com", text="Please read", html="<p>Please read</p>"
    )
    message = client.inboxes.messages.get(support, sent.message_id)
    assert message.subject == "Fwd: Contract"
    assert message.text.startswith("Please read")
    assert "See <attached>" in message.text
    assert "See &lt;attached>" in message.html
    assert [attachment.filename for attachment in message.attachments] == ["c.pdf"]


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_more_than_fifty_recipients_are_refused(client: AgentMail, support: str, field: str) -> None:
    crowd = [f"p{n}@example.com" for n in range(51)]
    with pytest.raises(ValidationError):
        client.inboxes.messages.send(support, text="x", **{field: crowd})
    client.inboxes.messages.send(support, text="x", **{field: crowd[:50]})


def test_a_message_without_recipients_cannot_be_processed(client: AgentMail, support: str) -> None:
    with pytest.raises(ApiError) as refused:
        client.inboxes.messages.send(support, text="x", to=None)
    assert refused.value.status_code == 422
    assert refused.value.body["code"] == "unprocessable"


@pytest.mark.parametrize("to", ["nonsense", "", "a@", ["ok@example.com", "bad"], "a@example.com\r\nBcc: b@example.com"])
def test_what_is_no_address_is_refused(client: AgentMail, support: str, to: object) -> None:
    with pytest.raises(ApiError) as refused:
        client.inboxes.messages.send(support, text="x", to=to)
    assert refused.value.status_code in (400, 422)


@pytest.mark.parametrize(
    "headers", [{"Bad Name": "x"}, {"X-A": "x\r\nBcc: eve@example.com"}, {"From": "x@example.com"}]
)
def test_headers_that_a_mail_cannot_carry_are_refused(client: AgentMail, support: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        client.inboxes.messages.send(support, to="a@example.com", text="x", headers=headers)


def test_attachments_arrive_as_they_were_sent(client: AgentMail, support: str) -> None:
    eml = b"From: x@example.com\r\nSubject: inner\r\n\r\noriginal\r\n"
    given = [
        SendAttachment(filename="räksmörgås.txt", content_type="text/plain", content=base64.b64encode(b"hej").decode()),
        SendAttachment(
            filename="dot.png",
            content_type="image/png",
            content_disposition="inline",
            content_id="dot1",
            content=base64.b64encode(b"\x89PNG").decode(),
        ),
        SendAttachment(filename="o.eml", content_type="message/rfc822", content=base64.b64encode(eml).decode()),
    ]
    sent = client.inboxes.messages.send(support, to="a@example.com", text="x", attachments=given)
    text, image, mail = client.inboxes.messages.get(support, sent.message_id).attachments
    assert (text.filename, text.content_type, text.size) == ("räksmörgås.txt", "text/plain", 3)
    assert (image.content_disposition, image.content_id, image.size) == ("inline", "dot1", 4)
    assert mail.content_type == "message/rfc822"


@pytest.mark.parametrize(
    "attachment",
    [
        {"filename": "a"},
        {"content": "eA==", "url": "http://example.com/a"},
        {"content": "not base64!"},
        {"content": "eA==", "content_disposition": "embedded"},
        {"content": "eA==", "content_disposition": "inline\r\nX-Other: 1"},
        {"content": "eA==", "content_id": "a\u2028b"},
    ],
)
def test_a_broken_attachment_is_refused(client: AgentMail, support: str, attachment: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        client.inboxes.messages.send(support, to="a@example.com", text="x", attachments=[attachment])


def test_a_reply_to_nothing_is_not_found(client: AgentMail, support: str) -> None:
    with pytest.raises(NotFoundError):
        client.inboxes.messages.reply(support, "<none@example.com>", text="x")
    with pytest.raises(NotFoundError):
        client.inboxes.messages.send("nobody@sandbox.test", to="a@example.com", text="x")


def test_a_request_beyond_six_megabytes_is_refused(client: AgentMail, support: str) -> None:
    with pytest.raises(ApiError) as refused:
        client.inboxes.messages.send(support, to="a@example.com", text="x" * (6 * 1024 * 1024))
    assert refused.value.status_code == 413


def test_mail_between_inboxes_arrives_in_a_thread_of_the_other(client: AgentMail, support: str) -> None:
    client.inboxes.create(request={"username": "sdr"})
    sent = client.inboxes.messages.send(support, to="SDR@sandbox.test", subject="Lead", text="Call Ada")
    arrived = client.inboxes.messages.get("sdr@sandbox.test", sent.message_id)
    assert arrived.labels == ["received", "unread"]
    assert arrived.thread_id != sent.thread_id
    answer = client.inboxes.messages.reply("sdr@sandbox.test", sent.message_id, text="Done")
    assert answer.thread_id == arrived.thread_id
    assert client.inboxes.messages.get(support, answer.message_id).thread_id == sent.thread_id


def test_mail_to_oneself_is_one_message_sent_and_received(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sent = client.inboxes.messages.send(support, to=support, subject="Note", text="to self")
    listed = client.inboxes.messages.list(support)
    assert [message.message_id for message in listed.messages] == [sent.message_id]
    assert listed.messages[0].labels == ["delivered", "received", "sent", "unread"]


def test_blind_copies_are_hidden_from_receivers(client: AgentMail, support: str) -> None:
    client.inboxes.create(request={"username": "sdr"})
    sent = client.inboxes.messages.send(support, to="sdr@sandbox.test", bcc="spy@example.com", text="x")
    arrived = client.inboxes.messages.get("sdr@sandbox.test", sent.message_id)
    assert "spy" not in json.dumps(arrived.model_dump(mode="json", by_alias=True))


def test_an_unknown_address_of_ones_own_domain_bounces(client: AgentMail, support: str) -> None:
    sent = client.inboxes.messages.send(support, to="nobody@sandbox.test", text="x")
    assert client.inboxes.messages.get(support, sent.message_id).labels == ["bounced", "sent"]
