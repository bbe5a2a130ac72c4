"""What came of campaigns, as people read it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from postroom_kit.research.campaign_report import Outcome, campaign_figures, left_out, outcome
from postroom_kit.research.variants import assigned

NOW = datetime(2026, 4, 6, 8, tzinfo=UTC)
OLD = NOW - timedelta(days=30)
ONE = Outcome("spring", "a", OLD, False, False, False, False, False, False)


def many(count: int, replied: int, variant: str) -> list[Outcome]:
    return [replace(ONE, variant=variant, replied=number < replied) for number in range(count)]


def test_only_mails_that_are_three_weeks_old_count() -> None:
    young = replace(ONE, started=NOW - timedelta(days=20), replied=True)
    (figures,) = campaign_figures([ONE, young, replace(ONE, started=None, waits=True)], NOW, tracks_opens=False)
    assert (figures.records, figures.begun, figures.waiting) == (3, 2, 1)
    assert [each.sent for each in figures.variants] == [1]
    assert figures.variants[0].lines[0] == "open: not tracked"
    assert figures.variants[0].lines[1].startswith("reply: 0 of 1")


def test_variants_are_compared_by_replies_once_there_are_enough() -> None:
    few = campaign_figures([*many(30, 0, "a"), *many(30, 9, "b")], NOW, tracks_opens=True)[0]
    assert few.verdict.startswith("too early")
    enough = campaign_figures([*many(700, 20, "a"), *many(700, 90, "b")], NOW, tracks_opens=True)[0]
    assert enough.verdict.startswith("b did better")


def test_with_a_plan_more_mails_than_planned_change_nothing() -> None:
    later = [replace(each, started=NOW - timedelta(days=22)) for each in many(300, 300, "a")]
    rows = [*many(700, 20, "a"), *many(700, 22, "b")]
    before = campaign_figures(rows, NOW, tracks_opens=False, planned=700)[0]
    after = campaign_figures([*rows, *later], NOW, tracks_opens=False, planned=700)[0]
    assert (before.variants, before.verdict) == (after.variants, after.verdict)


def test_campaigns_are_told_apart_and_reasons_counted() -> None:
    rows = [ONE, replace(ONE, campaign="autumn"), replace(ONE, started=None, reason="no basis")]
    assert [each.name for each in campaign_figures(rows, NOW, tracks_opens=False)] == ["autumn", "spring"]
    assert left_out([*rows, replace(ONE, reason="no basis"), replace(ONE, reason="old")]) == [
        ("no basis", 2),
        ("old", 1),
    ]
    assert campaign_figures([], NOW, tracks_opens=False) == []


@dataclass
class Told:
    status: str = "started"
    state: str = "ended"
    labels: tuple[str, ...] = ("variant/b", "outcome/opted-out", "campaign/spring")
    started: datetime | None = OLD
    opened: bool = False
    replied: bool = True
    bounced: bool = False
    note: str = ""
    record: Any = field(default_factory=lambda: SimpleNamespace(campaign="spring"))


def test_labels_and_states_tell_what_a_record_came_to() -> None:
    found = outcome(Told(), "booked")
    assert (found.variant, found.stopped, found.met, found.reason) == ("b", True, False, "")
    assert outcome(Told(state="booked"), "booked").met
    assert outcome(Told(labels=("outcome/meeting",)), "booked").met
    assert outcome(Told(status="refused", note="no basis"), "booked").reason == "no basis"
    assert outcome(Told(status="held"), "booked").waits


def test_an_address_always_gets_the_same_variant_and_each_variant_its_share() -> None:
    addresses = [f"p{number}@firm{number}.test" for number in range(1000)]
    got = [assigned(each, {"b": 1, "a": 2}) for each in addresses]
    assert got == [assigned(each.upper(), ["a", "b"]) for each in addresses]
    assert 420 < got.count("a") < 580
