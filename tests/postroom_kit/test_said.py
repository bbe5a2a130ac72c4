"""What a mail says beside courtesy."""

import pytest

from postroom_kit.said import is_one_word


@pytest.mark.parametrize(("subject", "text"), [("photo", ""), ("", "Hello,\n\nphoto\n\nThanks\nAna")])
def test_a_mail_may_name_one_thing_and_no_more(subject: str, text: str) -> None:
    assert is_one_word(subject, text, "Ana")


@pytest.mark.parametrize("text", ["返品したいのですがどうすればいいですか", "ฉันต้องการคืนสินค้า"])
def test_a_sentence_written_without_spaces_is_more_than_one_word(text: str) -> None:
    assert not is_one_word("", text)
