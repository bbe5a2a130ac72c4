"""A notice adds up, its fixed texts cannot be changed, and no words of a model state what only the ledger may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts import notice
from postroom_kit.debts.ledger import KINDS, Ledger
from postroom_kit.debts.money import Money
from postroom_kit.debts.notice import Itemisation, NoticeError, validation_ends

START = date(2026, 1, 5)
ROWS = [
    ("debt", "500.00", 0),
    ("interest", "4.10", 15),
    ("fee", "15.00", 27),
    ("payment", "200.00", 29),
    ("reversal", "50.00", 31),
    ("credit", "9.10", 40),
]


def ledger_of(rows: list[tuple[str, str, int]]) -> Ledger:
    """A ledger of one debt, D."""
    return Ledger.of(
        (
            number,
            {"debt": "D", "date": str(START + timedelta(days=days)), "kind": kind, "amount": amount, "currency": "USD",
             "reference": str(number)},
        )
        for number, (kind, amount, days) in enumerate(rows)
    )  # fmt: skip


def test_an_itemisation_shows_each_kind_and_adds_up() -> None:
    items = Itemisation.of(ledger_of(ROWS), "D", date(2026, 3, 1), creditor="Northmoor", account="4400 1122 7788")
    assert items.account_tail == "…7788"
    assert items.lines == (
        ("Owed on 5 January 2026 (date of the last statement)", "$500.00"),
        ("Interest since then", "+ $4.10"),
        ("Fees since then", "+ $15.00"),
        ("Paid since then", "- $150.00"),
        ("Credited since then", "- $9.10"),
        ("Owed now", "$360.00"),
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(KINDS.keys() - {"debt"})), st.integers(0, 10**6), st.integers(0, 60)),
        max_size=12,
    ),
    st.integers(0, 90),
)
def test_any_ledger_gives_items_that_add_up(posted: list[tuple[str, int, int]], after: int) -> None:
    rows = [("debt", "800.00", 0), *((kind, Money(minor, "USD").exact, days) for kind, minor, days in posted)]
    books, on = ledger_of(rows), START + timedelta(days=after)
    items = Itemisation.of(books, "D", on, creditor="Northmoor")
    assert items.now == books.balance("D", on)


def test_what_does_not_add_up_or_is_in_doubt_is_no_notice() -> None:
    nothing, one = Money(0, "USD"), Money(1, "USD")
    with pytest.raises(NoticeError, match="do not add up"):
        Itemisation("Northmoor", "", START, "x", one, nothing, nothing, nothing, nothing, nothing)
    with pytest.raises(NoticeError, match="no creditor"):
        Itemisation(" ", "", START, "x", one, nothing, nothing, nothing, nothing, one)
    with pytest.raises(NoticeError, match="in doubt"):
        Itemisation.of(ledger_of([*ROWS, ("payment", "x", 3)]), "D", START, creditor="Northmoor")
    with pytest.raises(NoticeError, match="not owed yet"):
        Itemisation.of(ledger_of(ROWS), "D", START - timedelta(days=1), creditor="Northmoor")


def test_an_account_number_that_is_short_is_not_shown_at_all() -> None:
    zero = Money(0, "USD")
    assert Itemisation("N", "1234", START, "x", zero, zero, zero, zero, zero, zero).account_tail == ""


@pytest.mark.parametrize(
    ("sent", "ends"),
    [
        (date(2026, 3, 2), date(2026, 4, 8)),
        (date(2026, 6, 29), date(2026, 8, 6)),  # Independence Day is observed on 3 July
        (date(2026, 12, 21), date(2027, 1, 28)),
    ],
)
def test_the_validation_period_ends_thirty_days_after_assumed_receipt(sent: date, ends: date) -> None:
    assert validation_ends(sent) == ends


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_a_validation_period_is_never_shorter_than_thirty_five_days(sent: date) -> None:
    assert validation_ends(sent) >= sent + timedelta(days=35)
    assert notice.in_words(validation_ends(sent)) in notice.validation(sent)[0]


@pytest.mark.parametrize(("first", "said"), [(True, "attempt to collect a debt"), (False, "from a debt collector")])
def test_a_debt_collector_says_so_in_each_mail(first: bool, said: str) -> None:
    texts = notice.disclosures(third_party=True, consumer=True, first=first)
    assert said in texts[0]
    assert "STOP" in texts[-1]
    assert "debt collector" not in " ".join(notice.disclosures(third_party=False, consumer=True, first=first))
    assert any(
        "will not sue" in text
        for text in notice.disclosures(third_party=True, consumer=True, first=first, time_barred=True)
    )


def test_every_fixed_text_names_its_source_and_that_nobody_checked_it() -> None:
    for block in notice.blocks().values():
        assert block.source
        assert block.asks
        assert block.checked is False


def test_a_changed_fixed_text_is_noticed() -> None:
    texts = notice.disclosures(third_party=True, consumer=True, first=True)
    mail = "Hello\n\n" + "\n".join(text.replace(", and", ",\nand") for text in texts)
    assert notice.lacking(mail, texts) == ""
    assert notice.lacking(mail.replace("used for that", "used for this"), texts) == texts[0]


@pytest.mark.parametrize(
    "words",
    [
        "You owe $20.", "Please pay by Friday.", "We will waive the fee.", "Pay now.", "We may go to court.",
        "Half is enough.",
        "See www.example.com", "Your employer will hear of it.", "We reserve legal action.",
        "This is your last chance.",
        "You have thirty days.", "It could affect your credit score", "write to boss@example.com",
    ],
)  # fmt: skip
def test_words_of_a_model_that_state_promise_press_or_threaten_are_refused(words: str) -> None:
    assert notice.objection(words)


def test_courtesy_of_a_model_is_let_through() -> None:
    assert notice.objection("Thank you for writing. I am sorry to hear how hard these weeks were.") == ""
    assert notice.objection("We have your question about the invoice and look into it.") == ""
