"""Incidents: what counts as one, and the one mail a day that our people get about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from desk_agent.agent import agent

from postroom import monitoring
from postroom.brain import BrainError
from postroom.brain.spending import CAP
from postroom.monitoring import alerts
from postroom.monitoring.figures import figures
from postroom.runtime import dead_letters, label_watch
from postroom.runtime.tables import actions

ANA, DESK, TEAM, LEAD = "ana@example.com", "desk@sandbox.test", "team@example.com", "lead@example.com"
two_people = pytest.mark.parametrize("desk", [{"humans": f"Team <{TEAM}>, Lead <{LEAD}>"}], indirect=True)


def kinds(desk: Any) -> list[str]:
    return [incident.kind for incident in monitoring.incidents(desk.context)]


def beats(desk: Any) -> list[str]:
    """Let the clock go on by two minutes and the runtime do what it does each second; return what was told so far."""
    desk.sandbox.clock.advance(timedelta(minutes=2))
    desk.runtime.beat()
    return alerts_of(desk, TEAM)


def alerts_of(desk: Any, person: str) -> list[str]:
    """Return what somebody was told of incidents; on some days the desk's own digest leaves as well."""
    return [mail.subject for mail in desk.sandbox.outbox(person) if "incident" in mail.subject]


def test_where_all_is_well_there_is_no_incident_and_no_mail(desk: Any) -> None:
    desk.mail()
    assert (kinds(desk), beats(desk)) == ([], [])


def test_a_dead_letter_is_told_once_a_day_until_it_is_taken_up(desk: Any) -> None:
    desk.mail("crash")
    assert kinds(desk) == ["dead-letters"]
    assert beats(desk) == beats(desk) == ["[desk] incident: dead-letters"]
    desk.sandbox.clock.advance(timedelta(days=1))
    assert beats(desk) == ["[desk] incident: dead-letters"] * 2
    (run,) = desk.context.journal.runs_with_status("dead")
    desk.brain.scripts = {"Say": {"what": "answer", "body": "It is blue."}}
    dead_letters.replay(desk.context, run["run_id"], from_start=True)
    desk.runtime.drain()
    assert kinds(desk) == []


def test_a_dead_letter_that_time_takes_up_is_no_incident(desk: Any) -> None:
    desk.wrote("dead", done_at=None)
    (run,) = desk.context.journal.runs_with_status("dead")
    desk.context.journal.update_run(run["run_id"], retry_at=desk.context.clock.now() + timedelta(minutes=5))
    assert kinds(desk) == []


def test_an_alert_says_what_and_what_to_do_and_that_a_machine_wrote_it(desk: Any) -> None:
    desk.mail("crash")
    (run,) = desk.context.journal.runs_with_status("dead")
    beats(desk)
    (told,) = desk.sandbox.outbox(TEAM)
    assert run["run_id"] in told.text
    assert "postroom dead-letters" in told.text
    (sent,) = desk.sandbox.client().inboxes.messages.list(DESK, labels=["sent"], to=[TEAM]).messages
    headers = {name.lower(): value for name, value in (sent.headers or {}).items()}
    assert headers["auto-submitted"] == "auto-generated"
    assert ("internal" in sent.labels, [label for label in sent.labels if label.startswith("op-")]) == (True, [])


def test_an_alert_whose_answer_was_lost_leaves_once(desk: Any) -> None:
    desk.mail("crash")
    send = r"POST /v0/inboxes/[^/]+/messages/send$"
    desk.sandbox.chaos.fail(send, status=503, headers={"Retry-After": "0"}, times=5, after=True)
    assert len(beats(desk)) == 1
    assert [action["status"] for action in alert_rows(desk)] == ["planned"]
    assert len(beats(desk)) == 1
    assert [action["status"] for action in alert_rows(desk)] == ["done"]


def test_alerts_pass_the_gate(desk: Any) -> None:
    desk.mail("crash")
    desk.context.journal.switch_off("all", "a wrong price", desk.context.clock.now())
    assert beats(desk) == []
    assert [(row["status"], row["rule"]) for row in alert_rows(desk)] == [("refused", "kill-switch")]


@two_people
def test_a_hand_over_that_bounced_is_told_to_the_next_of_our_people(desk: Any) -> None:
    thread_id = desk.mail("escalate").thread_id
    bounces(desk, TEAM)
    assert kinds(desk) == ["hand-over-bounced"]
    beats(desk)
    told = [mail for mail in desk.sandbox.outbox(LEAD) if "incident" in mail.subject]
    assert [thread_id in mail.text for mail in told] == [True]
    assert [mail for mail in desk.sandbox.outbox(TEAM) if "incident" in mail.subject] == []


