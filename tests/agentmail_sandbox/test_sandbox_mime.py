import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmail_sandbox.addresses import bare, written
from agentmail_sandbox.extraction import new_html, new_text
from agentmail_sandbox.mime_build import build
from agentmail_sandbox.mime_read import Mail, Part, preview, read

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(st.binary(max_size=2000))
def test_reading_never_raises_on_any_bytes(raw: bytes) -> None:
    mail = read(raw)
    assert isinstance(mail.sender, str)


HEADER_NAMES = ["From", "To", "Subject", "Message-ID", "References", "Content-Type", "Content-Transfer-Encoding"]
JUNK = st.one_of(
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=b",
            b"multipart/alternative",
            b"message/rfc822",
            b"text/plain; charset=nonsense",
            b"base64",
            b"quoted-printable",
            b"=?utf-7?q?=00?=",
            b"=?utf-8?b?!!!?=",
            b"\x1f<\xc2\x80",
            b'"x" <',
        ]
    ),
)


@given(st.lists(st.tuples(st.sampled_from(HEADER_NAMES), JUNK), max_size=8), st.binary(max_size=300))
def test_reading_never_raises_on_broken_headers(headers: list[tuple[str, bytes]], body: bytes) -> None:
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body
    mail = read(raw)
    written = "".join([mail.sender, mail.text or "", mail.html or "", mail.subject or "", *mail.headers.values()])
    assert "\0" not in written
    written.encode("utf-8")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=80)


@given(subject=WORDS, text=WORDS, html=st.none() | WORDS, blob=st.binary(max_size=50))
def test_what_is_built_reads_back_as_it_was(subject: str, text: str, html: str | None, blob: bytes) -> None:
    mail = Mail(
        sender="Ada <ada@example.com>",
        message_id="<1@example.com>",
        to=["bob@example.com"],
        subject=subject,
        text=text,
        html=html,
        parts=[Part(blob, "a.bin", "application/x-thing")],
    )
    again = read(build(mail, NOON))
    assert again.subject == " ".join(subject.split())
    assert (again.text or "").rstrip("\n") == text
    assert (again.html or "").rstrip("\n") == (html or "")
    assert [part.content for part in again.parts] == [blob]


def test_a_mail_without_any_header_is_still_read() -> None:
    mail = read(b"\r\njust text\r\n")
    assert mail.text == "just text\n"
    assert mail.message_id is None


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("iso-8859-1", "Grüße".encode("latin-1")),
        ("koi8-r", "Привет".encode("koi8-r")),
        ("shift_jis", "こんにちは".encode("shift_jis")),
        ("x-unknown", "Grüße".encode()),
        ("us-ascii", "Grüße".encode("cp1252")),
        ("iso-8859-1", "Grüße".encode()),
    ],
)
def test_odd_charsets_are_read(charset: str, body: bytes) -> None:
    raw = b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + body
    assert read(raw).text in ("Grüße", "Привет", "こんにちは")


@pytest.mark.parametrize(
    ("charset", "meant", "words"),
    [
        ("iso-8859-1", "cp1252", "“It’s 5 € – done”"),
        ("ISO-8859-9", "cp1254", "“ışık” 5 €"),
        ("gb2312", "gb18030", "朱镕基"),
        ("big5", "big5hkscs", "啲嘅"),
        ("euc-kr", "cp949", "똠방각하"),
        ("x-sjis", "cp932", "髙橋①"),
        ("windows-31j", "cp932", "①"),
        ("iso-2022-jp", "iso2022_jp_ext", "ｱｲｳ"),
        ("windows-874", "cp874", "สวัสดี"),
        ("iso-8859-8-i", "iso-8859-8", "שלום"),
    ],
)
def test_a_charset_is_read_as_the_wider_one_that_programs_mean_by_it(charset: str, meant: str, words: str) -> None:
    body = words.encode(meant)
    encoded = b"=?" + charset.encode() + b"?b?" + base64.b64encode(body) + b"?="
    mail = read(
        b"Subject: " + encoded + b"\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + body
    )
    assert (mail.subject, mail.text) == (words, words)


