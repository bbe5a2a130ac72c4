"""Headers a stranger made long: reading them costs nothing of the mail."""

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmail_sandbox.mime_parameters import LONGEST, parameters
from agentmail_sandbox.mime_read import LONGEST_ENCODED, MOST_HEADERS, read

# Bytes: what takes the square of a header's length takes a minute or more for each of these.
SIZE = 2**18


@pytest.mark.parametrize(
    ("before", "repeated", "after"),
    [
        (b'Content-Type: multipart/mixed; boundary="', b"a;", b'"'),
        (b'Content-Type: text/plain; charset="', b";", b'"'),
        (b'Content-Disposition: inline; filename="', b"a;", b'"'),
        (b"Content-Type: text/plain", b';\\"', b""),
        (b"Content-Type: text/plain", b';"', b""),
        (b"Content-Type: text/plain", b"; name*1=x", b""),
        (b"In-Reply-To: <", b"a", b""),
        (b"References: ", b"<a ", b""),
        (b"To: ", b"=?utf-8?q?a?= ", b"<a@example.com>"),
        (b"Subject: ", b"=?utf-8?q?a?= ", b""),
        (b"X: a", b"\r\nX: a", b""),
    ],
)
def test_no_header_keeps_the_mail_below_it_from_being_read(before: bytes, repeated: bytes, after: bytes) -> None:
    header = before + repeated * (SIZE // len(repeated)) + after
    mail = read(b"From: ada@example.com\r\n" + header + b"\r\n\r\nWhere is my parcel?\r\n")
    assert (mail.sender, mail.text or mail.parts[0].content.decode()) == ("ada@example.com", "Where is my parcel?\n")


def test_what_is_too_long_to_be_read_is_kept_as_it_came() -> None:
    words = "=?utf-8?q?a?= " * LONGEST_ENCODED
    long = b'text/html; name="' + b"x" * LONGEST + b'"'
    mail = read(b"Subject: " + words.encode() + b"\r\nContent-Type: " + long + b"\r\n\r\n<p>Hello</p>")
    assert (mail.subject, mail.html, mail.headers["Content-Type"]) == (words.strip(), "<p>Hello</p>", long.decode())


def test_of_very_many_headers_those_a_mail_is_read_by_are_found_wherever_they_are() -> None:
    many = b"".join(b"X-%d: a\r\n" % number for number in range(MOST_HEADERS + 100))
    mail = read(many + b"Subject: found\r\nX-Sandbox-Spam: yes\r\nTo: ada@example.com\r\n\r\nx")
    assert (mail.subject, mail.to) == ("found", ["ada@example.com"])
    assert len(mail.headers) == MOST_HEADERS + 2


TOKENS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="()<>@,;:\\\"/[]?=*%'"), min_size=1
)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1).filter(
    lambda text: text == text.strip()
)


def written(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.dictionaries(TOKENS.map(str.lower), TEXTS, max_size=5), st.booleans())
def test_parameters_read_back_as_they_were_written(pairs: dict[str, str], spaced: bool) -> None:
    gap = " \t" if spaced else ""
    value = "text/plain" + "".join(
        f"{gap};{gap}{name.upper()}{gap}={gap}{written(text)}" for name, text in pairs.items()
    )
    assert {name: text for name, text in parameters(value).items() if name != "text/plain"} == pairs


@pytest.mark.parametrize(
    "value",
    [
        "text/plain; charset=utf-8; format=flowed",
        'attachment; filename="a;b=c.txt"; size=3',
        r"attachment; filename=C:\dir\"x; charset=a",
        'attachment; filename="never closed; size=3',
        "attachment; filename*=utf-8''%e2%82%ac.txt; name=plain",
        "attachment; filename*0*=utf-8''%e2; filename*1*=%82%ac; filename*2=.txt",
        "attachment; ; filename; filename=second",
        "; charset=utf-8",
    ],
)
def test_parameters_are_those_the_standard_library_finds(value: str) -> None:
    message = Message()
    message["Content-Disposition"] = value
    found = parameters(value)
    assert found.get("filename") == message.get_filename()
    for name in ("charset", "size", "format"):
        assert found.get(name) == message.get_param(name, header="content-disposition")
