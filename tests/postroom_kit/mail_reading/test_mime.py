"""A raw mail is taken apart as it was meant, also where it is broken."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.mail_reading.bodies import read_bodies
from postroom_kit.mail_reading.charsets import decode
from postroom_kit.mail_reading.header_values import addresses, date, decoded, parameters
from postroom_kit.mail_reading.mime import read_mime

PNG = b"\x89PNG fictional"
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"


def _file(head: bytes, body: bytes) -> tuple[str | None, str, bytes]:
    (file,) = read_bodies(read_mime(MIXED + b"--b\n" + head + b"\n\n" + body + b"\n--b--\n")).attachments
    return file.filename, file.content_type, file.content


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("=?utf-8?B?w6Q?=", "ä"),
        ("=?utf-8?B?4oI=?=\r\n =?utf-8?B?rA==?= and =?iso-8859-1?Q?Fr=F6sche_2?=", "€ and Frösche 2"),
        ("=?utf-8*de?Q?Gr=C3=BC=C3=9Fe aus K=C3=B6ln?=", "Grüße aus Köln"),
        ("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?ks_c_5601-1987?B?x9GxuQ==?=", "한국"),
        ("=?utf-7?Q?Fr+APY-sche?=", "Frösche"),
        ("=?x-nobody-knows?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"Fr\xf6sche".decode("utf-8", "surrogateescape"), "Frösche"),
        ("=?utf-8?Q?cut", "=?utf-8?Q?cut"),
        ("two\r\n\tlines", "two lines"),
    ],
)
def test_header_text_is_decoded(sent: str, meant: str) -> None:
    assert decoded(sent) == meant


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("attachment; filename*0*=utf-8''a%C3%A4; filename*1=\"b.txt\"", "aäb.txt"),
        ("attachment; filename*=UTF-8''%e2%82%ac.pdf; filename=euro.pdf", "€.pdf"),
        ('attachment; filename="=?utf-8?Q?Rechnung_=C3=BC.pdf?="', "Rechnung ü.pdf"),
        ("attachment; filename=my bill.pdf", "my bill.pdf"),
        ('attachment; filename="a;b.txt"', "a;b.txt"),
        ('attachment; filename="C:\\TEMP\\x.png"', "C:\\TEMP\\x.png"),
        ('attachment; filename="he said \\"no\\".txt"', 'he said "no".txt'),
    ],
)
def test_file_names_of_any_way_of_writing_are_read(sent: str, name: str) -> None:
    assert parameters(sent)["filename"] == name


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("“price”: 5 €".encode("cp1252"), "iso-8859-1", "“price”: 5 €"),
        ("Grüße".encode("cp1252"), "x-unknown", "Grüße"),
        ("Привет, где мой заказ? Я жду уже неделю.".encode("koi8-r"), "", "Привет, где мой заказ? Я жду уже неделю."),
        ("日本語".encode("iso2022_jp"), "us-ascii", "日本語"),
        (b"\x1b$BCmJ8HV9f-!-j\x1b(B", "iso-2022-jp", "注文番号①㈱"),
        (b"\x1b$BCmJ8HV9f-!-j\x1b(B", "", "注文番号①㈱"),
        (b"\x1b$BCmJ8HV9f-^\x1b(B", "iso-2022-jp", "注文番号\ufffd"),
        ("日本語".encode(), "iso-2022-jp", "日本語"),
        ("한국어".encode("cp949"), "ks_c_5601-1987", "한국어"),
        ("中文".encode("gb18030"), "gb2312", "中文"),
        ("Grüße".encode("utf-7"), "utf-7", "Grüße"),
        (b"plain", "zlib", "plain"),
    ],
)
def test_text_is_read_in_the_charset_it_is_in(data: bytes, charset: str, text: str) -> None:
    assert decode(data, charset)[0] == text


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "utf-8"])
def test_no_charset_yields_what_utf_8_cannot_carry(charset: str) -> None:
    assert decode(b"Hello there, " * 20 + b"+2AY- and\x00\xd8", charset)[0].encode()


def test_a_charset_that_is_not_the_declared_one_is_reported() -> None:
    assert "not utf-8" in str(decode("Grüße aus Köln".encode("cp1252"), "utf-8")[1])
    assert decode("Grüße".encode(), "utf-8")[1] is None


def test_the_last_part_is_kept_when_the_mail_is_cut_short() -> None:
    mail = read_mime(MIXED + b"--b\n\nHello\n--b\n\nand more")
    assert read_bodies(mail).text == "Hello\nand more"
    assert "cut short" in mail.problems[0]


def test_parts_are_found_behind_a_boundary_that_is_not_the_declared_one() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=other\n\n--used\nContent-Type: text/plain\n\nHello\n--used--\n"
    assert read_bodies(read_mime(raw)).text == "Hello"


def test_a_mail_with_line_ends_of_old_macintoshes_is_read() -> None:
    mail = read_mime(b"Subject: Hi\rFrom: ann@example.com\r\rline one\rline two")
    assert (mail.text("subject"), read_bodies(mail).text) == ("Hi", "line one\nline two")


def test_the_parts_of_a_multipart_that_is_encoded_as_a_whole_are_found() -> None:
    inner = base64.encodebytes(b"--b\n\nHello\n--b--")
    head = MIXED.replace(b"\n\n", b"\nContent-Transfer-Encoding: base64\n\n")
    assert read_bodies(read_mime(head + inner)).text == "Hello"


def test_a_mailbox_line_among_the_header_fields_is_passed_over() -> None:
    mail = read_mime(b"Received: by a.example\nFrom ann Mon Mar  2 10:00:00 2026\nReturn-Path: <>\nSubject: Hi\n\nx")
    assert mail.text("subject") == "Hi"


def test_quoted_mime_below_a_persons_words_is_no_multipart() -> None:
    words = "I got this, why?\n" * 20
    raw = f"Subject: x\n\n{words}--b\nContent-Type: text/plain\n\nold\n--b--".encode()
    assert read_bodies(read_mime(raw)).text.startswith(words)


def test_a_boundary_broken_over_two_lines_is_whole() -> None:
    raw = b'Content-Type: multipart/mixed;\n boundary="a\n b"\n\n--a b\n\nHello\n--a b--\n'
    assert read_bodies(read_mime(raw)).text == "Hello"


def test_a_boundary_that_begins_like_the_outer_one_does_not_end_it() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=bb\n\n--bb\n\nHello\n--bb--"
    assert read_bodies(read_mime(MIXED + b"--b\n" + inner + b"\n--b--")).text == "Hello"


def test_a_missing_empty_line_loses_nothing() -> None:
    mail = read_mime(b"From: ann@example.com\nSubject: Hi\nHello Bob,\nhow are you?")
    assert read_bodies(mail).text == "Hello Bob,\nhow are you?"
    assert mail.problems == ["no empty line ends the header"]


def test_empty_lines_above_the_header_are_passed_over() -> None:
    assert read_mime(b"\r\n\nSubject: Hi\n\nHello").text("subject") == "Hi"


def test_a_header_line_that_was_wrapped_without_a_space_goes_on() -> None:
    mail = read_mime(b"Subject: a long\nsubject\nFrom: ann@example.com\n\nHello")
    assert (mail.text("subject"), mail.text("from")) == ("a long subject", "ann@example.com")


@pytest.mark.parametrize(
    "body",
    [
        base64.encodebytes(PNG),
        base64.b64encode(PNG).rstrip(b"="),
        b"!" + base64.b64encode(PNG) + b"\n",
        base64.encodebytes(PNG) + b"-- \nsent by a list",
    ],
)
def test_base64_is_decoded_through_garbage(body: bytes) -> None:
    head = b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64"
    assert _file(head, body) == ("a.png", "image/png", PNG)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"Hello, this is just plain text!\n", "Hello, this is just plain text!\n"),
        (
            b"SGVsbG8gcmVmdW5k\n\n____________________\nUsers mailing list\n",
            "Hello refund\n\n____________________\nUsers",
        ),
        (b"SGVsbG8gcmVmdW5k\nThis mail was scanned for viruses.\n", "Hello refund\n\nThis mail was scanned"),
    ],
)
def test_words_that_are_no_base64_where_it_was_declared_are_read_as_they_are(body: bytes, words: str) -> None:
    head = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    assert read_bodies(read_mime(head + body)).words.startswith(words)


@pytest.mark.parametrize("charset", ["iso-8859-2", "windows-1251", "koi8-r", "gb2312", "shift_jis", "euc-kr"])
def test_utf_8_under_the_name_of_another_charset_is_read(charset: str) -> None:
    words = "Grüße, где мой заказ?"
    assert decode(words.encode(), charset)[0] == words
    assert decode("目".encode("gb2312"), "gb2312")[0] == "目"


@pytest.mark.parametrize("plain", ["Sent from my iPhone\n", "[cid:image001.png@01D]\n", "[image: photo.jpg]\n"])
def test_an_alternative_that_says_nothing_leaves_the_words_to_html(plain: str) -> None:
    head = "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n"
    html = "\n--b\nContent-Type: text/html\n\n<p>Please refund me.</p>\n--b--\n"
    assert read_bodies(read_mime(f"{head}{plain}{html}".encode())).words == "Please refund me."
    assert read_bodies(read_mime(f"{head}Refund!\n{plain}{html}".encode())).words.startswith("Refund!")


def test_a_line_that_a_mailbox_file_escaped_is_no_quote() -> None:
    body = b"Hello\n>From here it is far.\n"
    assert read_mime(b"From ann@example.com Tue Nov  3\nSubject: x\n\n" + body).content() == body.replace(b">", b"")
    assert read_mime(b"Subject: x\n\n" + body).content() == body


def test_code_pages_are_known_by_the_names_that_programs_write() -> None:
    assert {decode("Grüße".encode("cp850"), name)[0] for name in ("cp850", "cp-850", "ibm850", "dos-850")} == {"Grüße"}
    assert decode("заказ".encode("cp1251"), "win-1251")[0] == "заказ"


@pytest.mark.parametrize(
    "sent",
    [
        "Tue, 3 Nov 2026 10:00:00 +0100 (CET)",
        "Tue, 3 Nov 2026 10:00:00 +01:00",
        "Tue, 3 Nov 2026 10:00:00 GMT+0100",
        "2026-11-03T10:00:00+01:00",
        "2026-11-03 10:00:00 +0100",
        "2026-11-03T09:00:00Z",
    ],
)
def test_the_zone_of_a_date_is_read_however_it_is_written(sent: str) -> None:
    assert date(sent) == datetime(2026, 11, 3, 9, tzinfo=UTC)


def _octets(data: bytes) -> bytes:
    return b"\x04\x82" + len(data).to_bytes(2, "big") + data


@pytest.mark.parametrize("size", [1_000, 60])
def test_words_inside_the_envelope_of_a_signature_are_read(size: int) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nPlease cancel order 7. " + b"Thanks. " * 10
    pieces = b"".join(_octets(inner[start : start + size]) for start in range(0, len(inner), size))
    sealed = base64.encodebytes(b"0\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x80" + pieces + b"\x00\x00\xa0\x82")
    head = b'Content-Type: application/pkcs7-mime; name="smime.p7m"\nContent-Transfer-Encoding: base64\n\n'
    found = read_bodies(read_mime(head + sealed))
    assert found.words == "Please cancel order 7. " + "Thanks. " * 10
    assert not found.attachments


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    raw = b"Subject: x\n\nSee below.\n\nbegin 644 a.txt\n%:&5L;&\\*\n`\nend\nBye\n"
    found = read_bodies(read_mime(raw))
    assert found.text.split() == ["See", "below.", "Bye"]
    assert [(file.filename, file.content) for file in found.attachments] == [("a.txt", b"hello")]


def test_files_without_a_name_get_the_one_people_know_them_by() -> None:
    assert _file(b"Content-Type: application/ms-tnef", b"x")[0] == "winmail.dat"
    assert _file(b"Content-Type: message/rfc822", b"Subject: Old: offer\n\nx")[0] == "Old offer.eml"
    encoded = _file(b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64", b"U3ViamVjdDogT2xkCgp4")
    assert encoded == ("Old.eml", "message/rfc822", b"Subject: Old\n\nx")
    assert _file(b"Content-Type: image/png; name=C:\\TEMP\\x.png", b"x")[0] == "x.png"


def test_the_text_of_a_mail_inside_is_not_the_text_of_the_mail() -> None:
    raw = MIXED + b"--b\n\nMine\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nTheirs\n--b--"
    assert read_bodies(read_mime(raw)).text == "Mine"


def test_lines_that_a_program_wrapped_are_joined() -> None:
    raw = b"Content-Type: text/plain; format=flowed\n\nA long \nline.\n> a \n> quote\n-- \nAnn\n"
    assert read_bodies(read_mime(raw)).text == "A long line.\n> a quote\n-- \nAnn\n"


def test_addresses_are_found_in_what_people_write() -> None:
    assert addresses("'ann@example.com', Bob <b.r+x@mail.example> (c@d.test)") == [
        "ann@example.com",
        "b.r+x@mail.example",
        "c@d.test",
    ]


@pytest.mark.parametrize(
    "raw",
    [
        MIXED + b"--b\n" * 300_000,
        MIXED + b"--b--b" * 300_000,
        (MIXED + b"--b\n") * 20_000,
        b"Content-Type: message/rfc822\n\n" * 30_000,
        b"a: b\n" + b" x\n" * 500_000,
        b"Content-Type: text/plain;" + b"a*0*=" * 500_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 300_000 + b"\n\nx",
        b"\n" + b"begin 644 a\n" * 200_000,
    ],
)
def test_a_hostile_mail_is_taken_apart_into_no_more_than_a_thousand_parts(raw: bytes) -> None:
    mail = read_mime(raw)
    assert len(mail.walk()) <= 1_001
    read_bodies(mail)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    read_bodies(read_mime(MIXED + raw))
    read_bodies(read_mime(raw))


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_what_one_charset_wrote_it_reads(text: str, charset: str) -> None:
    assert decode(text.encode(charset, "replace"), charset)[0].replace("\ufeff", "") == text.encode(
        charset, "replace"
    ).decode(charset).replace("\ufeff", "")
