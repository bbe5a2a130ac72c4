"""Limits of a plan: off unless asked for, and what a client meets that reaches one."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from sandbox_testing import ONCE, SUPPORT

from agentmail_sandbox import Sandbox


def refused(call: Callable[[], object]) -> ApiError:
    with pytest.raises(ApiError) as found:
        call()
    return found.value


def code(error: ApiError) -> tuple[int | None, str]:
    return error.status_code, error.body["code"] if isinstance(error.body, dict) else error.body.code


@pytest.fixture
def limited() -> Iterator[Callable[[str], Sandbox]]:
    made: list[Sandbox] = []

    def make(spec: str) -> Sandbox:
        made.append(Sandbox(limits=spec))
        made[-1]._core.limits.now = lambda: 0.0
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.close()


def test_too_many_requests_in_a_second_are_told_when_to_come_back(limited: Callable[[str], Sandbox]) -> None:
    sandbox = limited("requests=3")
    client, other = sandbox.client(), sandbox.client()
    for asking in (client, other, client):
        asking.inboxes.list()
    error = refused(lambda: other.inboxes.list(request_options=ONCE))
    assert code(error) == (429, "rate_limit_exceeded")
    assert (error.headers or {})["retry-after"] == "1"
    sandbox._core.limits.now = lambda: 1.0
    assert client.inboxes.list().count == 0


def test_the_sdk_waits_and_tries_again_by_itself(
    limited: Callable[[str], Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = limited("requests=1")
    client = sandbox.client()
    client.inboxes.list()

    def wait(seconds: float) -> None:
        sandbox._core.limits.now = lambda: seconds

    monkeypatch.setattr("agentmail.core.http_client.time.sleep", wait)
    assert client.inboxes.list().count == 0
    assert sandbox._core.limits.now() >= 1.0


def test_who_is_not_let_in_uses_nothing_up(limited: Callable[[str], Sandbox]) -> None:
    sandbox = limited("requests=1")
    assert code(refused(lambda: sandbox.client("am_wrong").inboxes.list()))[0] == 401
    assert sandbox.client().inboxes.list().count == 0


def test_inboxes_and_domains_beyond_the_limit_are_refused(limited: Callable[[str], Sandbox]) -> None:
    client = limited("inboxes=1, domains=1").client()
    client.inboxes.create(request={"username": "support", "client_id": "a"})
    assert client.inboxes.create(request={"client_id": "a"}).inbox_id == SUPPORT
    assert code(refused(client.inboxes.create)) == (403, "limit_exceeded")
    client.domains.create(domain="acme.example")
    assert code(refused(lambda: client.domains.create(domain="b.example"))) == (403, "limit_exceeded")
    organization = client.organizations.get()
    assert (organization.inbox_limit, organization.domain_limit) == (1, 1)
    client.inboxes.delete(SUPPORT)
    assert client.inboxes.create().inbox_id


def test_mails_beyond_those_of_a_month_are_refused_until_it_is_over(limited: Callable[[str], Sandbox]) -> None:
    sandbox = limited("sends=1")
    client = sandbox.client()
    client.inboxes.create(request={"username": "support"})

    def send(key: str) -> str:
        return client.inboxes.messages.send(
            SUPPORT, to="ada@example.com", text="x", idempotency_key=key, request_options=ONCE
        ).message_id

    first = send("one")
    client.inboxes.messages.delete(SUPPORT, first)
    error = refused(lambda: send("two"))
    assert code(error) == (429, "rate_limit_exceeded")
    assert "retry-after" not in (error.headers or {})
    assert send("one") == first
    sandbox.clock.advance(timedelta(days=30))
    assert send("two") != first


def test_without_limits_there_are_none(client: AgentMail) -> None:
    for _ in range(5):
        client.inboxes.create()
    organization = client.organizations.get()
    assert (organization.inbox_limit, organization.domain_limit) == (None, None)


@pytest.mark.parametrize("spec", ["requests", "requests=", "requests=-1", "requests=1.5", "mails=3", "requests=20/s"])
def test_what_is_no_limit_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="no limit this sandbox has"):
        Sandbox(limits=spec)
