"""How a customer stands, in the hand-over pack: since when they wait, what they wrote before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from test_escalation import FULL, HOSTILE, NOW, a_thread, mail

from postroom.human.escalation import pack
from postroom.mail import Earlier


@pytest.mark.parametrize(
    ("mails", "later", "said"),
    [
        (
            [(0, True)],
            7,
            ["Waiting since: 2026-03-02 09:00 UTC (7 min)", "1 from outside, 0 from us; none of ours yet"],
        ),
        (
            [(0, True), (5, False), (90, True), (200, True)],
            1590,
            [
                "Waiting since: 2026-03-02 10:30 UTC (1 d 1 h)",
                "3 from outside, 1 from us; first one of ours after 5 min",
            ],
        ),
        ([(0, True), (125, False)], 300, ["1 from outside, 1 from us; first one of ours after 2 h 5 min"]),
    ],
    ids=["first mail", "waiting again", "answered"],
)
def test_it_says_since_when_the_customer_waits_and_how_often_they_wrote(
    mails: list[tuple[int, bool]], later: int, said: list[str]
) -> None:
    messages = [mail(minute, received=received) for minute, received in mails]
    thread = replace(a_thread(*messages), now=NOW + timedelta(minutes=later))
    text = pack(FULL, "support", thread, messages[0], "c0ffee00")[1].text
    assert all(words in text for words in said)
    assert ("Waiting since" in text) is (len(said) == 2)


def test_a_note_that_a_colleague_has_the_thread_ends_no_wait() -> None:
    messages = [mail(0), mail(5, received=False), mail(90)]
    thread = replace(a_thread(*messages), now=NOW + timedelta(minutes=100))
    text = pack(FULL, "support", thread, messages[2], "c0ffee00", notes=["<5>"])[1].text
    assert "Waiting since: 2026-03-02 09:00 UTC (1 h 40 min)" in text
    assert "2 from outside, 1 from us" in text


@pytest.mark.parametrize("authenticated", [True, False])
def test_it_says_of_whom_the_mail_system_does_not_vouch_for(authenticated: bool) -> None:
    sender = replace(mail().sender, authenticated=authenticated)
    first, second = mail(0, sender=sender), mail(5)
    for at_hand, said in ((first, "does not vouch for this sender"), (second, "(perhaps forged)")):
        _, letter = pack(FULL, "support", a_thread(first, second), at_hand, "c0ffee00")
        assert (said in letter.text) is not authenticated
        assert (said in letter.html) is not authenticated


def test_it_tells_of_their_earlier_threads() -> None:
    past = (Earlier(HOSTILE, "closed", received=NOW - timedelta(days=3)), Earlier("", "answered", received=NOW))
    _, letter = pack(FULL, "support", replace(a_thread(mail()), earlier=past), mail(), "c0ffee00")
    assert "- 2026-02-27 closed: [click](https[:]//evil[.]example)" in letter.text
    assert "- 2026-03-02 answered: (no subject)" in letter.text
    assert "href" not in letter.html
