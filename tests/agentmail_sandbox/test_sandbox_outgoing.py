"""What leaves reaches exactly whom it was meant for, with headers and attachments as they were given."""

import base64
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import httpx
import pytest
from agentmail import AgentMail, NotFoundError
from hypothesis import example, given
from hypothesis import strategies as st
from test_sandbox_mime import NOON, WORDS

from agentmail_sandbox import Sandbox
from agentmail_sandbox.addresses import written
from agentmail_sandbox.mime_build import UNFOLDED, WRITTEN, build
from agentmail_sandbox.mime_read import Mail, read

LONG_NAME = "evil@bad.com, Anna Berger (Head of Purchasing, Berger und Soehne GmbH, Muenchen)"
LONG_ID = f"<{'a1b2c3' * 20}@mail.long-domain.example>"


def raw_of(sandbox: Sandbox, inbox_id: str, message_id: str) -> bytes:
    url = sandbox.client().inboxes.messages.get_raw(inbox_id, message_id).download_url
    with httpx.Client(transport=sandbox.transport()) as web:
        return web.get(url).raise_for_status().content


def heard(sandbox: Sandbox, support: str, headers: str) -> str:
    raw = f"To: {support}\r\n{headers}\r\n\r\nhi\r\n".encode()
    return str(sandbox.receive(raw, "ada@example.com", [support])[0].message_id)


@pytest.mark.parametrize(
    "name", [LONG_NAME, "Berger, Anna (Head of Purchasing and of quite a number of other things, Munich)"]
)
def test_a_long_display_name_is_no_list_of_recipients(
    sandbox: Sandbox, client: AgentMail, support: str, name: str
) -> None:
    asked = heard(sandbox, support, f'From: "{name}" <anna@berger.example>')
    sent = client.inboxes.messages.reply(support, asked, text="Yes.")
    (left,) = sandbox.outbox()
    assert left.envelope_to == ["anna@berger.example"]
    assert left.to == [f'"{name}" <anna@berger.example>']
    raw = raw_of(sandbox, support, sent.message_id)
    assert read(raw).to == left.to
    assert max(map(len, raw.splitlines())) <= 78
    assert [found.addr_spec for found in message_from_bytes(raw, policy=default)["To"].addresses] == left.envelope_to


