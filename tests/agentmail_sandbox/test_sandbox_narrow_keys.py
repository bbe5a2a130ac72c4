"""What an attacker who holds a narrow key tries, and what is left of a key once it is gone: by the real SDK."""

from datetime import timedelta

import httpx
from agentmail import AgentMail
from sandbox_testing import ONCE, SUPPORT, Receiver, refusal, until, with_permissions

from agentmail_sandbox import Sandbox

EVE = "eve@example.com"
RECEIVED = ["message.received"]


def spam(sandbox: Sandbox, inbox: str) -> str:
    return sandbox.post_mail(EVE, inbox, "Win", "x", headers={"X-Sandbox-Spam": "yes"}).message_id or ""


def test_the_labels_of_hidden_mail_are_hidden_too(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    hidden, seen = spam(sandbox, support), sandbox.post_mail(EVE, support, "Hi", "x").message_id
    key = with_permissions(sandbox, "message_read")
    assert {event.message_id for event in key.inboxes.events.list(support).events} == {seen}
    assert {event.message_id for event in client.inboxes.events.list(support).events} == {seen, hidden}


def test_hidden_mail_cannot_be_reached_by_any_way(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    hidden = spam(sandbox, support)
    thread = client.inboxes.messages.get(support, hidden).thread_id
    names = ("read", "send", "update", "delete")
    key = with_permissions(sandbox, *(f"message_{name}" for name in names), "draft_create", "draft_send")
    to = "ada@example.com"
    for call in (
        lambda: key.inboxes.messages.get(support, hidden),
        lambda: key.inboxes.messages.get_raw(support, hidden),
        lambda: key.inboxes.messages.update(support, hidden, remove_labels=["spam"]),
        lambda: key.inboxes.messages.delete(support, hidden),
        lambda: key.inboxes.messages.forward(support, hidden, to=to, request_options=ONCE),
        lambda: key.inboxes.messages.reply(support, hidden, text="x", request_options=ONCE),
        lambda: key.inboxes.drafts.create(support, to=[to], forward_of=hidden),
        lambda: key.threads.get(thread),
        lambda: key.threads.update(thread, remove_labels=["spam"]),
        lambda: key.inboxes.threads.delete(support, thread),
    ):
        assert refusal(call) == (404, "not_found")
    assert key.inboxes.messages.batch_get(support, message_ids=[hidden]).count == 0
    assert key.inboxes.messages.batch_update(support, message_ids=[hidden], remove_labels=["spam"]).count == 0
    assert key.inboxes.messages.list(support, include_spam=True).count == 0
    assert key.inboxes.messages.search(support, q="win").count == 0


def test_a_search_finds_nothing_outside_the_scope_of_its_key(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    pod = client.pods.create(name="Acme").pod_id
    client.pods.inboxes.create(pod, username="sales", display_name="Parcels")
    sandbox.post_mail(EVE, [support, "sales@sandbox.test"], "Parcel", "x")
    of_pod = sandbox.client(client.pods.api_keys.create(pod, request={"name": "p"}).api_key)
    of_inbox = sandbox.client(client.inboxes.api_keys.create(support, request={"name": "i"}).api_key)
    assert client.threads.search(q="parcel").count == 2
    for key, inbox in ((of_pod, "sales@sandbox.test"), (of_inbox, support)):
        assert [thread.inbox_id for thread in key.threads.search(q="parcel").threads] == [inbox]
        assert [found.inbox_id for found in key.inboxes.search(q="sandbox").inboxes] == [inbox]
    assert refusal(lambda: of_pod.inboxes.messages.search(support, q="parcel")) == (404, "not_found")
    assert refusal(lambda: of_inbox.pods.threads.search(pod, q="parcel")) == (404, "not_found")
    blind = with_permissions(sandbox, "inbox_read")
    assert refusal(lambda: blind.threads.search(q="parcel")) == (403, "missing_permission")


def test_an_address_made_anew_in_another_pod_tells_nothing_of_what_it_was(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    sandbox.post_mail(EVE, support, "Hi", "x")
    client.inboxes.messages.send(support, to="ada@example.com", text="x", idempotency_key="k")
    client.inboxes.lists.create(support, "send", "block", entry=EVE)
    client.inboxes.delete(support)
    sandbox.clock.advance(timedelta(minutes=1))
    pod = client.pods.create(name="Eve").pod_id
    key = sandbox.client(client.pods.api_keys.create(pod, request={"name": "e"}).api_key)
    key.inboxes.create(request={"username": "support"})
    assert key.metrics.query_events(period=86_400) == {}
    assert key.inboxes.metrics.query_events(support, period=86_400) == {}
    assert key.inboxes.metrics.query_rates(support)["bounce"][-1].sent == 0
    assert key.inboxes.events.list(support).count == 0
    assert key.inboxes.messages.list(support, include_spam=True, include_trash=True).count == 0
    assert key.inboxes.lists.list(support, "send", "block").count == 0
    assert set(client.metrics.query_events(period=86_400)) == {"message.received", "message.sent", "message.delivered"}


def test_a_fresh_polling_token_is_not_had_for_events_one_may_not_read(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    client.webhooks.polling.create(client_id="agent", event_types=RECEIVED)
    key = with_permissions(sandbox, "webhook_create", "domain_read")
    wanted = {"client_id": "agent", "event_types": ["domain.verified"]}
    assert refusal(lambda: key.webhooks.polling.create(**wanted)) == (403, "missing_permission")


def test_no_key_makes_itself_or_its_like_wider(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    granted = {"api_key_create": True, "api_key_update": True, "message_read": True}
    made = client.inboxes.api_keys.create(support, request={"permissions": granted})
    key, own = sandbox.client(made.api_key), made.api_key_id
    wide = {"permissions": {"message_send": True}}
    for call, code in (
        (lambda: key.api_keys.update(own, permissions=wide["permissions"]), "permission_escalation"),
        (lambda: key.api_keys.update(own, permissions=None), "unrestricted_key_required"),
        (lambda: key.api_keys.create(request=wide), "permission_escalation"),
        (lambda: key.api_keys.create(request={"name": "x"}), "unrestricted_key_required"),
    ):
        assert refusal(call) == (403, code)
    child = key.api_keys.create(request={"permissions": {"message_read": True}})
    assert (child.inbox_id, child.pod_id) == (support, client.inboxes.get(support).pod_id)
    assert refusal(lambda: key.pods.api_keys.create(child.pod_id or "", request=wide)) == (404, "not_found")


def test_an_expired_key_ends_at_its_second_and_so_do_those_it_made(sandbox: Sandbox, client: AgentMail) -> None:
    at = sandbox.clock.now() + timedelta(hours=1)
    parent = sandbox.client(client.api_keys.create(request={"name": "p", "expires_at": at}).api_key)
    made = parent.api_keys.create(request={"name": "c"})
    child = sandbox.client(made.api_key)
    later = {"name": "late", "expires_at": at + timedelta(seconds=1)}
    assert refusal(lambda: parent.api_keys.create(request=later)) == (403, "permission_escalation")
    assert child.auth.me().api_key_id == made.api_key_id
    sandbox.clock.set(at)
    for key in (parent, child):
        assert refusal(key.auth.me) == (401, "api_key_expired")


def test_keys_that_a_deleted_key_made_stay(sandbox: Sandbox, client: AgentMail) -> None:
    made = client.api_keys.create(request={"name": "p"})
    child = sandbox.client(sandbox.client(made.api_key).api_keys.create(request={"name": "c"}).api_key)
    client.api_keys.delete(made.api_key_id)
    assert child.auth.me().scope_type == "organization"


def test_a_webhook_outlives_its_key_within_its_scope_and_goes_with_its_inbox(
    served: Sandbox, remote: AgentMail, receiver: Receiver
) -> None:
    remote.inboxes.create(request={"username": "sales"})
    made = remote.inboxes.api_keys.create(SUPPORT, request={"name": "i"})
    with httpx.Client() as http:
        key = AgentMail(environment=served.environment(), api_key=made.api_key, httpx_client=http)
        hook = key.webhooks.create(url=receiver.url, event_types=RECEIVED)
    remote.inboxes.api_keys.delete(SUPPORT, made.api_key_id)
    served.post_mail(EVE, "sales@sandbox.test", "not for it", "x")
    served.post_mail(EVE, SUPPORT, "for it", "x")
    until(lambda: receiver.posts)
    assert [b'"subject":"for it"' in body for _, body in receiver.posts] == [True]
    remote.inboxes.delete(SUPPORT)
    assert refusal(lambda: remote.webhooks.get(hook.webhook_id)) == (404, "not_found")


def test_a_key_of_an_inbox_is_told_that_another_cannot_be_listened_to(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    key = sandbox.client(client.inboxes.api_keys.create(support, request={"name": "k"}).api_key)
    hear, poll, url = key.webhooks.create, key.webhooks.polling.create, "https://example.test/"
    pods = [client.inboxes.get(support).pod_id]
    unfound = (404, "not_found")
    assert refusal(lambda: hear(url=url, event_types=RECEIVED, inbox_ids=[other])) == unfound
    assert refusal(lambda: hear(url=url, event_types=RECEIVED, pod_ids=pods)) == unfound
    assert refusal(lambda: poll(client_id="p", event_types=RECEIVED, inbox_ids=[other])) == unfound
    assert hear(url=url, event_types=RECEIVED, inbox_ids=[support]).inbox_ids == [support]
