import json
from pathlib import Path

import pytest
from agentmail import AgentMail, MessageReceivedEvent, NotFoundError, ValidationError
from sandbox_testing import SUPPORT, Receiver, dripping, until
from svix.webhooks import Webhook, WebhookVerificationError

from agentmail_sandbox import Sandbox, webhook_delivery
from agentmail_sandbox.webhook_delivery import WebhookDelivery

WRONG_HEADERS = [
    {"X-Name": "Zoë"},
    {"X-Name": "two\nlines"},
    {"X-Name": " padded"},
    {"X Name": "x"},
    {"": "x"},
    {"Content-Length": "3"},
    {"Content-Type": "text/plain"},
    {"host": "example.com"},
    {"Svix-Id": "msg_1"},
]


def test_an_event_arrives_signed_as_svix_signs(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    webhook = remote.webhooks.create(url=receiver.url, event_types=["message.received"], headers={"X-Team": "blue"})
    assert webhook.secret.startswith("whsec_")
    received = served.post_mail("ada@example.com", SUPPORT, "Hi", "there")
    until(lambda: receiver.posts)
    headers, body = receiver.posts[0]
    Webhook(webhook.secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.secret).verify(body + b" ", headers)
    assert headers["x-team"] == "blue"
    event = MessageReceivedEvent.model_validate(json.loads(body))
    assert event.message.message_id == received.message_id
    assert event.message.text == "there\n"
    assert event.thread.thread_id == received.thread_id


def test_every_webhook_gets_the_same_event_id_under_its_own_svix_id(
    served: Sandbox, remote: AgentMail, receiver: Receiver
) -> None:
    for _ in range(2):
        remote.webhooks.create(url=receiver.url, event_types=["message.received"])
    served.post_mail("ada@example.com", SUPPORT, "Hi", "there")
    until(lambda: len(receiver.posts) == 2)
    assert len({json.loads(body)["event_id"] for _, body in receiver.posts}) == 1
    assert len({headers["svix-id"] for headers, _ in receiver.posts}) == 2


def test_a_failed_delivery_is_tried_again_under_the_same_svix_id(
    served: Sandbox, remote: AgentMail, receiver: Receiver
) -> None:
    receiver.answers += [500, 302]
    remote.webhooks.create(url=receiver.url, event_types=["message.received"])
    served.post_mail("ada@example.com", SUPPORT, "Hi", "there")
    until(lambda: len(receiver.posts) == 3)
    assert len({headers["svix-id"] for headers, _ in receiver.posts}) == 1
    assert len({body for _, body in receiver.posts}) == 1


def test_a_receiver_that_never_says_yes_is_given_up_after_eight_attempts(receiver: Receiver) -> None:
    sandbox = Sandbox(retry_scale=0.0)
    sandbox.start_workers()
    client = sandbox.client()
    client.inboxes.create(request={"username": "support"})
    client.webhooks.create(url=receiver.url, event_types=["message.received"])
    receiver.answers += [500] * 20
    sandbox.post_mail("ada@example.com", SUPPORT, "Hi", "there")

    def outcome() -> tuple[object, ...]:
        with sandbox._core.store.transaction() as db:
            return tuple(db.execute("SELECT attempts, due_at, outcome FROM deliveries").fetchone())

    until(lambda: outcome() == (8, None, "HTTP 500"))
    assert len(receiver.posts) == 8
    sandbox.close()


@pytest.mark.parametrize(
    "broken", ['headers = \'{"X-Name": "Zoë"}\'', f"url = 'http://{'a' * 300}.com/'", "secret = 'whsec_!'"]
)
def test_a_post_that_cannot_be_made_is_an_attempt_too(
    sandbox: Sandbox, support: str, receiver: Receiver, broken: str
) -> None:
    sandbox.client().webhooks.create(url=receiver.url, event_types=["message.received"])
    with sandbox._core.store.transaction() as db:
        db.execute(f"UPDATE webhooks SET {broken}")
    sandbox.post_mail("ada@example.com", support, "Hi", "there")
    delivery = WebhookDelivery(sandbox._core, 1.0)
    delivery._attempt(1, Webhook)
    wait = delivery.due()
    delivery.close()
    with sandbox._core.store.transaction() as db:
        assert db.execute("SELECT attempts FROM deliveries").fetchone()["attempts"] == 1
    assert 4 < wait <= 5
    assert receiver.posts == []


def test_a_slow_receiver_holds_up_no_other(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    remote.webhooks.create(url=f"{receiver.url}/slow", event_types=["message.received"])
    for number in range(40):
        served.post_mail("ada@example.com", SUPPORT, str(number), "x")
    remote.webhooks.create(url=receiver.url, event_types=["message.received"])
    served.post_mail("ada@example.com", SUPPORT, "last", "x")
    until(lambda: receiver.posts)
    assert [json.loads(body)["message"]["subject"] for _, body in receiver.posts] == ["last"]
    receiver.go_on.set()
    until(lambda: len(receiver.posts) == 42)


def test_a_receiver_whose_answer_never_ends_is_done_in_time(
    sandbox: Sandbox, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x") as url:
        sandbox.client().webhooks.create(url=url, event_types=["message.received"])
        sandbox.post_mail("ada@example.com", support, "Hi", "there")
        delivery = WebhookDelivery(sandbox._core, 1.0)
        monkeypatch.setattr(webhook_delivery, "PATIENCE", 0.1)
        delivery._attempt(1, Webhook)
        delivery.close()
    with sandbox._core.store.transaction() as db:
        assert db.execute("SELECT outcome FROM deliveries").fetchone()["outcome"] == "ok"


def test_a_delivery_that_was_queued_twice_is_posted_once(sandbox: Sandbox, support: str, receiver: Receiver) -> None:
    sandbox.client().webhooks.create(url=receiver.url, event_types=["message.received"])
    sandbox.post_mail("ada@example.com", support, "Hi", "there")
    delivery = WebhookDelivery(sandbox._core, 1.0)
    for _ in range(2):
        delivery._attempt(1, Webhook)
    delivery.close()
    assert len(receiver.posts) == 1


def test_connections_to_a_receiver_are_kept(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    remote.webhooks.create(url=receiver.url, event_types=["message.received"])
    for number in range(20):
        served.post_mail("ada@example.com", SUPPORT, str(number), "x")
        until(lambda number=number: len(receiver.posts) == number + 1)
    assert len(receiver.connections) < 10


def test_only_named_events_of_named_inboxes_arrive(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    remote.inboxes.create(request={"username": "sdr"})
    remote.webhooks.create(url=receiver.url, event_types=["message.received", "message.bounced"], inbox_ids=[SUPPORT])
    served.post_mail("ada@example.com", "sdr@sandbox.test", "not for us", "x")
    served.post_mail("ada@example.com", SUPPORT, "hidden", "x", auth="none")
    remote.inboxes.messages.send(SUPPORT, to=["ada@example.com", "nobody@sandbox.test"], text="x")
    served.post_mail("ada@example.com", SUPPORT, "for us", "x")
    until(lambda: len(receiver.posts) == 2)
    kinds = sorted(json.loads(body)["event_type"] for _, body in receiver.posts)
    assert kinds == ["message.bounced", "message.received"]


def test_unauthenticated_mail_is_told_only_to_who_names_it(
    served: Sandbox, remote: AgentMail, receiver: Receiver
) -> None:
    remote.webhooks.create(url=receiver.url, event_types=["message.received.unauthenticated"])
    served.post_mail("ada@example.com", SUPPORT, "plain", "x")
    served.post_mail("eve@example.com", SUPPORT, "odd", "x", auth="none")
    until(lambda: receiver.posts)
    assert json.loads(receiver.posts[0][1])["message"]["subject"] == "odd"


def test_a_disabled_webhook_gets_nothing_of_what_happened_meanwhile(
    served: Sandbox, remote: AgentMail, receiver: Receiver
) -> None:
    webhook = remote.webhooks.create(url=receiver.url, event_types=["message.received"])
    assert remote.webhooks.update(webhook.webhook_id, enabled=False).enabled is False
    served.post_mail("ada@example.com", SUPPORT, "missed", "x")
    remote.webhooks.update(webhook.webhook_id, enabled=True)
    served.post_mail("ada@example.com", SUPPORT, "seen", "x")
    until(lambda: receiver.posts)
    assert [json.loads(body)["message"]["subject"] for _, body in receiver.posts] == ["seen"]


def test_a_webhook_that_failed_for_days_is_disabled_until_someone_enables_it(receiver: Receiver) -> None:
    # Five days take 0.04 seconds here, and all of a webhook's retries less.
    served = Sandbox(retry_scale=1e-7)
    served.serve(0, 0, 0)
    client = served.client()
    client.inboxes.create(request={"username": "support"})
    webhook_id = client.webhooks.create(url=receiver.url, event_types=["message.received"]).webhook_id
    receiver.answers = [500] * 1000

    def disabled() -> bool:
        served.post_mail("ada@example.com", SUPPORT, "lost", "x")
        return not client.webhooks.get(webhook_id).enabled

    until(disabled)
    receiver.answers.clear()
    until(lambda: not _waiting(served))
    lost = len(receiver.posts)
    assert client.webhooks.update(webhook_id, enabled=True).enabled
    served.post_mail("ada@example.com", SUPPORT, "seen", "x")
    until(lambda: len(receiver.posts) > lost)
    assert [json.loads(body)["message"]["subject"] for _, body in receiver.posts[lost:]] == ["seen"]
    assert client.webhooks.get(webhook_id).enabled
    served.close()


def _waiting(sandbox: Sandbox) -> int:
    with sandbox._core.store.transaction() as db:
        return int(db.execute("SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL").fetchone()[0])


def test_a_success_between_failures_keeps_a_webhook_enabled(receiver: Receiver) -> None:
    served = Sandbox(retry_scale=0.002)
    served.serve(0, 0, 0)
    client = served.client()
    client.inboxes.create(request={"username": "support"})
    webhook_id = client.webhooks.create(url=receiver.url, event_types=["message.received"]).webhook_id
    receiver.answers = [500]
    served.post_mail("ada@example.com", SUPPORT, "one", "x")
    until(lambda: len(receiver.posts) == 2 and not _waiting(served))
    with served._core.store.transaction() as db:
        assert db.execute("SELECT failing_since FROM webhooks").fetchone()[0] is None
    assert client.webhooks.get(webhook_id).enabled
    served.close()


def test_pending_deliveries_survive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    first = Sandbox(tmp_path)
    client = first.client()
    client.inboxes.create(request={"username": "support"})
    client.webhooks.create(url=receiver.url, event_types=["message.received"])
    first.post_mail("ada@example.com", SUPPORT, "before", "x")
    first.close()
    assert receiver.posts == []
    second = Sandbox(tmp_path)
    second.start_workers()
    until(lambda: receiver.posts)
    second.close()
    assert json.loads(receiver.posts[0][1])["message"]["subject"] == "before"


def test_a_receiver_that_is_down_holds_nothing_up(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    remote.webhooks.create(url="http://127.0.0.1:9/none", event_types=["message.received"])
    remote.webhooks.create(url=receiver.url, event_types=["message.received"])
    for number in range(30):
        served.post_mail("ada@example.com", SUPPORT, str(number), "x")
    until(lambda: len(receiver.posts) == 30)


def test_webhooks_are_created_once_per_client_id_listed_changed_and_deleted(client: AgentMail, support: str) -> None:
    first = client.webhooks.create(url="http://example.com/a", event_types=["message.received"], client_id="w1")
    assert client.webhooks.create(url="http://example.com/b", event_types=["message.sent"], client_id="w1") == first
    scoped = client.inboxes.webhooks.create(support, url="http://example.com/c", event_types=["message.sent"])
    assert (scoped.inbox_id, scoped.inbox_ids) == (support, [support])
    assert [hook.webhook_id for hook in client.webhooks.list().webhooks] == [scoped.webhook_id, first.webhook_id]
    assert [hook.webhook_id for hook in client.inboxes.webhooks.list(support).webhooks] == [scoped.webhook_id]
    changed = client.webhooks.update(first.webhook_id, event_types=["message.bounced"], add_inbox_ids=[support])
    assert (changed.event_types, changed.inbox_ids) == (["message.bounced"], None)
    assert client.webhooks.update(first.webhook_id, event_types=[]).event_types == ["message.bounced"]
    with pytest.raises(ValidationError):
        client.webhooks.update(scoped.webhook_id, remove_inbox_ids=[support])
    client.webhooks.delete(first.webhook_id)
    with pytest.raises(NotFoundError):
        client.webhooks.get(first.webhook_id)


def test_custom_headers_show_their_names_only(client: AgentMail) -> None:
    made = client.webhooks.create(
        url="http://example.com/a", event_types=["message.received"], headers={"X-A": "secret", "X-B": "2"}
    )
    client.webhooks.update_headers(made.webhook_id, headers={"X-C": "3"}, remove_headers=["X-B"])
    assert client.webhooks.get_headers(made.webhook_id).header_names == ["X-A", "X-C"]
    with pytest.raises(ValidationError):
        client.webhooks.update_headers(made.webhook_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_types": []},
        {"event_types": ["message.zzz"]},
        {"url": "ftp://example.com"},
        {"inbox_ids": [f"a{n}@sandbox.test" for n in range(11)]},
        {"url": "http://"},
        {"url": f"http://{'a' * 300}.com/"},
        {"url": "http://example..com/"},
        {"url": "http://exa\nmple.com/"},
        *({"headers": headers} for headers in WRONG_HEADERS),
    ],
)
def test_a_wrong_webhook_is_refused(client: AgentMail, wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"url": "http://example.com/a", "event_types": ["message.received"]}
    with pytest.raises(ValidationError):
        client.webhooks.create(**{**right, **wrong})


@pytest.mark.parametrize("headers", WRONG_HEADERS)
def test_a_wrong_header_is_refused_later_too(client: AgentMail, headers: dict[str, str]) -> None:
    made = client.webhooks.create(url="http://example.com/a", event_types=["message.received"], headers={"X-A": ""})
    with pytest.raises(ValidationError):
        client.webhooks.update_headers(made.webhook_id, headers=headers)
    assert client.webhooks.get_headers(made.webhook_id).header_names == ["X-A"]