@two_people
@pytest.mark.parametrize("turned", ["moved", "answered", "neither"])
def test_a_hand_over_that_bounced_is_an_incident_until_one_of_our_people_turns_to_it(desk: Any, turned: str) -> None:
    thread_id = desk.mail("escalate").thread_id
    bounces(desk, TEAM)
    (incident,) = monitoring.incidents(desk.context)
    assert incident.at > desk.context.clock.now() - timedelta(minutes=1)
    desk.sandbox.clock.advance(timedelta(minutes=2))
    desk.runtime.run_due()
    if turned == "moved":
        threads = desk.sandbox.client().inboxes.threads
        threads.update(DESK, thread_id, add_labels=["desk/done"], remove_labels=["desk/with-human"])
        label_watch.look(desk.context)
        desk.runtime.drain()
    elif turned == "answered":
        (about,) = [mail for mail in desk.sandbox.outbox(LEAD) if "unsure" in mail.subject]
        answer = {"subject": f"Re: {about.subject}", "text": "It is teal.", "in_reply_to": about.message_id}
        desk.sandbox.post_mail(LEAD, DESK, **answer)
        desk.runtime.drain()
        desk.runtime.run_due()
    assert kinds(desk) == (["hand-over-bounced"] if turned == "neither" else [])


@two_people
def test_an_alert_that_bounces_leads_to_no_other_and_counts_in_no_figure(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.mail("crash")
    beats(desk)
    before = figures(desk.context)
    monkeypatch.setattr(agent, "on_events", {})
    bounces(desk, TEAM)
    assert kinds(desk) == ["dead-letters"]
    beats(desk)
    after = figures(desk.context)
    assert [mail.subject for mail in desk.sandbox.outbox(LEAD)] == []
    assert (after["sent"].count, after["bounce_rate"].count) == (before["sent"].count, before["bounce_rate"].count)
    for number in range(49):
        desk.wrote(after=number)
    desk.hears("bounce", "<b@x>")
    assert figures(desk.context)["bounce_rate"].value is None
    desk.wrote()
    assert figures(desk.context)["bounce_rate"].value == 1 / 50
    desk.sandbox.clock.advance(timedelta(days=1))
    beats(desk)
    assert alerts_of(desk, LEAD) == ["[desk] incident: dead-letters"]


def test_where_mail_reaches_nobody_the_page_alone_tells(desk: Any) -> None:
    desk.mail("crash")
    desk.context.journal.suppress(TEAM, "bounce", desk.context.clock.now())
    assert (beats(desk), alert_rows(desk), kinds(desk)) == ([], [], ["dead-letters"])


@pytest.mark.parametrize(
    ("report", "sent", "count", "wrong"),
    [
        ("bounce", 100, 4, []), ("bounce", 100, 5, ["bounce-rate"]), ("bounce", 49, 49, []),
        ("complaint", 1_000, 1, []), ("complaint", 1_000, 2, ["complaint-rate"]), ("complaint", 199, 9, []),
    ],
)  # fmt: skip
def test_reputation_is_an_incident_past_its_limit_and_from_a_least_count_on(
    desk: Any, report: str, sent: int, count: int, wrong: list[str]
) -> None:
    for _ in range(sent):
        desk.wrote()
    for number in range(count):
        desk.hears(report, f"<{number}@x>")
    assert kinds(desk) == wrong
    desk.sandbox.clock.advance(timedelta(days=8))
    assert kinds(desk) == []


@pytest.mark.parametrize("desk", [{"queue_alert": 3}], indirect=True)
@pytest.mark.parametrize(("count", "minutes", "wrong"), [(3, 9, []), (4, 0, ["queue"]), (1, 11, ["queue"]), (0, 0, [])])
def test_a_queue_too_deep_or_too_old_is_an_incident(
    desk: Any, monkeypatch: pytest.MonkeyPatch, count: int, minutes: int, wrong: list[str]
) -> None:
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    monkeypatch.setattr(desk.context.engine, "waiting", lambda _: [(since, "desk")] * count)
    assert kinds(desk) == wrong
    assert beats(desk) == [f"[postroom] incident: {kind}" for kind in wrong]


def test_a_decision_that_the_spend_cap_forbade_is_an_incident_of_its_day(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [f"{CAP}: 5 USD are spent today", "Claude refused the request"]

    def answer(_: object) -> Any:
        raise BrainError(said[0])

    monkeypatch.setattr(desk.brain, "answer", answer)
    desk.mail()
    assert kinds(desk) == ["spend-cap"]
    desk.sandbox.clock.advance(timedelta(days=1))
    said.pop(0)
    desk.mail()
    assert kinds(desk) == []


def test_an_incident_that_cannot_be_told_does_not_stop_the_beat(desk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("postroom.mailbox.client.LONGEST_WAIT", 0.0)
    desk.mail("crash")
    desk.sandbox.chaos.fail(r"POST ", status=401, times=50)
    assert alerts.tell(desk.context) == 0
    assert beats(desk) == []


def alert_rows(desk: Any) -> list[Any]:
    with desk.context.journal.database.connect() as connection:
        return list(connection.execute(sa.select(actions).where(actions.c.run_id.like("alert:%"))).mappings())


def bounces(desk: Any, address: str) -> None:
    (mail,) = desk.sandbox.client().inboxes.messages.list(DESK, labels=["sent"], to=[address]).messages
    ids = {"inbox_id": DESK, "thread_id": mail.thread_id, "message_id": mail.message_id}
    at = desk.context.clock.now().isoformat()
    details = {**ids, "timestamp": at, "recipients": [{"address": address}], "type": "Permanent"}
    desk.runtime.door.accept({"event_type": "message.bounced", "event_id": f"e-{address}", "bounce": details})
    desk.runtime.drain()
