"""Rule books: a mistake in one is told at loading, what is not known counts as the stricter, the gravest no wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outgoing import COLD, DEBTS, NOW, cold_mail, debt_mail, facts, later_debt_mail, no

from postroom_kit.outreach import BOOKS, Leaving, Place, RuleBook, RuleError, Sent

GOOD = """
[[rule]]
name = "manners/hours"
title = "Hours"
text = "In the morning."
source = "house rule"
dated = 2026-01-31
reviewed = 2026-02-01
checked = false
check = "window"
outcome = "wait"
params = { start = 08:00:00, end = 12:00:00, business_days = false }
"""
WAITS = """
[[rule]]
name = "manners/evenings"
title = "Evenings"
text = "Only when the morning rule says no."
source = "house rule"
dated = 2026-01-31
reviewed = 2026-02-01
checked = false
check = "window"
outcome = "wait"
params = { start = 13:00:00, end = 14:00:00, business_days = false }
"""
NEW_YORK, GERMANY = Place("US", "NY"), Place("DE")
SOMEWHERE = [(NEW_YORK,), (Place("US"),), (GERMANY,), (Place("AU", "NSW"),), (Place("US", "HI"), Place("NZ")), ()]
PLACES = st.sampled_from([*SOMEWHERE, (Place("XX"),)])
MOMENTS = st.integers(1_735_689_600, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "manners/hours"\n', "", "lacks name"),
        ('source = "house rule"\n', "", "lacks source"),
        ("checked = false\n", "", "lacks checked"),
        ("manners/hours", "Hours", "write law/… or manners/…"),
        ('"Hours"', '" "', "title says nothing"),
        ("2026-01-31", '"last year"', "dated is a day"),
        ("2026-02-01", "2026-02-01T10:00:00Z", "reviewed is a day"),
        ("checked = false", 'checked = "no"', "checked is true or false"),
        ('"window"', '"windows"', "there is no check 'windows'"),
        ('"wait"', '"never"', "outcome is one of refuse, hold, wait"),
        ("start = 08:00:00, ", "", "needs start"),
        ("start = 08:00:00", 'start = "8"', "start is '8'"),
        ("start = 08:00:00", "start = 08:00:00, ends = 3", "takes no ends"),
        ("end = 12:00:00", "end = 07:00:00", "ends before it begins"),
        ("params", 'applies = { planet = ["Mars"] }\nparams', "applies has no 'planet'"),
        ("params", 'applies = { country = ["Germany"] }\nparams', "cannot stand in applies.country"),
        ("params", "applies = { country = [] }\nparams", "is a list of values"),
        ("params", 'applies = { kind = ["second"] }\nparams', "cannot stand in applies.kind"),
        ("params", 'applies = { "facts.party" = ["3rd"] }\nparams', "cannot stand in applies.facts.party"),
        ("title", "colour = 3\ntitle", "has no 'colour'"),
        ("params = {", "applies = 3\nparams = {", "applies is a table"),
        ("[[rule]]", "[rule]", "a book has"),
        ("[[rule]]", "[[rules]]", "a book has"),
        ("[[rule]]", "[[rule", "no TOML"),
    ],
)
def test_a_mistake_in_a_book_is_told_at_loading(old: str, new: str, told: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleError, match=told):
        RuleBook.read(GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('words = "threatens"', 'words = "thretens"', "no such section"),
        ('where = "mail"', 'where = "html"', "where is 'html'"),
        ("debt collector", "debt (collector", "no regular expression"),
        ("days = 30", "days = 0", "greater than 0"),
    ],
)
def test_a_mistake_in_what_a_check_is_given_is_told_at_loading(old: str, new: str, told: str) -> None:
    book = files("postroom_kit.outreach").joinpath("debt_collection.toml").read_text(encoding="utf-8")
    assert old in book
    with pytest.raises(RuleError, match=told):
        RuleBook.read(book.replace(old, new))


def test_a_rule_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="twice"):
        RuleBook.read(GOOD, GOOD)
    with pytest.raises(RuleError, match="twice"):
        RuleBook.of("manners", "manners")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"zones": "Europe/Berlin"}, "no setting and no rule 'zones'"),
        ({"zone": "Mars"}, "write Europe/Berlin"),
        ({"zone": 3}, "zone is 3"),
        ({"public_url": "https://mail.test"}, "it is of bool"),
        ({"manners/warm-up": 3}, "write the params to change"),
        ({"manners/warm-up": {"limits": 3}}, "takes no limits"),
        ({"manners/warm-up": {"limit": "many"}}, "limit is 'many'"),
        ({"manners/warm-up": {"limit": 0}}, "limit is 0"),
    ],
)
def test_a_mistake_in_the_settings_is_told_at_loading(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(RuleError, match=told):
        RuleBook.of("manners", settings=settings)


def test_a_book_that_is_not_there_is_told() -> None:
    with pytest.raises(RuleError, match="no book 'law'"):
        RuleBook.of("law")


def test_a_setting_changes_a_rule_s_numbers() -> None:
    book = RuleBook.of("manners", settings={"manners/warm-up": {"limit": 30}, "public_url": True})
    mail = replace(cold_mail, sent=Sent(inbox_age_days=90, by_inbox_today=30))
    assert no(book, mail).rule == "manners/warm-up"
    assert COLD.judge(mail) is None


def test_what_the_process_knows_wins_over_what_a_book_says() -> None:
    mail = replace(cold_mail, headers={}, sent=Sent(inbox_age_days=40, by_agent_today=100))
    manners = RuleBook.of("manners", settings={"public_url": True})
    assert manners.judge(mail) is None
    assert no(manners, mail, {"public_url": False}).rule == "manners/no-public-url"


def test_what_must_be_known_before_the_first_start_is_named_once() -> None:
    assert COLD.missing({}) == ["legal_name", "postal_address", "privacy"]
    assert COLD.missing({"legal_name": "Larkspur", "postal_address": " ", "privacy": "a@larkspur.test"}) == [
        "postal_address"
    ]
    assert DEBTS.missing({"legal_name": "Larkspur", "postal_address": "1 High Street"}) == []


def test_refusing_is_graver_than_holding_and_holding_than_waiting() -> None:
    at_night = replace(cold_mail, now=datetime(2026, 12, 1, 4, tzinfo=UTC))
    held = replace(at_night, text=at_night.text.replace("one page", "ONE SINGLE PAGE"))
    refused = replace(held, subject="Re: your releases")
    assert [no(COLD, mail).outcome for mail in (at_night, held, refused)] == [
        "wait",
        "hold",
        "refuse",
    ]


def test_a_wait_lasts_until_no_rule_says_wait_and_is_named_by_the_longest() -> None:
    evening = replace(
        cold_mail, now=datetime(2026, 12, 2, 1, tzinfo=UTC), sent=Sent(inbox_age_days=9, by_inbox_today=100)
    )
    objection = COLD.judge(evening)
    assert objection is not None
    assert (objection.rule, objection.scope) == ("manners/warm-up", "inbox")
    assert objection.until == datetime(2026, 12, 3, 13, 30, tzinfo=UTC)


def test_a_rule_that_does_not_wait_by_its_book_cannot_say_wait() -> None:
    with pytest.raises(RuleError, match="is not one that waits"):
        RuleBook.read(GOOD.replace('"wait"', '"hold"')).judge(replace(cold_mail, now=NOW + timedelta(hours=3)))


def test_rules_that_no_moment_suits_are_left_to_a_person() -> None:
    objection = RuleBook.read(GOOD, WAITS).judge(cold_mail)
    assert objection is not None
    assert (objection.outcome, objection.until) == ("hold", None)
    assert "no moment suits all rules" in objection.reason


@given(
    now=MOMENTS,
    places=PLACES,
    kind=st.sampled_from(["first", "follow_up", "answer"]),
    age=st.integers(0, 40),
    count=st.integers(0, 600),
    before=st.lists(st.integers(0, 40), max_size=6),
    asked=st.sampled_from([None, "sundays", ["mon", "09:00-11:00"], "mornings"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Auckland"]),
)
def test_at_the_moment_a_wait_ends_no_rule_objects_by_its_clock_or_count(
    now: datetime, places: tuple[Place, ...], kind: Any, age: int, count: int, before: list[int], asked: Any, zone: str
) -> None:
    book = RuleBook.of("cold_email", "manners", settings={"zone": zone, "one_click": True, "public_url": True})
    past = tuple(now - timedelta(days=days) for days in sorted(before, reverse=True))
    sent = Sent(by_inbox_today=count, to_domain_today=count // 60, inbox_age_days=age, to_person=past)
    mail = facts(replace(cold_mail, now=now, places=places, kind=kind, sent=sent), not_on=asked, basis="consent")
    objection = book.judge(mail)
    if objection is None or objection.outcome != "wait":
        assert places[:1] not in ((), (Place("XX"),)) or kind == "answer" or objection is not None
        return
    assert objection.until is not None
    assert objection.until > now
    clock = ZoneInfo(zone)
    days = (objection.until.astimezone(clock).date() - now.astimezone(clock).date()).days
    later = replace(sent, inbox_age_days=age + days) if not days else Sent(inbox_age_days=age + days, to_person=past)
    assert book.judge(replace(mail, now=objection.until, sent=later)) is None


@pytest.mark.parametrize(
    "unknown", [{}, {"party": "", "debt": None}, {"party": "3rd", "debt": "private"}, {"party": []}]
)
def test_a_debt_of_which_nothing_is_known_is_a_consumer_s_collected_for_others(unknown: dict[str, Any]) -> None:
    mail = replace(
        debt_mail,
        facts={**{key: value for key, value in debt_mail.facts.items() if key not in ("party", "debt")}, **unknown},
    )
    assert DEBTS.judge(mail) is None
    assert (
        no(DEBTS, replace(mail, text=mail.text.replace("attempt to collect", "mail about"))).rule
        == "law/fdcpa-first-words"
    )


@pytest.mark.parametrize("who", [{"party": "First"}, {"debt": "Business"}])
def test_first_parties_and_business_debts_are_spared_the_law_but_not_manners(who: dict[str, str]) -> None:
    plain = later_debt_mail.text.replace("This communication is from a debt collector.\n", "")
    mail = facts(replace(later_debt_mail, text=plain, template="final"), **who)
    assert DEBTS.judge(mail) is None
    assert no(DEBTS, facts(mail, disputed=True)).rule == "manners/debt-stops"


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"now": datetime(2026, 12, 1, 16)}, "now .* has no time zone"),  # noqa: DTZ001
        ({"kind": "second"}, "write one of first, follow_up, answer"),
    ],
)
def test_a_mail_that_cannot_be_judged_is_refused_clearly(broken: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(cold_mail, **broken)


def test_counts_below_zero_and_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="counts from 0"):
        Sent(by_inbox_today=-1)
    with pytest.raises(ValueError, match="no time zone"):
        Sent(to_person=(datetime(2026, 12, 1),))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        Sent(on_thread=(("first", datetime(2026, 12, 1)),))  # noqa: DTZ001


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("mail", [cold_mail, debt_mail, later_debt_mail])
def test_facts_of_any_kind_are_judged_and_never_break_a_rule_book(book: str, mail: Leaving) -> None:
    rules = RuleBook.of(book)
    for value in (
        None,
        "",
        0,
        1,
        -1.5,
        True,
        [],
        ["x", 3, None],
        {},
        {"now": "x"},
        {"then": -1},
        "nonsense",
        "2026-13-45",
        [[]],
    ):
        for name in [
            *debt_mail.facts,
            *cold_mail.facts,
            "not_on",
            "subscriber",
            "disputed",
            "work_address",
            "declined",
        ]:
            rules.judge(replace(mail, facts={**mail.facts, name: value}))
    rules.judge(
        replace(mail, facts={}, identity={}, headers={}, text="", html="", subject="", to="", template="", places=())
    )


def test_the_window_of_the_law_is_what_the_source_says() -> None:
    rule = next(rule for rule in DEBTS.rules if rule.name == "law/fdcpa-window")
    assert (rule.params["start"], rule.params["end"]) == (time(8), time(21))
    assert NOW.tzinfo is UTC
