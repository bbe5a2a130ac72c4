"""What orchestrators and Prometheus ask: who gets an answer, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from over_http import over_http
from prometheus_client.parser import text_string_to_metric_families

from postroom.console import Login
from postroom.monitoring.measures import MEASURES
from postroom.monitoring.metrics import metric_name
from postroom.web import make_app

TOKEN = "a-token-of-this-run"
DESK = "desk@sandbox.test"


@pytest.fixture
def serve(desk: Any) -> Iterator[Callable[..., httpx.Client]]:
    """Return a function that serves the desk on a free port and gives a client for it."""
    with ExitStack() as opened:

        def start(login: Login | None = None) -> httpx.Client:
            app = make_app(desk.runtime, secret=lambda: "whsec_c2VjcmV0", token=TOKEN, login=login)
            return opened.enter_context(over_http(app))

        yield start


def samples(text: str) -> dict[tuple[str, ...], float]:
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in found}


def test_metrics_are_counted_from_the_journal(desk: Any, serve: Callable[..., httpx.Client]) -> None:
    desk.mail()
    desk.mail("escalate")
    desk.mail("crash")
    desk.hears("delivered", "<d@x>")
    found = samples(serve().get("/metrics").text)
    assert found["postroom_messages_received_total", "desk"] == 3
    assert found["postroom_messages_sent_total", "desk", "Reply"] == 2
    assert found["postroom_messages_sent_total", "desk", "Escalate"] == 1
    assert found["postroom_messages_reported_total", "desk", "delivered"] == 1
    assert found["postroom_dead_letters", "desk"] == 1
    assert found["postroom_queue_depth", "desk"] == 0
    assert ("postroom_bounce_ratio", "desk") not in found  # three mails make no rate
    for number in range(60):
        desk.wrote(after=number)
    desk.hears("bounce", "<b@x>")
    found = samples(serve().get("/metrics").text)
    assert found["postroom_bounce_ratio", "desk"] == pytest.approx(1 / 63)
    assert 0 < found["postroom_response_mean_seconds", "desk"] < 60


def test_what_was_never_counted_is_zero_and_a_dead_letter_that_went_is_too(
    desk: Any, serve: Callable[..., httpx.Client]
) -> None:
    counted = ("postroom_messages_received_total", "postroom_spend_usd_total", "postroom_dead_letters")
    found = samples(serve().get("/metrics").text)
    assert [found[name, "desk"] for name in counted] == [0, 0, 0]
    desk.mail("crash")
    assert samples(serve().get("/metrics").text)["postroom_dead_letters", "desk"] == 1


def test_every_measure_is_a_metric(desk: Any, serve: Callable[..., httpx.Client]) -> None:
    text = serve().get("/metrics").text
    families = {family.name for family in text_string_to_metric_families(text)}
    assert {metric_name(measure).removesuffix("_total") for measure in MEASURES} <= families


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_who_may_ask(serve: Callable[..., httpx.Client], path: str) -> None:
    here, public = serve(), serve(Login(TOKEN))
    assert here.get(path).status_code == 200
    assert here.get(path, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    assert here.get(path, headers={"Host": "rebound.example"}).status_code == 400
    assert public.get(path).status_code == 403
    assert public.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert public.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_readiness_names_what_does_not_work(
    desk: Any, serve: Callable[..., httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    assert client.get("/readyz").text == "ready\n"

    def gone(*_: str) -> Any:
        raise sa.exc.OperationalError("select", {}, Exception("the disk is gone"))

    monkeypatch.setattr(desk.context.journal, "switched_off", gone)
    monkeypatch.setattr(desk.context.engine, "unfinished", gone)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database: OperationalError\nengine: OperationalError\n")
    assert client.get("/healthz").status_code == 200  # it lives, and a restart would not help


def test_a_process_that_agentmail_does_not_answer_is_not_ready(desk: Any, serve: Callable[..., httpx.Client]) -> None:
    client = serve()
    desk.runtime.door.looked -= 301
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text.startswith("intake: ")) == (503, True)
    desk.sandbox.chaos.fail(r"GET ", status=401, times=1)
    with pytest.raises(Exception, match="401"):
        desk.runtime.door.catch_up()
    assert client.get("/readyz").status_code == 503
    desk.runtime.door.catch_up()
    assert client.get("/readyz").status_code == 200
