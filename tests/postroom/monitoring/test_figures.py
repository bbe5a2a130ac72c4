"""The eleven figures, over what agents did and what AgentMail told of it."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent

from postroom.agent import periodic_review
from postroom.monitoring.figures import figures, hourly
from postroom.monitoring.measures import MEASURES
from postroom.runtime.ledger import CallLedger

DESK = "desk@sandbox.test"


def value(desk: Any, name: str, **span: Any) -> tuple[float | None, int]:
    figure = figures(desk.context, "desk", **span)[name]
    return figure.value, figure.count


def test_every_measure_has_a_figure_of_one_agent_and_of_all(desk: Any) -> None:
    assert [*figures(desk.context)] == [measure.name for measure in MEASURES] == [*figures(desk.context, "desk")]
    with pytest.raises(KeyError):
        figures(desk.context, "nobody")


def test_mail_is_counted_an_hour_and_by_the_hour(desk: Any) -> None:
    desk.mail()
    desk.runtime.advance(timedelta(hours=3))
    desk.mail("escalate")
    assert value(desk, "received") == (pytest.approx(2 / 24), 2)
    assert value(desk, "sent") == (pytest.approx(3 / 24), 3)
    assert value(desk, "sent", window=timedelta(hours=1)) == (2.0, 2)
    hours = hourly(desk.context)
    assert [*hours] == [measure.name for measure in MEASURES]
    assert [(len(line), line[-1].count) for line in (hours["sent"], hours["received"])] == [(24, 2), (24, 1)]
    assert [figure.value for figure in hours["received"][-4:]] == [1, 0, 0, 1]
    assert sum(figure.value for figure in hours["sent"]) == 3


def test_an_hour_has_the_values_that_its_few_mails_give(desk: Any) -> None:
    desk.mail()
    desk.hears("bounce", "<b>")
    desk.runtime.advance(timedelta(hours=1))
    desk.mail("escalate")
    hours = {name: [figure.value for figure in line[-2:]] for name, line in hourly(desk.context, "desk").items()}
    assert hours["escalation_rate"] == [0.0, 1.0]
    assert hours["auto_resolution_rate"] == [1.0, 0.0]
    assert hours["bounce_rate"] == [1.0, 0.0]
    assert hours["delivery_rate"] == [None, None]
    assert hours["queue_depth"] == [1, 1]
    assert hours["spend"] == [0, 0]


def test_a_rate_of_two_mails_is_none_but_its_count_is_told(desk: Any) -> None:
    desk.mail()
    desk.mail("escalate")
    assert value(desk, "escalation_rate") == (None, 2)
    assert value(desk, "auto_resolution_rate") == (None, 2)
    assert value(desk, "response_mean") == (None, 2)


def test_what_people_did_is_no_auto_resolution(desk: Any) -> None:
    for _ in range(14):
        desk.wrote()
    for status, kind, more in (
        ("done", "Escalate", {}), ("done", "Escalate", {"status": "refused"}), ("done", "Reply", {"rule": "by-hand"}),
        ("held", "Reply", {"status": "held", "done_at": None}), ("dead", "Reply", {"done_at": None}),
        ("stale", "Reply", {"done_at": None}),
    ):  # fmt: skip
        desk.wrote(status, kind, **more)
    for status in ("nothing", "recorded", "queued", "running"):
        desk.wrote(status, done_at=None)
    assert value(desk, "auto_resolution_rate") == (14 / 20, 20)
    assert value(desk, "escalation_rate") == (2 / 20, 20)
    assert value(desk, "error_rate") == (pytest.approx(1 / 22), 22)


def test_response_time_is_from_arrival_to_reply(desk: Any) -> None:
    for seconds in (10, 20, 30, 40, 400):
        desk.wrote(after=seconds)
    desk.wrote(kind="Escalate", after=9_000)
    assert value(desk, "response_mean") == (pytest.approx(100, abs=0.1), 5)
    median = figures(desk.context)["response_median"]
    assert (median.value, median.on_target) == (pytest.approx(30, abs=0.1), True)


def test_a_reply_is_mail_on_the_thread_after_ours(desk: Any) -> None:
    for _ in range(19):
        desk.wrote()
    first = desk.mail()
    assert value(desk, "reply_rate") == (0.0, 20)
    desk.mail("nothing", in_reply_to=desk.sandbox.outbox("ana@example.com")[0].message_id)
    assert value(desk, "reply_rate") == (1 / 20, 20)
    assert first.thread_id


def test_automatic_mail_after_ours_is_no_reply(desk: Any) -> None:
    for _ in range(19):
        desk.wrote()
    desk.mail()
    about = desk.sandbox.outbox("ana@example.com")[0].message_id
    desk.mail(in_reply_to=about, headers={"Auto-Submitted": "auto-replied"})
    assert value(desk, "received")[1] == 21
    assert value(desk, "reply_rate") == (0.0, 20)


def test_all_that_left_is_sent_review_mails_and_periodic_reviews_too(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(agent.crons[0], handler=periodic_review)])
    desk.runtime.run_due()
    desk.mail("escalate")
    desk.brain.scripts = {"Say": {"what": "answer", "body": "It is blue."}}
    desk.sandbox.post_mail("ana@example.com", DESK, "COLOUR", text="What colour is it?")
    desk.runtime.drain()
    desk.runtime.advance(timedelta(days=3))  # no weekend is without a slot
    left = desk.sandbox.outbox()
    assert [mail for mail in left if "approve?" in mail.subject]
    assert [mail for mail in left if "review" in mail.subject]
    assert value(desk, "sent", window=timedelta(days=4))[1] == len(left)


def test_bounces_and_complaints_are_held_against_what_left(desk: Any) -> None:
    for _ in range(200):
        desk.wrote()
    for number in range(9):
        desk.hears("bounce", f"<b{number}>")
        desk.hears("bounce", f"<b{number}>")  # told twice
    desk.hears("complaint", "<c>")
    for number in range(91):
        desk.hears("delivered", f"<d{number}>")
    found = figures(desk.context)
    assert (found["bounce_rate"].value, found["bounce_rate"].on_target) == (9 / 200, False)
    assert (found["complaint_rate"].value, found["complaint_rate"].on_target) == (1 / 200, False)
    assert (found["delivery_rate"].value, found["delivery_rate"].count) == (0.91, 100)


def test_a_mail_that_came_back_after_it_was_taken_was_not_delivered(desk: Any) -> None:
    for number in range(40):
        desk.hears("delivered", f"<{number}@x>")
    for number in range(10):
        desk.hears("bounce", f"<{number}@x>")
    assert value(desk, "delivery_rate") == (0.75, 40)


def test_without_word_of_deliveries_there_is_no_delivery_rate(desk: Any) -> None:
    for number in range(30):
        desk.hears("bounce", f"<b{number}>")
    assert value(desk, "delivery_rate") == (None, 0)


@pytest.mark.parametrize("event", ["delivered", "bounced"])
def test_what_agentmail_tells_is_counted_whether_an_agent_handles_it_or_not(
    desk: Any, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setattr(agent, "on_events", {})
    thread_id = desk.mail().thread_id
    key, name = {"delivered": ("delivery", "delivered"), "bounced": ("bounce", "bounce")}[event]
    details = {"inbox_id": DESK, "thread_id": thread_id, "message_id": "<ours@x>", "recipients": []}
    told = {"event_type": f"message.{event}", "event_id": "e1", key: details | {"timestamp": _now(desk)}}
    runs = len(desk.context.journal.runs_of_thread(thread_id))
    desk.runtime.door.accept(told)
    desk.runtime.door.accept({**told, "event_id": "e2"})
    desk.runtime.drain()
    rate = {"delivered": "delivery_rate", "bounce": "bounce_rate"}[name]
    assert figures(desk.context)[rate].count == 1
    more = len(desk.context.journal.runs_of_thread(thread_id)) - runs
    assert more == (0 if event == "delivered" else 2)  # a delivery costs a row, not a run


def test_a_mail_that_agentmail_refused_never_left_and_is_no_bounce(desk: Any) -> None:
    details = {"inbox_id": DESK, "thread_id": "t", "message_id": "<x>", "timestamp": _now(desk), "recipients": []}
    desk.runtime.door.accept({"event_type": "message.rejected", "event_id": "e", "reject": details})
    desk.runtime.drain()
    for number in range(50):
        desk.wrote(after=number)
    assert value(desk, "bounce_rate") == (0.0, 50)


def test_the_queue_is_what_waits_or_is_at_work(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waits(*_: Any) -> None:
        begun.set()
        assert go_on.wait(30)

    monkeypatch.setitem(agent.on_mail, State.NEW, waits)
    first = desk.sandbox.post_mail("ana@example.com", DESK, "Colour", text="What colour?")
    desk.sandbox.post_mail("ana@example.com", DESK, "Colour", text="Well?", in_reply_to=first.message_id)
    desk.runtime.door.catch_up()
    assert begun.wait(30)
    assert value(desk, "queue_depth") == (2.0, 2)
    (oldest, owner), (newest, _) = desk.context.engine.waiting(desk.context.name)
    assert (owner, oldest <= newest) == ("desk", True)
    assert timedelta() <= datetime.now(UTC) - newest < timedelta(minutes=1)
    go_on.set()
    desk.runtime.drain()
    assert value(desk, "queue_depth") == (0.0, 0)


def test_spend_is_that_of_the_span(desk: Any) -> None:
    ledger = CallLedger(desk.context.journal.database)
    now: datetime = desk.context.clock.now()
    for ago, cost in ((timedelta(hours=1), 0.25), (timedelta(hours=2), 0.5), (timedelta(days=2), 9.0)):
        ids = {"agent": "desk", "thread_id": "t", "type": "Say", "model": "m", "outcome": "end_turn"}
        ledger.book(**ids, cost_usd=cost, made_at=now - ago)
    assert value(desk, "spend") == (0.75, 2)
    assert [figure.value for figure in hourly(desk.context)["spend"][-3:]] == [0.5, 0.25, 0.0]


def _now(desk: Any) -> str:
    return str(desk.context.clock.now().isoformat())
