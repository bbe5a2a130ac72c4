"""Which part of a mail is its body, and which its files."""

import pytest

from postroom_kit.mail_reading.bodies import read_bodies
from postroom_kit.mail_reading.mime import read_mime

MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"


def test_words_between_begin_and_end_are_no_file() -> None:
    found = read_bodies(read_mime(b"Subject: x\n\nbegin 644 times\nCancel 4711\nend\nThanks\n"))
    assert "Cancel 4711" in found.words
    assert not found.attachments


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: text/plain; name=body.txt",
        b'Content-Type: text/html; name="a.html"\nContent-Disposition: inline; filename="a.html"',
        b"Content-Type: text/enriched",
        b"Content-Type: text/markdown",
    ],
)
def test_a_text_with_a_name_or_of_a_rare_type_is_the_body_of_a_mail_without_another(head: bytes) -> None:
    assert read_bodies(read_mime(head + b"\n\n<bold>Cancel</bold> 47")).words.replace("*", "").endswith("47")
    whole = MIXED + b"--b\nContent-Type: image/png\n\nx\n--b\n" + head + b"\n\nCancel 47\n--b--\n"
    assert read_bodies(read_mime(whole)).words == "Cancel 47"
    assert read_bodies(read_mime(whole.replace(b"image/png", b"text/plain"))).words.strip() == "x"


def test_a_name_whose_direction_of_writing_turns_shows_its_ending() -> None:
    raw = MIXED + "--b\nContent-Type: image/png; name=a\u202egnp.exe\n\nx\n--b--".encode()
    assert [file.filename for file in read_bodies(read_mime(raw)).attachments] == ["agnp.exe"]
