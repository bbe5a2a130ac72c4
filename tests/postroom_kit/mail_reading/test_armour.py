"""Words that are signed inline are read without PGP's armour; encrypted ones stay, and are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.mail_reading import new_text, parse
from postroom_kit.mail_reading.armour import without_armour

SIGNATURE = """\
-----BEGIN PGP SIGNATURE-----
Version: GnuPG v2

iQEzBAEBCAAdFiEE+abc/def0123456789
=aB1c
-----END PGP SIGNATURE-----
"""
ENCRYPTED = "-----BEGIN PGP MESSAGE-----\n\nhQEMA0abc\n=aB1c\n-----END PGP MESSAGE-----\n"


def signed(words: str, head: str = "Hash: SHA256\n\n") -> str:
    return f"-----BEGIN PGP SIGNED MESSAGE-----\n{head}{words}\n{SIGNATURE}"


@pytest.mark.parametrize("head", ["Hash: SHA256\n\n", "Hash: SHA512\nHash: SHA256\n\n", "\n", "\nHash: SHA1\n\n", ""])
def test_signed_words_stand_without_armour(head: str) -> None:
    assert new_text(signed("Please cancel order 4711.", head), None) == "Please cancel order 4711."


@pytest.mark.parametrize("words", ["Comment: it is late.", "Version: 2 of the app crashes.\nHash: none"])
def test_words_that_begin_as_an_armour_header_stay(words: str) -> None:
    assert new_text(signed(words, "\n"), None) == words
    assert new_text(signed(words), None) == words


def test_escaped_dashes_are_lines_of_the_mail_again() -> None:
    words = "- - first\n- - second\n\n- -- \nKim Berg\nLumen Ltd"
    assert new_text(signed(words), None) == "- first\n- second"
    thread = "Yes, please.\n\n- -----Original Message-----\nFrom: a@example.com\n\nShall we?"
    assert new_text(signed(thread), None) == "Yes, please."


def test_windows_line_ends_make_no_difference() -> None:
    assert new_text(signed("Cancel it.").replace("\n", "\r\n"), None) == "Cancel it."


def test_words_around_signed_ones_stay() -> None:
    text = f"Before.\n\n{signed('Inside.')}\nAfter.\n\n{signed('Again.')}"
    assert new_text(text, None).split() == ["Before.", "Inside.", "After.", "Again."]


def test_a_signature_that_is_cut_short_takes_no_words_with_it() -> None:
    text = signed("Cancel it.").replace("-----END PGP SIGNATURE-----\n", "\nAnd call me, please.\nThanks\n")
    assert new_text(text, None) == "Cancel it.\n\nAnd call me, please.\nThanks"


@pytest.mark.parametrize(
    "text", ["-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nNo end.", "- no escape\n- at all"]
)
def test_what_is_no_signed_text_stays_as_it_is(text: str) -> None:
    assert without_armour(text) == text


def test_quoted_armour_is_a_quote() -> None:
    quote = "".join(f"> {line}\n" for line in signed("Old words.").splitlines())
    assert new_text(f"Yes.\n\n{quote}", None) == "Yes."
    assert new_text(signed(f"Yes.\n\n{quote}"), None) == "Yes."


def test_encrypted_words_stay_and_are_named_as_a_problem() -> None:
    head = "From: ann@example.com\nDate: Sat, 1 Aug 2026 09:00:00 +0000\n"
    mail = parse(f"{head}\n{ENCRYPTED}".encode())
    assert mail.reply_text == ENCRYPTED.strip()
    assert mail.problems == ("words of this mail are encrypted and cannot be read",)
    sealed = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nsealed"
    assert parse(f"{head}{sealed}".encode()).problems == mail.problems
    quoted = "".join(f"> {line}\n" for line in ENCRYPTED.splitlines())
    assert parse(f"{head}\nI cannot read this:\n\n{quoted}".encode()).problems == ()


@given(st.lists(st.sampled_from(["-----BEGIN PGP SIGNED MESSAGE-----\n", SIGNATURE, "- ", "words\n", "\n", "> "])))
def test_no_armour_loses_words(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert without_armour(text).count("words") == text.count("words")
