"""Mail that bends or breaks MIME: it is read all the same, and nothing of it is lost."""

import base64
import threading

import pytest
import quotequail
from agentmail import AgentMail
from hypothesis import assume, given
from hypothesis import strategies as st
from test_sandbox_mime import NOON

from agentmail_sandbox import Sandbox, mime_read
from agentmail_sandbox.addresses import bare
from agentmail_sandbox.extraction import QUOTE_LENGTH, QUOTE_LINES, QUOTING, new_html, new_text
from agentmail_sandbox.mime_build import build
from agentmail_sandbox.mime_read import Mail, Part, read


def multipart(*parts: bytes, kind: bytes = b"mixed", mark: bytes = b"b") -> bytes:
    inner = b"".join(b"--%s\r\n%s\r\n" % (mark, part) for part in parts)
    return b"Content-Type: multipart/%s; boundary=%s\r\n\r\n%s--%s--\r\n" % (kind, mark, inner, mark)


def bodied(headers: bytes, body: bytes) -> bytes:
    return headers + b"\r\n\r\n" + body


STATUS = b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; gone@example.com\r\nStatus: 5.1.1\r\n"
INNER = b"Subject:   inner\nX-Odd: =?utf-8?q?x?=\n\n\xff broken \r\n"


@pytest.mark.parametrize("said", [b"text/plain", b"text/html"])
def test_a_bounce_keeps_its_delivery_status_and_the_mail_it_returns(said: bytes) -> None:
    raw = multipart(
        bodied(b"Content-Type: " + said, b"It failed."),
        bodied(b"Content-Type: message/delivery-status", STATUS),
        bodied(b"Content-Type: message/rfc822", INNER),
        kind=b"report; report-type=delivery-status",
    )
    mail = read(raw)
    assert (mail.text, mail.html) == (("It failed.", None) if said == b"text/plain" else (None, "It failed."))
    assert [(part.content_type, part.content) for part in mail.parts] == [
        ("message/delivery-status", STATUS),
        ("message/rfc822", INNER),
    ]


@pytest.mark.parametrize("kind", ["rfc822", "global", "partial", "delivery-status", "external-body", "feedback-report"])
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_a_message_in_a_mail_is_an_attachment_with_its_bytes(kind: str, encoding: str) -> None:
    head = f'Content-Type: message/{kind}; name="m.eml"\r\nContent-Transfer-Encoding: {encoding}'.encode()
    body = base64.encodebytes(INNER) if encoding == "base64" else INNER
    mail = read(multipart(bodied(b"Content-Type: text/plain", b"see"), bodied(head, body)))
    assert mail.text == "see"
    assert mail.parts == [Part(INNER, "m.eml", f"message/{kind}")]


def test_the_mails_of_a_digest_are_attachments() -> None:
    mail = read(multipart(b"\r\nSubject: 1\r\n\r\none", b"\r\nSubject: 2\r\n\r\ntwo", kind=b"digest"))
    assert mail.text is None
    assert [(part.content_type, part.content) for part in mail.parts] == [
        ("message/rfc822", b"Subject: 1\r\n\r\none"),
        ("message/rfc822", b"Subject: 2\r\n\r\ntwo"),
    ]


@pytest.mark.parametrize("charset", [b"undefined", b"punycode", b"idna", b"unicode-escape", b"a\x00b", b"hex", b"nil"])
def test_text_in_no_charset_is_read_as_what_it_looks_like(charset: bytes) -> None:
    body = "Grüße \\d".encode()
    assert read(bodied(b"Content-Type: text/plain; charset=" + charset, body)).text == "Grüße \\d"
    assert read(b"Subject: =?" + charset.replace(b"\0", b"") + b"?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n").subject == "Grüße"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Disposition: attachment; filename*=utf-8''a; filename*0=b",
        b"Content-Disposition: attachment\r\nContent-Type: text/plain; name*=x\x00y''%E2%82",
    ],
)
def test_a_file_name_that_makes_no_sense_costs_only_the_name(headers: bytes) -> None:
    mail = read(multipart(bodied(b"Content-Type: text/plain", b"see"), bodied(headers, b"file")))
    assert mail.text == "see"
    assert [part.content for part in mail.parts] == [b"file"]


