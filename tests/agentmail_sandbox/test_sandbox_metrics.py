"""Figures over time, by the real SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from agentmail_sandbox import Sandbox

ANA, BO = "ana@example.com", "bo@example.net"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(start=NOON)
    yield made
    made.close()


@pytest.fixture
def busy(sandbox: Sandbox, client: AgentMail, support: str) -> str:
    """Return an inbox with two mails just after noon, and two hours later one sent to two, of whom one bounced."""
    for number in range(2):
        sandbox.post_mail(ANA, support, f"{number}", "x")
    sandbox.clock.advance(2 * HOUR)
    sent = client.inboxes.messages.send(support, to=[ANA, BO], subject="Hi", text="x").message_id
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    http = httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://x", headers=headers)
    http.post("/sandbox/bounce", json={"message_id": sent, "recipient": BO})
    sandbox.clock.advance(timedelta(minutes=90))
    return support


def test_events_are_counted_by_period(client: AgentMail, busy: str) -> None:
    found = client.metrics.query_events(period=3600)
    assert set(found) == {"message.received", "message.sent", "message.delivered", "message.bounced"}
    assert [(point.timestamp, point.count) for point in found["message.received"]] == [(NOON, 2)]
    assert [(point.timestamp, point.count) for point in found["message.sent"]] == [(NOON + 2 * HOUR, 1)]
    assert set(client.metrics.query_events(event_types=["message.sent"])) == {"message.sent"}


def test_without_a_period_each_moment_counts_by_itself(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    for number in range(3):
        sandbox.post_mail(ANA, support, f"{number}", "x")
        sandbox.clock.advance(timedelta(minutes=1))
    points = client.metrics.query_events(descending=True, limit=2)["message.received"]
    assert len(points) == 2
    assert points[0].timestamp > points[1].timestamp


def test_usage_runs_up(client: AgentMail, busy: str) -> None:
    found = client.inboxes.metrics.query_usage(busy, start=NOON - HOUR, period=3600)
    assert [point.value for point in found["message_count"]] == [0, 0, 2, 2, 3]
    assert [point.value for point in found["thread_count"]] == [0, 0, 2, 2, 3]
    assert found["storage_bytes"][-1].value > found["storage_bytes"][2].value > 0
    assert found["message_count"][0].timestamp == NOON - HOUR


def test_usage_that_does_not_apply_to_the_scope_is_left_out(sandbox: Sandbox, client: AgentMail, busy: str) -> None:
    pod_id = client.inboxes.get(busy).pod_id
    client.pods.create(name="Acme")
    sandbox.clock.advance(HOUR)
    counted = client.metrics.query_usage(usage_types=["pod_count"], start=NOON, period=3600)["pod_count"]
    assert [point.value for point in counted[1:]] == [1, 1, 1, 2]
    assert client.pods.metrics.query_usage(pod_id, usage_types=["pod_count"]) == {}
    assert set(client.inboxes.metrics.query_usage(busy, usage_types=["domain_count", "thread_count"])) == {
        "thread_count"
    }


def test_rates_count_recipients_over_the_window(client: AgentMail, busy: str) -> None:
    found = client.metrics.query_rates(start=NOON, window=3600, period=3600)
    assert [(point.rate, point.sent) for point in found["bounce"]] == [(None, 0), (None, 0), (None, 0), (0.5, 2)]
    assert [point.rate for point in found["complaint"]] == [None, None, None, 0.0]


def test_an_inbox_has_figures_of_its_own(client: AgentMail, busy: str) -> None:
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    assert client.inboxes.metrics.query_events(other) == {}
    assert client.inboxes.metrics.query_events(busy) == client.metrics.query_events()
    with pytest.raises(ApiError) as missing:
        client.inboxes.metrics.query_events("nobody@sandbox.test")
    assert missing.value.status_code == 404


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda metrics: metrics.query_events(start=NOON - timedelta(days=91)), "query_range_too_wide"),
        (lambda metrics: metrics.query_events(end=datetime(1, 1, 1, tzinfo=UTC)), "query_range_too_wide"),
        (lambda metrics: metrics.query_events(start=NOON - 2 * HOUR, period=7), "query_range_too_wide"),
        (lambda metrics: metrics.query_usage(start=NOON - timedelta(days=80)), "query_range_too_wide"),
        (lambda metrics: metrics.query_rates(period=90), "query_range_too_wide"),
        (lambda metrics: metrics.query_rates(window=5000), "validation_error"),
        (lambda metrics: metrics.query_events(period=86_401), "validation_error"),
        (lambda metrics: metrics.query_events(period=0), "validation_error"),
        (lambda metrics: metrics.query_events(limit=0), "validation_error"),
        (lambda metrics: metrics.query_events(event_types=["message.eaten"]), "validation_error"),
        (lambda metrics: metrics.query_events(start=NOON + HOUR), "validation_error"),
    ],
)
def test_what_cannot_be_shown_is_refused(client: AgentMail, call: Callable[[object], object], code: str) -> None:
    with pytest.raises(ApiError) as refused:
        call(client.metrics)
    assert refused.value.status_code == 400
    assert refused.value.body.code == code