def test_a_long_name_of_an_inbox_arrives_as_it_is(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    name = "Acme, Inc. Customer Support and Returns Department, Second Floor, Building Nine"
    client.inboxes.update(support, display_name=name)
    client.inboxes.create(request={"username": "sdr"})
    sent = client.inboxes.messages.send(support, to="sdr@sandbox.test", text="x")
    for inbox in (support, "sdr@sandbox.test"):
        assert client.inboxes.messages.get(inbox, sent.message_id).from_ == f'"{name}" <{support}>'


@pytest.mark.parametrize("name", ["Acme\rSupport", "Acme\r\n Support\n"])
def test_an_inbox_with_a_line_break_in_its_name_sends(client: AgentMail, support: str, name: str) -> None:
    client.inboxes.update(support, display_name=name)
    sent = client.inboxes.messages.send(support, to="ada@example.com", text="x")
    assert client.inboxes.messages.get(support, sent.message_id).from_ == f"Acme Support <{support}>"


NAMES = st.one_of(WORDS, st.text(st.sampled_from('ab ,.@<>()"\\:;=?_é語'), max_size=150))


@given(st.lists(NAMES, min_size=1, max_size=4), NAMES)
def test_recipients_read_back_as_they_were_written(names: list[str], sender: str) -> None:
    names = [" ".join(name.split()) for name in names]
    to = [written(name, f"p{number}@example.com") for number, name in enumerate(names)]
    again = read(build(Mail(sender=written(" ".join(sender.split()), "me@example.com"), to=to), NOON))
    assert again.to == to
    assert again.sender == written(" ".join(sender.split()), "me@example.com")


def test_one_recipient_that_names_several_reaches_them_all(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.inboxes.messages.send(support, to=["Ada <ada@example.com>, bob@example.com"], text="x")
    (left,) = sandbox.outbox()
    assert left.to == ["Ada <ada@example.com>", "bob@example.com"]
    assert left.envelope_to == ["ada@example.com", "bob@example.com"]


@pytest.mark.parametrize("address", ["zoë@exämple.com", "x..y@docomo.ne.jp", '"john doe"@example.com', "a@[192.0.2.1]"])
def test_who_can_write_can_be_answered(sandbox: Sandbox, client: AgentMail, support: str, address: str) -> None:
    asked = heard(sandbox, support, f"From: {address}")
    client.inboxes.messages.reply(support, asked, text="Yes.")
    (left,) = sandbox.outbox()
    # In its envelope a domain is in ASCII, as it stands in the DNS.
    assert (left.to, left.envelope_to) == ([address], [address.replace("exämple", "xn--exmple-cua")])
    assert left.headers["To"] == address


def test_an_empty_reply_to_counts_as_none(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.inboxes.messages.reply(support, heard(sandbox, support, "From: a@b.example\r\nReply-To: <>"), text="Yes.")
    assert sandbox.outbox()[0].envelope_to == ["a@b.example"]


def test_reply_all_leaves_out_what_is_no_address(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = heard(sandbox, support, "From: a@b.example\r\nCc: undisclosed, c@d.example, <not an address>")
    client.inboxes.messages.reply_all(support, asked, text="Yes.")
    assert sandbox.outbox()[0].envelope_to == ["a@b.example", "c@d.example"]


def test_long_ids_and_headers_leave_verbatim(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    earlier = [f"<{number}{LONG_ID[1:]}" for number in range(30)]
    heard(sandbox, support, f"From: a@b.example\r\nMessage-ID: {LONG_ID}\r\nReferences: " + "\r\n ".join(earlier))
    url = f"<https://example.com/unsubscribe/{'x' * 150}>"
    sent = client.inboxes.messages.reply(
        support, LONG_ID, text="Yes.", headers={"List-Unsubscribe": url, "X-Words": "word  " * 30 + "=?end?="}
    )
    raw = raw_of(sandbox, support, sent.message_id)
    unfolded = raw.replace(b"\r\n ", b" ").decode().split("\r\n")
    assert f"In-Reply-To: {LONG_ID}" in unfolded
    assert f"References: {' '.join([*earlier, LONG_ID])}" in unfolded
    assert f"List-Unsubscribe: {url}" in unfolded
    assert f"X-Words: {'word  ' * 30}=?end?=" in unfolded


EMLS = [
    b"From: x@example.com\r\nSubject: inner\r\n\r\noriginal\r\n",
    b"From: x@example.com\nSubject: =?utf-8?q?un?=\n  folded\n\noriginal",
    b"Subject: long " + b"x" * 2000 + b"\r\n\r\n" + b"y" * 2000,
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\xff\0\r\r\n--b\r\n.\r\nFrom here\r\n",
    b"",
]


@pytest.mark.parametrize("eml", EMLS)
@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "message/delivery-status", "text/html", "odd"])
def test_attached_bytes_stay_as_they_are(
    sandbox: Sandbox, client: AgentMail, support: str, eml: bytes, kind: str
) -> None:
    client.inboxes.create(request={"username": "sdr"})
    given = [{"content": base64.b64encode(eml).decode(), "content_type": kind, "content_disposition": "inline"}]
    to = ["sdr@sandbox.test", "ada@example.com"]
    sent = client.inboxes.messages.send(support, to=to, html="<p>x</p>", attachments=given)
    forwarded = client.inboxes.messages.forward("sdr@sandbox.test", sent.message_id, to="ada@example.com")
    with sandbox._core.store.transaction() as db:
        stored = [bytes(row[0]) for row in db.execute("SELECT content FROM attachments")]
        left = [bytes(row[0]) for row in db.execute("SELECT raw FROM outside_mails")]
    assert stored == [eml] * 3
    assert [[part.content for part in read(raw).parts] for raw in left] == [[eml]] * 2
    assert client.inboxes.messages.get("sdr@sandbox.test", forwarded.message_id).text.startswith("-----")


def test_a_plain_mail_in_a_mail_leaves_unencoded(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    given = [{"content": base64.b64encode(EMLS[0]).decode(), "content_type": "message/rfc822", "content_id": "c" * 99}]
    sent = client.inboxes.messages.send(support, to="ada@example.com", text="x", attachments=given)
    raw = raw_of(sandbox, support, sent.message_id)
    assert b"\r\n\r\n" + EMLS[0] + b"\r\n--" in raw
    assert b"Content-ID: <" + b"c" * 99 + b">" in raw


def test_a_reply_draft_outlives_the_message_it_answers(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first = sandbox.post_mail("ada@example.com", support, "Q", "?")
    asked = sandbox.post_mail("ada@example.com", support, "Re: Q", "??", in_reply_to=first.message_id)
    draft = client.inboxes.drafts.create(support, in_reply_to=asked.message_id, text="A")
    client.inboxes.messages.delete(support, asked.message_id)
    sent = client.inboxes.drafts.send(support, draft.draft_id)
    message = client.inboxes.messages.get(support, sent.message_id)
    assert message.in_reply_to == asked.message_id
    assert message.references == [first.message_id, asked.message_id]
    assert sent.thread_id == first.thread_id


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("ab .\r\n\té–", max_size=200), st.booleans())
@example("x" * 1200, False)
@example("é" * 1200, True)
def test_a_mail_of_one_text_is_written_as_the_library_writes_it(text: str, is_html: bool) -> None:
    mail = Mail("ada@example.com", text=None if is_html else text, html=text if is_html else None)
    content = EmailMessage(policy=WRITTEN)
    content.set_content(text, subtype="html" if is_html else "plain")
    assert build(mail, NOON).endswith(f"{NOON:%H:%M:%S} +0000\r\n".encode() + content.as_bytes(policy=UNFOLDED))


def test_a_forward_does_not_leave_without_what_it_forwards(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail("ada@example.com", support, "Hello", "Anybody?").message_id
    to, drafts = ["carl@example.com"], client.inboxes.drafts
    now = drafts.create(support, forward_of=asked, to=to, text="See below.")
    later = drafts.create(support, forward_of=asked, to=to, send_at=sandbox.clock.now() + timedelta(hours=1))
    client.inboxes.messages.delete(support, asked)
    with pytest.raises(NotFoundError):
        drafts.send(support, now.draft_id)
    sandbox.clock.advance(timedelta(hours=2))
    sandbox.run_due()
    assert sandbox.outbox() == []
    assert [drafts.get(support, kept.draft_id).send_status for kept in (now, later)] == [None, "failed"]