@pytest.mark.parametrize("levels", [5, 500])
def test_mails_nested_without_end_are_read(levels: int) -> None:
    nested = b"Content-Type: text/plain\r\n\r\nthe core"
    for level in range(levels):
        nested = multipart(nested, mark=b"b%d" % level)
    assert "the core" in (read(nested).text or "")
    in_each_other = b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: core\r\n\r\n"
    (part,) = read(in_each_other).parts
    assert part.content.endswith(b"Subject: core\r\n\r\n")


@pytest.mark.parametrize("sender", ["(" * 20_000, ":" * 20_000, "a:" * 20_000])
def test_addresses_nested_without_end_are_read(sender: str) -> None:
    assert "@" not in bare(read(b"From: " + sender.encode() + b"\r\n\r\nx").sender)


def test_a_bad_byte_spoils_only_itself() -> None:
    good = "Grüße aus Zürich, 10 € — "
    raw = bodied(b"Content-Type: text/plain; charset=utf-8", good.encode() + b"\xff ok")
    assert read(raw).text == good + "\ufffd ok"
    raw = bodied(b"Content-Type: text/plain; charset=shift_jis", "こんにちは".encode("shift_jis") + b"\xff")
    assert (read(raw).text or "").startswith("こんにちは")
    raw = bodied(b"Content-Type: text/plain; charset=utf-8", "Grüße aus Zürich".encode("latin-1"))
    assert read(raw).text == "Grüße aus Zürich"


@pytest.mark.parametrize(("sign", "read_as"), [(b"-!-j", "①㈱"), (b"-^", "\ufffd")])
def test_a_japanese_mail_is_readable_whatever_signs_its_program_adds(sign: bytes, read_as: str) -> None:
    body = "注文番号".encode("iso2022_jp").removesuffix(b"\x1b(B") + sign + "の返品".encode("iso2022_jp")[3:]
    raw = b"Subject: =?iso-2022-jp?b?" + base64.b64encode(body) + b"?=\r\n"
    mail = read(raw + bodied(b"Content-Type: text/plain; charset=ISO-2022-JP", body))
    assert (mail.subject, mail.text) == (f"注文番号{read_as}の返品", f"注文番号{read_as}の返品")


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed\r\n\r\nonly text",
        b"Content-Type: multipart/mixed; boundary=never\r\n\r\nonly text",
        b"Content-Type: text/plain; name=body.txt\r\n\r\nonly text",
        b"Content-Type: text/plain; name=body.txt\r\nContent-Disposition: inline\r\n\r\nonly text",
        multipart(
            b"Content-Type: application/pdf\r\n\r\n%PDF", b'Content-Type: text/plain; name="b.txt"\r\n\r\nonly text'
        ),
    ],
)
def test_the_only_text_of_a_mail_is_its_text(raw: bytes) -> None:
    mail = read(raw)
    assert mail.text == "only text"
    assert [part.content for part in mail.parts if part.content != b"%PDF"] == []


def test_a_named_text_beside_a_body_stays_an_attachment() -> None:
    mail = read(multipart(b"Content-Type: text/html\r\n\r\n<p>x", b"Content-Type: text/plain; name=n.txt\r\n\r\nnotes"))
    assert (mail.text, mail.html) == (None, "<p>x")
    assert [part.filename for part in mail.parts] == ["n.txt"]


def test_a_mail_that_was_cut_off_keeps_what_came() -> None:
    mail = read(multipart(b"Content-Type: text/plain\r\n\r\nwhole", b"Content-Type: image/png\r\n\r\nhalf")[:-9])
    assert (mail.text, mail.parts[0].content) == ("whole", b"half")


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_a_body_begins_after_the_headers_whatever_the_line_ends(end: bytes) -> None:
    mail = read(end.join([b"Subject: x", b"X-Y: z", b"", b"", b"one", b"", b"two \xff"]))
    assert (mail.subject, mail.headers) == ("x", {"Subject": "x", "X-Y": "z"})
    assert (mail.text or "").encode("cp1252") == end.join([b"", b"one", b"", b"two \xff"]).replace(b"\r\n", b"\n")
    without_line_between = read(end.join([b"Subject: x", b"no header", b"", b"two \xff"]))
    assert (without_line_between.subject, (without_line_between.text or "")[:9]) == ("x", "no header")
    assert (without_line_between.text or "").endswith("two \xff")


def test_delimiters_in_a_row_and_lines_that_only_look_like_one_make_no_part() -> None:
    mail = read(multipart(b"--b\r\nContent-Type: text/plain\r\n\r\none\r\n--bc\r\n --b\r\ntwo"))
    assert mail.text == "one\n--bc\n --b\ntwo"
    assert mail.parts == []


