"""Chaos: what was asked for goes wrong, as often as asked, the same way for the same seed, and nothing else does."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from agentmail import AgentMail, NotFoundError
from agentmail.core.api_error import ApiError
from click.testing import CliRunner
from sandbox_testing import ONCE, SUPPORT, until, with_chaos

from agentmail_sandbox import Chaos, Sandbox
from agentmail_sandbox.__main__ import main
from agentmail_sandbox.chaos import KINDS
from agentmail_sandbox.network import WEB_THREADS

ADA = "ada@example.com"


@pytest.mark.parametrize(
    "spec",
    [
        "429",
        "429=2",
        "429=x",
        "earthquake=0.1",
        "bounce=0.1:2s",
        "delay=0.1:2",
        "seed=-1",
        "429=0.1;hang=0.1",
        "fresh-404=2",
    ],
)
def test_a_spec_that_is_none_is_refused_with_what_there_is(spec: str) -> None:
    with pytest.raises(ValueError, match=r"is no chaos this sandbox has\. There is 429=RATE\[:SECONDSs\].*seed=NUMBER"):
        Sandbox(chaos=spec)


def test_the_program_refuses_such_a_spec_too() -> None:
    refused = CliRunner().invoke(main, ["--ephemeral", "--chaos", "earthquake=1"])
    assert refused.exit_code == 1
    assert "'earthquake=1' is no chaos" in refused.output


def test_a_spec_sets_rates_seconds_and_seed() -> None:
    chaos = Chaos("429=0.05, delay=0.1:0.5s,ws-close=0.3,seed=7,")
    assert chaos.rates == pytest.approx(
        {"429": 0.05, "delay": 0.1, **dict.fromkeys(("ws-1000", "ws-1011", "ws-abort"), 0.1)}
    )
    assert (chaos.seconds["delay"], chaos.seed) == (0.5, 7)


def test_the_same_seed_strikes_at_the_same_times_and_another_does_not() -> None:
    def strikes(seed: int) -> list[bool]:
        chaos = Chaos(f"429=0.3,bounce=0.5,seed={seed}")
        return [chaos.strikes("429") for _ in range(200)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 30 < sum(strikes(1)) < 90


def test_of_a_named_thing_chaos_always_says_the_same() -> None:
    chaos = Chaos("delay=0.5")
    first = [chaos.strikes("delay", number) for number in range(50)]
    assert [chaos.strikes("delay", number) for number in reversed(range(50))] == first[::-1]
    assert len(set(first)) == 2


def test_a_sandbox_without_chaos_has_none() -> None:
    chaos = Chaos()
    assert not any(chaos.strikes(kind) for kind in KINDS)
    assert (chaos.lateness(), chaos.websocket_mishap(), chaos.fault_of("GET", "/v0/inboxes", None)) == (0, None, None)


@pytest.mark.parametrize(
    ("kind", "status", "sent"), [("429", 429, 0), ("503-before", 503, 0), ("503-after", 503, 1)], ids=str
)
def test_a_header_has_one_request_fail_before_or_after_it_is_done(
    sandbox: Sandbox, client: AgentMail, support: str, kind: str, status: int, sent: int
) -> None:
    with pytest.raises(ApiError) as failed:
        client.inboxes.messages.send(support, to=ADA, text="Hi", request_options=with_chaos(kind))
    assert failed.value.status_code == status
    assert (failed.value.headers or {}).get("retry-after") == ("1" if kind == "429" else None)
    assert len(sandbox.outbox()) == sent
    client.inboxes.messages.send(support, to=ADA, text="Hi")
    assert len(sandbox.outbox()) == sent + 1


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (401, "UnauthorizedError", "unauthorized"),
        (403, "ForbiddenError", "forbidden"),
        (404, "NotFoundError", "not_found"),
        (409, "ConflictError", "conflict"),
        (429, "RateLimitExceededError", "rate_limit_exceeded"),
        (500, "InternalError", "internal_error"),
        (503, "ServiceUnavailableError", "service_unavailable"),
    ],
)
def test_a_failure_asked_for_has_the_name_and_code_of_its_status(
    sandbox: Sandbox, client: AgentMail, status: int, name: str, code: str
) -> None:
    sandbox.chaos.fail("GET /v0/inboxes", status=status)
    sandbox.chaos.fail("GET /v0/inboxes", status=status, code="its_own")
    for expected in (code, "its_own"):
        with pytest.raises(ApiError) as failed:
            client.inboxes.list(request_options=ONCE)
        said = failed.value.body if isinstance(failed.value.body, dict) else dict(failed.value.body)  # type: ignore[call-overload]
        assert (failed.value.status_code, said["name"], said["code"]) == (status, name, expected)


@pytest.mark.parametrize(
    ("spec", "headers", "said"),
    [("", {}, "1"), ("429=0:3s", {"X-Other": "a"}, "3"), ("", {"retry-after": "1800"}, "1800")],
    ids=str,
)
def test_a_429_asked_for_says_when_to_come_again(spec: str, headers: dict[str, str], said: str) -> None:
    sandbox = Sandbox(chaos=spec)
    sandbox.chaos.fail("GET /v0/inboxes", status=429, headers=headers)
    with pytest.raises(ApiError) as refused:
        sandbox.client().inboxes.list(request_options=ONCE)
    sandbox.close()
    assert (refused.value.headers or {})["retry-after"] == said


@pytest.mark.parametrize(("seconds", "said"), [("0", "1"), ("0.2", "1"), ("1.5", "2")])
def test_a_refusal_names_whole_seconds_and_never_none(seconds: str, said: str) -> None:
    sandbox = Sandbox(chaos=f"429=1:{seconds}s")
    with pytest.raises(ApiError) as refused:
        sandbox.client().inboxes.list(request_options=ONCE)
    sandbox.close()
    assert (refused.value.headers or {})["retry-after"] == said


def test_a_fresh_inbox_is_not_found_until_its_time_is_over() -> None:
    sandbox = Sandbox(chaos="fresh-404=90s")
    client = sandbox.client()
    client.inboxes.create(request={"username": "support"})
    for call in (client.inboxes.get, client.inboxes.messages.list, client.inboxes.threads.list):
        with pytest.raises(NotFoundError) as missing:
            call(SUPPORT.upper())
        assert dict(missing.value.body)["code"] == "not_found"  # type: ignore[call-overload]
    assert client.inboxes.list().count == 1
    sandbox.clock.advance(timedelta(seconds=91))
    assert client.inboxes.get(SUPPORT).inbox_id == SUPPORT
    sandbox.close()


def test_a_header_that_names_no_chaos_is_refused(client: AgentMail) -> None:
    with pytest.raises(ApiError, match=r"X-Sandbox-Chaos is one of 429, 503-before") as refused:
        client.inboxes.list(request_options=with_chaos("flood"))
    assert refused.value.status_code == 400


@pytest.mark.parametrize(("kind", "error"), [("drop-after", httpx.RemoteProtocolError), ("hang", httpx.ReadTimeout)])
def test_in_process_a_lost_answer_looks_like_one(
    sandbox: Sandbox, client: AgentMail, support: str, kind: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.inboxes.messages.send(support, to=ADA, text="Hi", request_options=with_chaos(kind))
    assert len(sandbox.outbox()) == (kind == "drop-after")


def test_on_a_port_the_connection_ends_once_the_mail_has_left(served: Sandbox, remote: AgentMail) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        remote.inboxes.messages.send(SUPPORT, to=ADA, text="Hi", request_options=with_chaos("drop-after"))
    assert len(served.outbox()) == 1
    assert remote.inboxes.list().count == 1


def test_on_a_port_a_request_that_hangs_is_never_answered_and_does_not_hold_up_the_end(
    served: Sandbox, remote: AgentMail
) -> None:
    patience = with_chaos("hang") | {"timeout_in_seconds": 0.05}  # type: ignore[typeddict-item]
    with pytest.raises(httpx.ReadTimeout):
        remote.inboxes.messages.send(SUPPORT, to=ADA, text="Hi", request_options=patience)
    assert served.outbox() == []
    served.close()
    until(lambda: not any(thread.name.startswith(("sandbox-web", "waitress")) for thread in threading.enumerate()))


def test_requests_that_hang_hold_up_nobody_once_their_clients_are_gone(served: Sandbox, remote: AgentMail) -> None:
    patience = with_chaos("hang") | {"timeout_in_seconds": 0.2}  # type: ignore[typeddict-item]

    def give_up(_: int) -> None:
        with pytest.raises(httpx.ReadTimeout):
            remote.inboxes.list(request_options=patience)

    with ThreadPoolExecutor(WEB_THREADS) as clients:
        list(clients.map(give_up, range(WEB_THREADS)))
    assert remote.inboxes.list(request_options={"max_retries": 0, "timeout_in_seconds": 10}).count == 1


def test_chaos_touches_the_api_only(sandbox: Sandbox, support: str) -> None:
    sandbox.chaos.rates["503-before"] = 1.0
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1") as web:
        key = {"Authorization": "Bearer am_sandbox"}
        assert web.get("/sandbox/outbox", headers=key).status_code == 200
        assert web.get("/v0/inboxes", headers=key).status_code == 503
