"""Each rule of the books objects to the mail it is there for, and that mail would have left without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from outgoing import (
    COLD,
    COLD_TEXT,
    DEBTS,
    HIRING,
    NOW,
    SIGNED,
    cold_mail,
    debt_mail,
    facts,
    later_debt_mail,
    no,
    without,
)

from postroom_kit.outreach import BOOKS, Leaving, Place, RuleBook, Sent, rows

Spoil = Callable[[Leaving], Leaving]


def to(**changed: object) -> Spoil:
    return lambda mail: replace(mail, **changed)  # type: ignore[arg-type]


def text(old: str, new: str) -> Spoil:
    def spoil(mail: Leaving) -> Leaving:
        assert old in mail.text
        return replace(mail, text=mail.text.replace(old, new))

    return spoil


def fact(**changed: object) -> Spoil:
    return lambda mail: facts(mail, **changed)


def sent(**changed: object) -> Spoil:
    return lambda mail: replace(mail, sent=replace(mail.sent, **changed))  # type: ignore[arg-type]


def both(*spoils: Spoil) -> Spoil:
    def spoil(mail: Leaving) -> Leaving:
        for each in spoils:
            mail = each(mail)
        return mail

    return spoil


def adding(words: str) -> Spoil:
    return text("Is something", f"{words} Is something")


def at(country: str, region: str = "") -> Spoil:
    return to(places=(Place(country, region),), now=datetime(2026, 12, 1, 10, tzinfo=UTC))


EVENING = datetime(2026, 12, 2, 2, 30, tzinfo=UTC)  # 21:30 in New York
EARLY = datetime(2026, 12, 1, 6, tzinfo=UTC)  # 7:00 in Berlin
LAST_WEEK = (("first", NOW - timedelta(days=5)),)
NIGHT = datetime(2026, 12, 2, 5, 30, tzinfo=UTC)  # 21:30 in Los Angeles
OVER = {"sent": "2026-09-01", "ends": "2026-10-20"}
STOP = "To get no more mail from us about this, reply with the word STOP."
FIRST_PARTY, BUSINESS = fact(party="first"), fact(debt="business")
IN_CALIFORNIA = to(places=(Place("US", "CA"),), now=NOW + timedelta(hours=2))
IN_BOSTON = to(places=(Place("US", "MA"),))

COLD_CASES: dict[str, Spoil] = {
    "law/can-spam-sender": text(SIGNED, "Larkspur Tools Ltd"),
    "law/can-spam-opt-out": text("To get no more mail from us, unsubscribe: ", ""),
    "law/can-spam-subject": to(subject="Re: your releases"),
    "law/one-click": to(headers={"List-Unsubscribe": "<mailto:a@larkspur.test>", "List-Unsubscribe-Post": "x"}),
    "law/basis-germany": at("DE"),
    "law/basis-austria": at("AT"),
    "law/basis-switzerland": at("CH"),
    "law/basis-canada": to(places=(Place("CA", "ON"),)),
    "law/basis-britain": at("GB"),
    "law/basis-consent-countries": at("IT"),
    "law/gdpr-basis": both(at("FR"), fact(basis=None)),
    "law/gdpr-source": both(at("FR"), text("the speakers' list of Release Day 2026", "a list")),
    "manners/business-hours": to(now=datetime(2026, 12, 1, 13, 0, tzinfo=UTC)),
    "manners/asked-times": fact(not_on=["tuesdays"]),
    "manners/warm-up": sent(inbox_age_days=3, by_inbox_today=50),
    "manners/domain-cap": sent(to_domain_today=10),
    "manners/person-cap": sent(to_person=tuple(NOW - timedelta(days=number) for number in (3, 9, 15, 29))),
    "manners/lint-trigger-words": text("May I send it?", "Act now, it is risk-free."),
    "manners/lint-capitals": text("weekly releases", "WEEKLY releases"),
    "manners/lint-exclamations": text("one page.", "one page!!"),
    "manners/lint-links": text("May I send it?", "https://other.test/a"),
    "manners/lint-text-part": to(text="", html=f"<p>{COLD_TEXT}</p>"),
    "manners/lint-same-body": sent(same_body=20),
}
HIRING_CASES: dict[str, Spoil] = {
    "law/hiring-source": fact(source=None),
    "law/hiring-basis": both(at("FR"), fact(basis="")),
    "law/hiring-sender": both(to(kind="follow_up"), text("12 Court Street, ", "")),
    "law/hiring-opt-out": text("To get no more mail from us, unsubscribe: ", ""),
    "law/hiring-subject": to(subject="FW: a role"),
    "law/hiring-one-click": to(headers={}),
    "law/hiring-no-means-no": fact(declined=True),
    "manners/hiring-one-role-a-week": sent(to_person=(NOW - timedelta(days=6),)),
}
DEBT_CASES: dict[str, tuple[Leaving, Spoil]] = {
    "law/fdcpa-attorney": (debt_mail, fact(attorney="Ms Quill")),
    "law/fdcpa-cease": (debt_mail, fact(ceased=True)),
    "law/fdcpa-dispute": (debt_mail, fact(disputed=True)),
    "law/bankruptcy-stay": (debt_mail, both(FIRST_PARTY, fact(bankrupt=True))),
    "law/fdcpa-work-address": (debt_mail, fact(work_address=True)),
    "law/fdcpa-address-source": (debt_mail, fact(address_source="bought")),
    "law/fdcpa-subject": (debt_mail, to(subject="Your debt of $1,034.50")),
    "law/fdcpa-threats": (debt_mail, text("by replying.", "by replying, or we call your employer.")),
    "law/fdcpa-time-barred": (
        later_debt_mail,
        both(fact(time_barred=True, validation=OVER), adding("A court may hear.")),
    ),
    "law/fdcpa-first-words": (debt_mail, text("This is an attempt to collect a debt, and any", "Any")),
    "law/fdcpa-later-words": (later_debt_mail, text("This communication is from a debt collector.", "")),
    "law/fdcpa-sender": (debt_mail, text("Larkspur Tools Ltd", "We")),
    "law/fdcpa-validation-notice": (debt_mail, text("$34.50", "$34.05")),
    "law/fdcpa-validation-period": (later_debt_mail, to(template="urgent")),
    "law/fdcpa-opt-out": (debt_mail, text(STOP, "")),
    "law/fdcpa-window": (later_debt_mail, to(kind="answer", now=EVENING)),
    "law/fdcpa-inconvenient": (later_debt_mail, fact(not_on="10:00-12:00")),
    "law/ny-consent": (debt_mail, fact(email_consent=None)),
    "law/ny-frequency": (later_debt_mail, both(FIRST_PARTY, sent(on_thread=LAST_WEEK))),
    "law/ca-window": (later_debt_mail, both(FIRST_PARTY, IN_CALIFORNIA, to(kind="answer", now=NIGHT))),
    "law/ca-threats": (later_debt_mail, both(FIRST_PARTY, IN_CALIFORNIA, adding("Or else!"))),
    "law/ma-window": (later_debt_mail, both(FIRST_PARTY, IN_BOSTON, to(kind="answer", now=EVENING))),
    "law/ma-attorney": (later_debt_mail, both(FIRST_PARTY, IN_BOSTON, fact(attorney="yes"))),
    "manners/debt-stops": (later_debt_mail, fact(debt="business", deceased="perhaps")),
    "manners/debt-balance": (later_debt_mail, both(BUSINESS, both(to(kind="answer"), fact(stale_balance=True)))),
    "manners/debt-window": (later_debt_mail, both(FIRST_PARTY, both(at("DE"), to(kind="answer", now=EARLY)))),
    "manners/debt-threats": (later_debt_mail, both(BUSINESS, adding("We will publish your name."))),
    "manners/debt-subject": (later_debt_mail, both(FIRST_PARTY, to(subject="Overdue: 4471"))),
    "manners/debt-honest-subject": (debt_mail, to(subject="AW: account 4471")),
    "manners/debt-sender": (later_debt_mail, both(FIRST_PARTY, text("Larkspur Tools Ltd", "We"))),
    "manners/debt-opt-out": (later_debt_mail, both(BUSINESS, text(STOP, ""))),
    "manners/debt-one-click": (later_debt_mail, to(headers={"List-Unsubscribe": "<http://larkspur.test/u>"})),
    "manners/debt-frequency": (later_debt_mail, both(BUSINESS, sent(on_thread=LAST_WEEK))),
}
CASES: list[tuple[RuleBook, str, Leaving, Spoil]] = [
    *((COLD, name, cold_mail, spoil) for name, spoil in COLD_CASES.items()),
    *((HIRING, name, cold_mail, spoil) for name, spoil in HIRING_CASES.items()),
    *((DEBTS, name, mail, spoil) for name, (mail, spoil) in DEBT_CASES.items()),
]
WITHOUT_URL = "manners/no-public-url"
DOUBLE = {
    "law/ny-frequency": "manners/debt-frequency",
    "law/fdcpa-opt-out": "manners/debt-opt-out",
    "law/fdcpa-sender": "manners/debt-sender",
    "law/fdcpa-threats": "manners/debt-threats",
    "law/ca-threats": "manners/debt-threats",
    "law/fdcpa-subject": "manners/debt-subject",
    "law/fdcpa-inconvenient": "manners/asked-times",
    "law/basis-germany": "law/gdpr-basis",
    "law/fdcpa-attorney": "manners/debt-stops",
    "law/fdcpa-cease": "manners/debt-stops",
    "law/fdcpa-dispute": "manners/debt-stops",
    "law/ma-attorney": "manners/debt-stops",
    "law/bankruptcy-stay": "manners/debt-stops",
    "law/fdcpa-window": "manners/debt-window",
    "law/ca-window": "manners/debt-window",
    "law/ma-window": "manners/debt-window",
}
"""Rules of law that a rule of manners repeats for those whom the law spares."""


@pytest.mark.parametrize("mail", [cold_mail, replace(cold_mail, html=f"<p>{COLD_TEXT}</p>")])
@pytest.mark.parametrize("book", [COLD, HIRING])
def test_a_mail_that_keeps_all_rules_leaves(book: RuleBook, mail: Leaving) -> None:
    assert book.judge(mail) is None


@pytest.mark.parametrize("mail", [debt_mail, later_debt_mail])
def test_a_mail_about_a_debt_that_keeps_all_rules_leaves(mail: Leaving) -> None:
    assert DEBTS.judge(mail) is None


@pytest.mark.parametrize(("book", "name", "mail", "spoil"), CASES, ids=[case[1] for case in CASES])
def test_a_rule_objects_to_the_mail_it_is_there_for(book: RuleBook, name: str, mail: Leaving, spoil: Spoil) -> None:
    alone = replace(book, rules=tuple(rule for rule in book.rules if rule.name == name))
    objection = alone.judge(spoil(mail))
    assert objection is not None
    assert objection.rule == name
    assert objection.reason
    assert (objection.until is None) == (objection.outcome != "wait")
    assert objection.until is None or objection.until > spoil(mail).now


@pytest.mark.parametrize(("book", "name", "mail", "spoil"), CASES, ids=[case[1] for case in CASES])
def test_only_that_rule_keeps_the_mail_from_leaving(book: RuleBook, name: str, mail: Leaving, spoil: Spoil) -> None:
    objection = without(book, name).judge(spoil(mail))
    assert objection is None or (
        objection.rule in {DOUBLE.get(name), *(law for law, ours in DOUBLE.items() if ours == name)}
    )


def test_without_a_public_address_an_agent_sends_a_hundred_a_day() -> None:
    book = RuleBook.of("cold_email", "manners")
    mail = replace(cold_mail, headers={}, sent=Sent(inbox_age_days=40, by_agent_today=100))
    objection = book.judge(mail)
    assert objection is not None
    assert (objection.rule, objection.scope) == (WITHOUT_URL, "inbox")
    assert without(book, WITHOUT_URL).judge(mail) is None
    assert book.judge(replace(mail, sent=replace(mail.sent, by_agent_today=99))) is None


def test_each_rule_of_each_book_is_tried() -> None:
    tried = {name for _, name, _, _ in CASES} | {WITHOUT_URL}
    assert tried == {row["name"] for row in rows(*BOOKS)}


def test_no_rule_pretends_that_somebody_read_its_source() -> None:
    assert {row["checked"] for row in rows()} == {"no"}


def test_rows_have_what_a_page_tells_of_each_rule() -> None:
    row = next(row for row in rows("debt_collection") if row["name"] == "law/fdcpa-window")
    assert row["source"].startswith("12 CFR 1006.6(b)(1)(i)")
    assert row["applies"] == "country: US, PR, GU, VI, AS, MP; facts.party: third; facts.debt: consumer"
    assert (row["dated"], row["checked"], row["outcome"]) == ("2021-11-30", "no", "wait")
    assert all(all(row[key] for key in ("name", "title", "text", "source", "dated", "reviewed")) for row in rows())


def test_a_possible_place_holds_what_a_sure_one_refuses() -> None:
    sure = replace(cold_mail, places=(Place("DE"),))
    possible = replace(cold_mail, to="ann@firm.de")
    assert [no(COLD, mail).outcome for mail in (sure, possible)] == ["refuse", "hold"]


def test_a_person_of_an_unknown_country_is_held_for_a_person() -> None:
    objection = COLD.judge(replace(cold_mail, places=()))
    assert objection is not None
    assert objection.outcome == "hold"
    # a yes sets all of them aside: whoever says it has read them all
    assert "if the person is in DE" in objection.reason
    assert "if the person is in CA" in objection.reason
    assert "no hour is safe" in objection.reason