def test_encoded_headers_and_names_with_commas_are_decoded() -> None:
    raw = (
        b"From: =?utf-8?q?M=C3=BCller=2C_Eva?= <eva@example.com>\r\n"
        b"To: a@example.com,\r\n b@example.com\r\nSubject: =?iso-8859-1?q?Gr=FC=DFe?= =?utf-8?b?IGF1cw==?=\r\n\r\nx"
    )
    mail = read(raw)
    assert mail.sender == '"Müller, Eva" <eva@example.com>'
    assert mail.to == ["a@example.com", "b@example.com"]
    assert mail.subject == "Grüße aus"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_raw_bytes_in_headers_and_file_names_are_read(encoding: str) -> None:
    raw = (
        'From: Zoë <zoe@example.com>\r\nSubject: Über\r\nContent-Type: application/pdf; name="Zoë.pdf"\r\n\r\nx'
    ).encode(encoding)
    mail = read(raw)
    assert (mail.sender, mail.subject) == ("Zoë <zoe@example.com>", "Über")
    assert mail.parts[0].filename == "Zoë.pdf"


def test_an_address_hidden_in_a_name_does_not_become_the_sender() -> None:
    mail = read(b"From: =?utf-8?q?boss=40example.com=2C_=3Cboss=40example.com=3E?= <eve@example.org>\r\n\r\nx")
    assert bare(mail.sender) == "eve@example.org"


@given(st.text(max_size=40))
def test_an_address_is_found_again_whatever_the_name(name: str) -> None:
    assert bare(written(" ".join(name.split()), "ada@example.com")) == "ada@example.com"


def test_a_mail_attached_to_a_mail_is_one_attachment() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nouter\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Subject: inner\r\nContent-Type: text/plain\r\n\r\ninner text\r\n--b--\r\n"
    )
    mail = read(raw)
    assert mail.text.strip() == "outer"
    (part,) = mail.parts
    assert part.content_type == "message/rfc822"
    assert b"inner text" in part.content


def test_a_text_file_is_an_attachment_and_not_the_body() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nnotes\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nthe body\r\n--b--\r\n"
    )
    mail = read(raw)
    assert mail.text.strip() == "the body"
    assert [part.filename for part in mail.parts] == ["notes.txt"]


def test_only_message_ids_count_as_references() -> None:
    mail = read(
        b"In-Reply-To: Your mail of Monday <1@example.com>\r\nReferences: <0@a> junk\r\n <1@example.com>\r\n\r\n"
    )
    assert mail.in_reply_to == "<1@example.com>"
    assert mail.references == ["<0@a>", "<1@example.com>"]


def test_copies_that_differ_only_in_their_way_have_one_fingerprint() -> None:
    mail = b"From: a@example.com\r\nSubject: x\r\n\r\nhi\r\n"
    assert read(mail).fingerprint == read(b"Received: by relay\r\n" + mail).fingerprint
    assert read(mail).fingerprint != read(mail.replace(b"hi", b"ho")).fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!\n\nOn Mon, Jan 5, 2026 at 9:00 AM Bob <bob@example.com> wrote:\n> old\n> words",
        "Thanks!\n\n> old\n> words\n",
        "Thanks!\n\n-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: Ada\nSubject: x\n\nold words",
        "Thanks!",
    ],
)
def test_quoted_mail_is_left_out_of_the_new_text(text: str) -> None:
    assert new_text(text) == "Thanks!"


@pytest.mark.parametrize(
    ("above", "below", "new"),
    [
        ("Thanks!", "> old\n> words\n\nPS: call me", "Thanks!\n\nPS: call me"),
        ("Thanks!", "\n> old\n>\n> words\n\n\nPS: call me\nat noon.\n", "Thanks!\n\nPS: call me\nat noon."),
        ("", "> Shall we?\n\nYes.\n\n> And when?\n> Soon?\n\nAt noon.\n> Or at one?", "Yes.\n\nAt noon."),
        ("Thanks!", "> a line of the quote that was\nwrapped on its way\n> words", "Thanks!"),
        ("Thanks!", "old words\n\n> older\n\nold answer", "Thanks!"),
        ("", f"> old\n\nCancel it.\n\n{'_' * 40}\nAnd refund me.", f"Cancel it.\n\n{'_' * 40}\nAnd refund me."),
    ],
)
def test_what_stands_below_a_quote_or_between_its_lines_is_new(above: str, below: str, new: str) -> None:
    assert new_text(f"{above}\n\nOn Mon, Jan 5, 2026 at 9:00 AM Bob <bob@example.com> wrote:\n{below}") == new