# A mail with a place (%s) wherever programs have been seen to write nonsense.
PLACES = [b"utf-8", b"", b'"Ada" <', b"1.0", b"mixed", b"utf-8", b"", b"attachment", b"message/rfc822", b"base64", b""]
MAIL = (
    b"From: =?%s?q?Ad=C3=A4?= %s\r\nTo: %sc@d.example>, e: f@g.example;\r\nMIME-Version: %s\r\n"
    b"Content-Type: multipart/%s; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=%s%s\r\n\r\nGr\xc3\xbcn\xff\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--b\r\nContent-Disposition: %s; filename=a\r\n"
    b"Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\nContent-ID: <c%s@d>\r\n\r\neA==\r\n--b--\r\n"
)
ODD = [b"idna", b"undefined", b"punycode", b"a\0b", b"\xff", b"base64", b"x-uuencode", b"digest", b"multipart/digest"]
ODD += [b"message/delivery-status", b"message/global", b"; name*=utf-8''a; name*0=b", b"; name*0*=x\0y''%E2"]
ODD += [b"/", b"*", b"=?", b"<", b'"', b"(" * 1000, b":" * 1000, b"x" * 90, b"\r\n\r\n", b"\r\n--b\r\n"]
ODD += [b"; boundary=", b"; filename*1=c"]


@given(st.lists(st.tuples(st.integers(0, len(PLACES) - 1), st.sampled_from(ODD) | st.binary(max_size=9)), max_size=4))
def test_a_mail_broken_anywhere_is_read_and_what_it_holds_can_be_sent_on(odd: list[tuple[int, bytes]]) -> None:
    places = {**dict(enumerate(PLACES)), **dict(odd)}
    mail = read(MAIL % tuple(places.values()))
    assert "\0" not in "".join([mail.sender, *mail.to, mail.text or "", mail.html or "", *mail.headers.values()])
    onward = read(build(Mail(sender="a@b.example", to=["c@d.example"], text="see", parts=mail.parts), NOON))
    assert [part.content for part in onward.parts] == [part.content for part in mail.parts]


def test_of_a_huge_mail_all_counts_as_new() -> None:
    quoting = "Thanks!\n\nOn Mon, Jan 5, 2026 at 9:00 AM Bob <bob@example.com> wrote:\n> old\n"
    assert new_text(quoting + "> x\n" * QUOTE_LENGTH).endswith("> x\n")
    html = '<p>Thanks!</p><div class="gmail_quote"><blockquote>old</blockquote></div>'
    assert new_html(html + "<p>x</p>" * QUOTE_LENGTH).startswith(html)


def test_others_are_served_while_a_mail_is_looked_through(
    sandbox: Sandbox, client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = mime_read.new_html
    listed: list[int] = []

    def in_the_meantime(html: str | None) -> str | None:
        other = threading.Thread(target=lambda: listed.append(client.inboxes.messages.list(support).count), daemon=True)
        other.start()
        other.join(2)
        return extract(html)

    monkeypatch.setattr(mime_read, "new_html", in_the_meantime)
    received = sandbox.post_mail("ada@example.com", support, "x", html="<p>Hello</p>")
    assert listed == [0]
    assert "Hello" in (client.inboxes.messages.get(support, received.message_id).extracted_html or "")


INTROS = [
    "On Mon, Ada wrote:",
    "El lunes Ada escribió:  ",
    "Original message",
    ":",
    "2020/1/1 Ada <ada@example.com>",
    "From: Ada",
]
QUOTED = st.sampled_from(
    [*INTROS, "Begin forwarded message:", "---- Original Message ----", "_" * 32, "> x", "", "hello"]
)


@given(st.lists(QUOTED | st.text("On wrote:>-_\r\t\u3000<@/1", max_size=12), max_size=8).map("\n".join))
def test_no_quote_is_seen_where_none_is_looked_for(text: str) -> None:
    assume(not QUOTING.search(text))
    assert quotequail.quote(text, limit=QUOTE_LINES, quote_intro_line=True) == [(True, text)]


@pytest.mark.parametrize("lines", [QUOTE_LINES - 1, QUOTE_LINES])
def test_of_a_text_with_too_many_lines_the_rest_counts_as_quoted(lines: int) -> None:
    assert new_text("a\n" * (lines - 1) + "b") == ("a\n" * (lines - 1) + ("b" if lines < QUOTE_LINES else "")).strip()
