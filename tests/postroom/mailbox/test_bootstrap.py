"""Inboxes and webhooks: made once, from however many places, and found again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from mail_wire import WiredSandbox

from postroom.intake import door
from postroom.mailbox import bootstrap
from postroom.mailbox.bootstrap import BootstrapError, ensure_inbox, ensure_webhook, inbox_name

DESK = "desk@sandbox.test"
HOOK = "https://desk.example.com/webhooks/agentmail"


@pytest.fixture
def sandbox(bare: WiredSandbox) -> WiredSandbox:
    return bare


def inboxes(client: AgentMail) -> list[str]:
    return [inbox.inbox_id for inbox in client.inboxes.list().inboxes]


def test_an_inbox_is_made_once_however_often_it_is_asked_for(client: AgentMail) -> None:
    assert [ensure_inbox(client, "desk", "desk") for _ in range(3)] == [DESK] * 3
    assert inboxes(client) == [DESK]


def test_an_inbox_made_once_is_kept_when_another_name_is_asked_for_later(client: AgentMail) -> None:
    first = ensure_inbox(client, "desk", "desk-abcdef")
    assert ensure_inbox(client, "desk", "desk-uvwxyz") == first
    assert inboxes(client) == [first]


@pytest.mark.parametrize("own_clients", [False, True], ids=["two threads", "two clients"])
def test_two_starts_at_once_get_the_same_inbox(sandbox: WiredSandbox, client: AgentMail, own_clients: bool) -> None:
    together = threading.Barrier(2)

    def start(_: int) -> str:
        mine = sandbox.client() if own_clients else client
        together.wait()
        return ensure_inbox(mine, "desk", "desk")

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(start, range(2))) == [DESK, DESK]
    assert inboxes(client) == [DESK]


def test_a_name_someone_else_has_is_an_error_that_names_the_variable(client: AgentMail) -> None:
    client.inboxes.create(request={"username": "legal-intake"})
    with pytest.raises(BootstrapError, match=r"'legal-intake' is taken .* set POSTROOM_INBOX_LEGAL_INTAKE to another"):
        ensure_inbox(client, "legal-intake", "legal-intake")


def test_a_refused_key_is_no_question_of_names(sandbox: WiredSandbox, client: AgentMail) -> None:
    sandbox.chaos.fail("POST /v0/inboxes$", status=403, code="forbidden")
    with pytest.raises(ApiError):
        ensure_inbox(client, "desk", "desk")


def test_a_fresh_inbox_that_is_not_found_yet_is_waited_for(sandbox: WiredSandbox, client: AgentMail) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        sandbox.clock.advance(timedelta(seconds=seconds))

    sandbox.chaos.fresh_404 = timedelta(seconds=2)
    assert ensure_inbox(client, "desk", "desk", sleep=sleep) == DESK
    assert slept[:2] == [0.25, 0.5]
    assert 1.5 < sum(slept) < 4
    assert client.inboxes.messages.list(DESK).count == 0


def test_a_server_that_is_busy_while_a_fresh_inbox_is_waited_for_is_asked_again(
    sandbox: WiredSandbox, client: AgentMail
) -> None:
    slept: list[float] = []
    sandbox.chaos.fail("GET /v0/inboxes/desk", status=429, headers={"Retry-After": "3"})
    assert ensure_inbox(client, "desk", "desk", sleep=slept.append) == DESK
    assert slept == [3.0]


def test_an_inbox_that_never_appears_is_given_up_after_some_seconds(sandbox: WiredSandbox, client: AgentMail) -> None:
    slept: list[float] = []
    sandbox.chaos.fail("GET /v0/inboxes/desk", status=404, code="not_found", times=999)
    with pytest.raises(ApiError):
        ensure_inbox(client, "desk", "desk", sleep=slept.append)
    assert 8 <= sum(slept) <= 15


def test_the_name_is_plain_on_the_sandbox_and_unlikely_to_be_taken_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTROOM_INBOX_LEGAL_INTAKE", raising=False)
    assert inbox_name("legal-intake", "intake", live=False) == "intake"
    live = {inbox_name("legal-intake", "intake", live=True) for _ in range(20)}
    assert len(live) == 20
    assert all(name.startswith("intake-") and len(name) == len("intake-") + 6 for name in live)
    monkeypatch.setenv("POSTROOM_INBOX_LEGAL_INTAKE", "ours")
    assert inbox_name("legal-intake", "intake", live=True) == inbox_name("legal-intake", "intake", live=False) == "ours"


def test_a_webhook_is_made_once_and_found_again_with_its_secret(client: AgentMail) -> None:
    ensure_inbox(client, "desk", "desk")
    first = ensure_webhook(client, HOOK, [DESK])
    again = ensure_webhook(client, HOOK, [DESK])
    assert (again.webhook_id, again.secret) == (first.webhook_id, first.secret)
    assert len(client.webhooks.list().webhooks) == 1


def test_a_webhook_at_another_url_replaces_ours_and_leaves_others_alone(client: AgentMail) -> None:
    ensure_inbox(client, "desk", "desk")
    theirs = client.webhooks.create(url="https://crm.example.com/in", event_types=["message.received"])
    ensure_webhook(client, HOOK, [DESK])
    moved = ensure_webhook(client, "https://new.example.com/webhooks/agentmail", [DESK])
    left = {webhook.webhook_id: webhook.url for webhook in client.webhooks.list().webhooks}
    assert left == {theirs.webhook_id: theirs.url, moved.webhook_id: "https://new.example.com/webhooks/agentmail"}


def test_the_webhook_tells_of_all_that_handlers_may_be_for(client: AgentMail) -> None:
    ensure_inbox(client, "desk", "desk")
    told = ensure_webhook(client, HOOK, [DESK]).event_types
    assert {*door.RECEIVED, *door.EVENTS} <= set(told)


def test_a_webhook_for_other_events_is_replaced(client: AgentMail, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_inbox(client, "desk", "desk")
    with monkeypatch.context() as older:
        older.setattr(bootstrap, "EVENTS", ("message.received",))
        ensure_webhook(client, HOOK, [DESK])
    made = ensure_webhook(client, HOOK, [DESK])
    (left,) = client.webhooks.list().webhooks
    assert (left.webhook_id, left.event_types) == (made.webhook_id, list(bootstrap.EVENTS))


def test_the_webhook_of_another_agent_stays(client: AgentMail) -> None:
    for name in ("desk", "shop"):
        ensure_inbox(client, name, name)
        ensure_webhook(client, f"https://{name}.example.com/webhooks/agentmail", [f"{name}@sandbox.test"])
    assert len(client.webhooks.list().webhooks) == 2


def test_a_webhook_that_was_disabled_is_enabled_again(client: AgentMail) -> None:
    ensure_inbox(client, "desk", "desk")
    made = ensure_webhook(client, HOOK, [DESK])
    client.webhooks.update(made.webhook_id, enabled=False)
    ensure_webhook(client, HOOK, [DESK])
    assert client.webhooks.get(made.webhook_id).enabled is not False