def test_what_answers_a_quote_within_quoted_mail_is_old() -> None:
    quoted = "-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: Ada\nSubject: x\n\n> older\n\nold answer"
    assert new_text(f"Thanks!\n\n{quoted}") == "Thanks!"


@pytest.mark.parametrize(
    ("below", "new"),
    [
        ("<blockquote>old</blockquote><p>Cancel it.</p>", "Cancel it."),
        ("<div><blockquote>old <blockquote>older</blockquote></blockquote></div><p>Cancel it.</p>", "Cancel it."),
        ("<blockquote>First?</blockquote>Yes.<blockquote>Second?</blockquote>No.", "Yes.No."),
        ("<blockquote>old</blockquote><div> </div>", ""),
        ("<p>old</p><blockquote>older</blockquote><p>old answer</p>", ""),
        ("<p>old</p>", ""),
    ],
)
def test_what_stands_below_a_quote_or_between_quotes_is_new_in_html_too(below: str, new: str) -> None:
    intro = "<div>On Mon, Jan 5, 2026 at 9:00 AM Bob &lt;bob@example.com&gt; wrote:<br></div>"
    found = new_html(f"<html><body><p>Thanks!</p>{intro}{below}</body></html>") or ""
    assert re.sub(r"<[^>]*>", "", found) == f"Thanks!{new}"


OUTLOOK = [
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Från", "Skickat", "Till", "Ämne"),
]
VALUES = ("Bob &lt;bob@example.com&gt;", "Monday, 5 January 2026 09:00", "Ann", "Order 7")
FORMS = ["From: Paris\nTo: Rome\nDate: 3 May", "Date: 3 May\nFrom: Rome\nSubject: trip"]


@pytest.mark.parametrize("names", OUTLOOK)
def test_what_is_below_outlooks_header_lines_is_old(names: tuple[str, ...]) -> None:
    lines = [f"{name}: {value}" for name, value in zip(names, VALUES, strict=True)]
    assert new_text("\n".join(["Thanks!", "", *lines, "", "old"])) == "Thanks!"
    lines = [f"<b>{name}:</b> {value}" for name, value in zip(names, VALUES, strict=True)]
    found = new_html(f"<div>Thanks!</div><hr><div><font>{'<br>'.join(lines)}</font></div><div>old</div>") or ""
    assert re.sub(r"<[^>]*>", "", found) == "Thanks!"


@pytest.mark.parametrize("form", [*FORMS, "From: Ann\nSent: 3 May\nSubject: x"])
def test_a_persons_own_list_is_no_header_block(form: str) -> None:
    assert new_text(f"Please book:\n\n{form}\n\nThanks") == f"Please book:\n\n{form}\n\nThanks"
    html = "<br>".join(f"Please book:\n{form}\nThanks".split("\n"))
    assert (new_html(html) or "").count("<br>") == html.count("<br>")


def test_what_stands_between_a_quote_and_header_lines_is_new() -> None:
    headers = "From: Bob\nSent: Monday\nTo: Ann\nSubject: x"
    mail = f"On Mon, Jan 5, 2026 at 9:00 AM Bob <bob@example.com> wrote:\n> old\n\nCancel it.\n\n{headers}\n\nolder"
    assert new_text(mail) == "Cancel it."


def test_quoted_mail_is_left_out_of_the_new_html() -> None:
    html = '<p>Thanks!</p><div class="gmail_quote">On Mon, Bob wrote:<br><blockquote>old</blockquote></div>'
    found = new_html(html)
    assert "Thanks!" in found
    assert "old" not in found


@pytest.mark.parametrize("html", ["", "   ", "<!-- only a comment -->", "\x00<", "<p>"])
def test_markup_without_content_does_not_break_extraction(html: str) -> None:
    assert "x" not in (new_html(html) or "")


def test_a_preview_is_short_and_on_one_line() -> None:
    assert preview("a\n\n b\t c") == "a b c"
    assert len(preview("word " * 200) or "") == 200
    assert preview("\n") is None


def test_real_mail_is_read(dev_mails: list[Path]) -> None:
    for path in dev_mails:
        mail = read(path.read_bytes())
        assert mail.headers, path.name
        json.dumps([mail.sender, mail.headers, new_text(mail.text), new_html(mail.html)]).encode()
