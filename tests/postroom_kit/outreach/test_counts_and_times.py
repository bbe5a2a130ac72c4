"""Caps, times that people asked to be spared, and the validation period: from which number and moment on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from outgoing import COLD, DEBT_FACTS, DEBTS, NOW, cold_mail, debt_mail, facts, later_debt_mail, no

from postroom_kit.outreach import Place, RuleBook, Sent

MANNERS = RuleBook.of("manners", settings={"zone": "America/New_York", "public_url": True})
TOMORROW = datetime(2026, 12, 2, 13, 30, tzinfo=UTC)  # 8:30 in New York


@pytest.mark.parametrize(
    ("day", "most"),
    [(1, 20), (3, 20), (4, 50), (7, 50), (8, 100), (14, 100), (15, 250), (21, 250), (22, 500), (400, 500)],
)
def test_an_inbox_sends_more_as_it_grows_older(day: int, most: int) -> None:
    full = replace(cold_mail, sent=Sent(inbox_age_days=day - 1, by_inbox_today=most))
    objection = no(MANNERS, full)
    assert (objection.rule, objection.outcome, objection.scope) == ("manners/warm-up", "wait", "inbox")
    assert objection.until == TOMORROW
    assert MANNERS.judge(replace(full, sent=Sent(inbox_age_days=day - 1, by_inbox_today=most - 1))) is None


def test_a_lower_set_limit_counts_for_young_inboxes_too() -> None:
    book = RuleBook.of("manners", settings={"public_url": True, "manners/warm-up": {"limit": 10}})
    assert no(book, replace(cold_mail, sent=Sent(by_inbox_today=10))).rule == "manners/warm-up"


def test_answers_are_not_capped() -> None:
    full = Sent(by_inbox_today=900, to_domain_today=90, by_agent_today=900, to_person=(NOW,) * 9)
    assert MANNERS.judge(replace(cold_mail, kind="answer", sent=full)) is None


@pytest.mark.parametrize(("to", "most"), [("ann@firm.test", 10), ("ann@GMAIL.com", 50), ("Ann <ann@gmail.com>", 50)])
def test_a_domain_gets_only_so_many_a_day_and_providers_more(to: str, most: int) -> None:
    full = replace(cold_mail, to=to, sent=Sent(inbox_age_days=40, to_domain_today=most))
    assert (no(MANNERS, full).rule, no(MANNERS, full).until) == ("manners/domain-cap", TOMORROW)
    assert MANNERS.judge(replace(full, sent=Sent(inbox_age_days=40, to_domain_today=most - 1))) is None


def test_a_person_is_written_to_again_when_thirty_days_have_passed() -> None:
    before = tuple(NOW - timedelta(days=days) for days in (30, 29, 20, 10, 2))
    objection = no(MANNERS, replace(cold_mail, sent=Sent(inbox_age_days=40, to_person=before)))
    assert (objection.rule, objection.until) == ("manners/person-cap", NOW + timedelta(days=1))


def test_two_mails_about_a_debt_lie_a_week_apart_to_the_minute() -> None:
    def after(age: timedelta) -> Sent:
        return Sent(inbox_age_days=40, on_thread=(("first", NOW - timedelta(days=30)), ("friendly", NOW - age)))

    objection = no(DEBTS, replace(later_debt_mail, sent=after(timedelta(days=6, hours=23))))
    assert objection.until == NOW + timedelta(hours=1)
    assert DEBTS.judge(replace(later_debt_mail, sent=after(timedelta(days=7)))) is None


@pytest.mark.parametrize(
    ("wish", "until"),
    [
        ("tuesdays", "2026-12-02T13:30"),
        (["Tue", "wed"], "2026-12-03T13:30"),
        ("Tuesdays and Wednesdays", "2026-12-03T13:30"),
        ("weekdays", None),
        ("10:30-14:00", "2026-12-01T19:00"),
        ("22:00 - 12:15", "2026-12-01T17:15"),
        ("mornings", None),
        (["sundays", "whenever"], None),
        (7, None),
        ("", "leaves"),
        ([], "leaves"),
        (["sun", "SATURDAY", "thurs"], "leaves"),
        ("00:00-24:00", None),
    ],
)
def test_times_that_a_person_asked_to_be_spared_are_kept_and_unclear_wishes_are_for_a_person(
    wish: Any, until: str
) -> None:
    objection = MANNERS.judge(facts(cold_mail, not_on=wish))
    if until == "leaves":
        assert objection is None
        return
    assert objection is not None
    assert objection.rule == "manners/asked-times"
    assert objection.outcome == ("wait" if until else "hold")
    assert until is None or objection.until == datetime.fromisoformat(until).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "leaves"), [("07:59", False), ("08:00", True), ("20:59", True), ("21:00", False), ("03:00", False)]
)
def test_the_hours_of_the_law_begin_at_8_and_end_before_21(local: str, leaves: bool) -> None:
    mail = replace(later_debt_mail, kind="answer", now=datetime.fromisoformat(f"2026-12-05T{local}-05:00"))
    objection = DEBTS.judge(mail)
    assert (objection is None) is leaves
    assert objection is None or (objection.rule, objection.outcome) == ("law/fdcpa-window", "wait")


def test_a_debtor_of_whom_only_the_country_is_known_is_written_to_when_all_of_it_is_awake() -> None:
    in_america = replace(later_debt_mail, kind="answer", places=(Place("US"),))
    objection = no(DEBTS, replace(in_america, now=datetime(2026, 12, 1, 14, tzinfo=UTC)))
    assert objection.until == datetime(2026, 12, 1, 18, 0, tzinfo=UTC)  # 8:00 in Honolulu


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"itemisation": None}, "no itemisation"),
        (
            {"itemisation": {**DEBT_FACTS["itemisation"], "now": 103_451}},
            "adds up to 1,034.50, not to the balance of 1,034.51",
        ),
        ({"itemisation": {**DEBT_FACTS["itemisation"], "fees": 0.0}}, "no itemisation in whole cents"),
        ({"itemisation": {**DEBT_FACTS["itemisation"], "fees": True}}, "no itemisation in whole cents"),
        ({"itemisation": {**DEBT_FACTS["itemisation"], "fees": -5}}, "no itemisation in whole cents"),
        ({"itemisation": {**DEBT_FACTS["itemisation"], "date": ""}}, "itemisation date"),
        ({"itemisation": {**DEBT_FACTS["itemisation"], "date": "2026-08-02"}}, "itemisation date"),
        ({"validation": None}, "end of the validation period"),
        ({"validation": {"ends": "2027-01-06"}}, "before 2027-01-07"),
        ({"validation": {"ends": "2027-01-19"}}, "does not say the end of the validation period"),
        ({"creditor": "Mill Lane Dentists"}, "creditor"),
        ({"account": ""}, "account"),
    ],
)
def test_a_first_mail_about_a_debt_needs_a_notice_that_adds_up(changed: dict[str, Any], told: str) -> None:
    objection = no(DEBTS, facts(debt_mail, **changed))
    assert (objection.rule, objection.outcome) == ("law/fdcpa-validation-notice", "refuse")
    assert told in objection.reason


@pytest.mark.parametrize("written", ["2027-01-20", "1/20/2027", "01/20/2027", "20 January 2027", "Jan 20, 2027"])
def test_a_day_may_be_written_in_any_clear_way(written: str) -> None:
    assert DEBTS.judge(replace(debt_mail, text=debt_mail.text.replace("January 20, 2027", written))) is None


@pytest.mark.parametrize("wrong", ["$11,034.50", "$1,034.5", "$1,034.501", "$1.034,50", "$1,034"])
def test_an_amount_must_stand_there_to_the_cent(wrong: str) -> None:
    text = debt_mail.text.replace("$1,034.50", wrong)
    assert "now" in no(DEBTS, replace(debt_mail, text=text)).reason


@pytest.mark.parametrize(
    ("template", "leaves"),
    [("friendly", True), ("firm_softened", True), ("reminder", True), ("firm", False), ("final", False), ("", False)],
)
def test_only_softened_steps_leave_in_the_validation_period(template: str, leaves: bool) -> None:
    objection = DEBTS.judge(replace(later_debt_mail, template=template))
    assert (objection is None) is leaves
    assert objection is None or objection.until == datetime(2027, 1, 21, 13, 30, tzinfo=UTC)


def test_a_validation_period_of_unknown_length_is_a_long_one() -> None:
    mail = facts(replace(later_debt_mail, template="final"), validation=None)
    assert no(DEBTS, mail).until == datetime(2027, 1, 5, 13, 30, tzinfo=UTC)  # 45 days from the first mail
    assert no(DEBTS, replace(mail, sent=Sent(inbox_age_days=40))).outcome == "hold"


def test_a_validation_period_that_is_said_to_be_short_lasts_thirty_days() -> None:
    mail = facts(replace(later_debt_mail, template="final"), validation={"sent": "2026-11-20", "ends": "2026-11-25"})
    assert no(DEBTS, mail).until == datetime(2026, 12, 21, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(("kind", "outcome"), [("follow_up", "refuse"), ("answer", "hold")])
def test_pressing_words_overshadow_in_the_validation_period(kind: Any, outcome: str) -> None:
    mail = replace(later_debt_mail, kind=kind, text=f"Pay immediately.\n{later_debt_mail.text}")
    assert (no(DEBTS, mail).rule, no(DEBTS, mail).outcome) == ("law/fdcpa-validation-period", outcome)
    over = {"sent": "2026-09-01", "ends": "2026-10-20"}
    assert DEBTS.judge(facts(mail, validation=over)) is None


@pytest.mark.parametrize(
    ("value", "stops"),
    [
        *((value, True) for value in (True, "yes", "perhaps", "2026-11-30", 1)),
        *((value, False) for value in (False, "no", "", None, 0, "n/a", "-", [])),
    ],
)
def test_whatever_is_not_a_plain_no_stops_reminders(value: Any, stops: bool) -> None:
    assert (
        DEBTS.judge(replace(later_debt_mail, facts={**later_debt_mail.facts, "disputed": value})) is not None
    ) is stops


def test_to_a_stopped_debtor_a_person_may_still_let_an_answer_leave() -> None:
    stopped = facts(later_debt_mail, disputed=True)
    assert no(DEBTS, stopped).outcome == "refuse"
    assert no(DEBTS, replace(stopped, kind="answer")).outcome == "hold"


def test_an_address_at_work_may_be_used_once_the_person_wrote_from_it() -> None:
    assert (
        no(DEBTS, facts(debt_mail, work_address="perhaps", work_address_used="perhaps")).rule
        == "law/fdcpa-work-address"
    )
    assert DEBTS.judge(facts(debt_mail, work_address=True, work_address_used=True)) is None


def test_the_rules_of_a_state_hold_where_the_state_is_not_known() -> None:
    own = facts(replace(later_debt_mail, kind="answer", now=datetime(2026, 12, 5, 12, tzinfo=UTC)), party="first")
    assert no(DEBTS, replace(own, places=(Place("US", "NJ"),))).rule == "manners/debt-window"
    assert no(DEBTS, replace(own, places=(Place("US", "MA"),))).rule == "law/ma-window"
    assert no(DEBTS, replace(own, places=(Place("US"),))).rule in ("law/ca-window", "law/ma-window")


def test_a_cold_mail_of_an_agent_far_away_counts_its_days_at_home() -> None:
    far = {"zone": "Pacific/Auckland", "public_url": True, "one_click": True}
    full = replace(cold_mail, sent=Sent(inbox_age_days=40, by_inbox_today=500))
    assert no(COLD, full).until == TOMORROW
    assert no(RuleBook.of("manners"), full, far).until == TOMORROW  # midnight there is at 11:00 UTC
    late = replace(full, now=datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert no(RuleBook.of("manners"), late, far).until == datetime(2026, 12, 1, 13, 30, tzinfo=UTC)


def test_a_yes_of_a_person_releases_what_is_held_but_not_what_waits_or_is_refused() -> None:
    night = facts(replace(debt_mail, kind="answer", now=datetime(2026, 12, 5, 12, tzinfo=UTC)), address_source="bought")
    held = replace(night, kind="first")
    assert no(DEBTS, held).rule == "law/fdcpa-address-source"
    released = DEBTS.judge(held, released=True)
    assert released is not None
    assert (released.outcome, released.until) == ("wait", datetime(2026, 12, 7, 13, 30, tzinfo=UTC))
    disputed = DEBTS.judge(facts(held, disputed=True), released=True)
    assert disputed is not None
    assert disputed.outcome == "refuse"
