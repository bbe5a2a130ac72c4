"""What stands right above the line that announces a quote is its sender's."""

import pytest

from postroom_kit.mail_reading import new_text


@pytest.mark.parametrize(
    "words", ["Cancel 4711", "2 cups please", "On 5 May please", "Mine is <ann@example.com>", "Pay 3 Nov 2026"]
)
@pytest.mark.parametrize("heading", ["{}Shop <shop@example.com> wrote:", "{}Shop\n<shop@example.com> wrote:"])
def test_words_right_above_an_attribution_are_kept(words: str, heading: str) -> None:
    line = heading.format("On Tue, Nov 3, 2026 at 9:12 AM ")
    assert new_text(f"{words}\n{line}\n> old\n", None) == words
    assert new_text(f"{words}\n\n{line}\n\nold\n", None) == words


def test_words_in_the_line_of_an_attribution_are_kept() -> None:
    line = "Yes, cancel it. On Tue, Nov 3, 2026 at 9:12 AM Shop <shop@example.com> wrote:"
    assert "Yes, cancel it." in new_text(f"{line}\n> old\n", None)


def test_answers_in_a_copied_mail_are_kept_where_s_u_points_to_them() -> None:
    copy = "Von: Shop <shop@example.com>\nGesendet: Montag, 5. Januar 2026 10:00\nAn: bob@example.com\nBetreff: Plan"
    assert "Ja, 30 EUR" in new_text(f"Antworten s.u.\n\n{copy}\n\nWie viel?\nJa, 30 EUR\n", None)
    assert "30 EUR" not in new_text(f"Abgelehnt.\n\n{copy}\n\nWie viel?\nJa, 30 EUR\n", None)


def test_a_quote_marked_in_capitals_is_one() -> None:
    assert new_text(None, "<P>Cancel 47</P><BLOCKQUOTE TYPE=CITE><P>Shall we cancel?</P></BLOCKQUOTE>") == "Cancel 47"
