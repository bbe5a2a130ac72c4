from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from agentmail import AgentMail
from agentmail.api_keys import ApiKeyPermissions
from sandbox_testing import ONCE, refusal, with_permissions

from agentmail_sandbox import Sandbox
from agentmail_sandbox.access import permission_for
from agentmail_sandbox.web import _app

PERMISSIONS = frozenset(ApiKeyPermissions.model_fields)


def test_a_key_is_shown_once_and_kept_hashed(sandbox: Sandbox, client: AgentMail) -> None:
    made = client.api_keys.create(request={"name": "Reader", "permissions": {"message_read": True}})
    assert made.api_key.startswith("am_")
    assert made.api_key.startswith(made.prefix)
    assert len(made.prefix) < len(made.api_key) / 2
    shown = client.api_keys.get(made.api_key_id)
    assert (shown.name, shown.prefix, shown.permissions.message_read) == ("Reader", made.prefix, True)
    assert made.api_key not in shown.model_dump_json()
    assert [key.api_key_id for key in client.api_keys.list().api_keys] == [made.api_key_id]
    assert client.api_keys.list(type="public_key").api_keys == []
    with sandbox._core.store.transaction() as db:
        assert made.api_key not in "".join(db.iterdump())


def test_a_deleted_key_is_unknown(sandbox: Sandbox, client: AgentMail) -> None:
    made = client.api_keys.create(request={"name": "a"})
    other = sandbox.client(made.api_key)
    assert other.auth.me().api_key_id == made.api_key_id
    assert client.api_keys.get(made.api_key_id).used_at is not None
    client.api_keys.delete(made.api_key_id)
    assert refusal(other.auth.me) == (401, "unknown_api_key")
    assert refusal(lambda: client.api_keys.delete(made.api_key_id))[0] == 404


def test_a_key_is_renamed_and_rewritten(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    made = client.api_keys.create(request={"name": "a", "permissions": {"pod_read": True}})
    other = sandbox.client(made.api_key)
    assert refusal(lambda: other.inboxes.get(support)) == (403, "missing_permission")
    renamed = client.api_keys.update(made.api_key_id, name="b", permissions={"inbox_read": True})
    assert renamed.name == "b"
    assert other.inboxes.get(support).inbox_id == support
    assert refusal(other.pods.list) == (403, "missing_permission")
    assert client.api_keys.update(made.api_key_id, permissions=None).permissions is None
    assert other.pods.list().count == 1


def test_a_key_expires_by_the_clock_of_the_sandbox(sandbox: Sandbox, client: AgentMail) -> None:
    soon = sandbox.clock.now() + timedelta(hours=1)
    made = client.api_keys.create(request={"name": "a", "expires_at": soon})
    other = sandbox.client(made.api_key)
    assert other.inboxes.list().count == 0
    sandbox.clock.advance(timedelta(hours=2))
    assert refusal(other.inboxes.list) == (401, "api_key_expired")
    for wrong in (soon, "0001-01-01T00:00:00+14:00"):
        request = {"expires_at": wrong}
        assert refusal(lambda request=request: client.api_keys.create(request=request)) == (400, "validation_error")


def test_a_key_cannot_outlive_the_one_that_made_it(sandbox: Sandbox, client: AgentMail) -> None:
    soon = (sandbox.clock.now() + timedelta(hours=1)).replace(microsecond=0)
    parent = sandbox.client(client.api_keys.create(request={"expires_at": soon}).api_key)
    assert parent.api_keys.create(request={"name": "heir"}).expires_at == soon
    later = {"expires_at": soon + timedelta(seconds=1)}
    assert refusal(lambda: parent.api_keys.create(request=later)) == (403, "permission_escalation")
    sooner = soon - timedelta(minutes=1)
    assert parent.api_keys.create(request={"expires_at": sooner}).expires_at == sooner


def test_a_key_grants_no_more_than_it_has(sandbox: Sandbox) -> None:
    minter = with_permissions(sandbox, "api_key_create", "api_key_update", "message_read")
    made = minter.api_keys.create(request={"permissions": {"message_read": True, "message_send": False}})
    assert made.permissions.message_read
    wider = {"permissions": {"message_read": True, "message_send": True}}
    assert refusal(lambda: minter.api_keys.create(request=wider)) == (403, "permission_escalation")
    assert refusal(lambda: minter.api_keys.create(request={"name": "a"})) == (403, "unrestricted_key_required")
    change = minter.api_keys.update
    assert refusal(lambda: change(made.api_key_id, **wider)) == (403, "permission_escalation")
    assert refusal(lambda: change(made.api_key_id, permissions=None)) == (403, "unrestricted_key_required")
    misspelt = {"permissions": {"mesage_read": True}}
    assert refusal(lambda: minter.api_keys.create(request=misspelt)) == (400, "validation_error")


def test_every_route_of_the_api_names_a_real_permission() -> None:
    free = {"/v0/auth/me", "/v0/organizations"}
    rules = [rule for rule in _app().url_map.iter_rules() if rule.rule.startswith("/v0/") and rule.rule not in free]
    named = {permission_for(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"OPTIONS"}}
    assert named <= PERMISSIONS
    assert {"message_send", "draft_send", "inbox_create", "webhook_update", "api_key_delete", "pod_delete"} <= named


CALLS: dict[str, Callable[[AgentMail, str, str, str], object]] = {
    "inbox_read": lambda client, inbox, *_: client.inboxes.get(inbox),
    "inbox_create": lambda client, *_: client.inboxes.create(),
    "inbox_update": lambda client, inbox, *_: client.inboxes.update(inbox, display_name="x"),
    "inbox_delete": lambda client, inbox, *_: client.inboxes.delete(inbox),
    "message_read": lambda client, inbox, message, _: client.inboxes.messages.batch_get(inbox, message_ids=[message]),
    "message_send": lambda client, inbox, message, _: client.inboxes.messages.reply(inbox, message, text="x"),
    "message_update": lambda client, inbox, message, _: client.inboxes.messages.batch_update(
        inbox, message_ids=[message], add_labels=["x"]
    ),
    "message_delete": lambda client, inbox, message, _: client.inboxes.messages.delete(inbox, message),
    "draft_read": lambda client, *_: client.drafts.list(),
    "draft_create": lambda client, inbox, *_: client.inboxes.drafts.create(inbox, text="x"),
    "draft_update": lambda client, inbox, _, draft: client.inboxes.drafts.update(inbox, draft, text="x"),
    "draft_send": lambda client, inbox, _, draft: client.inboxes.drafts.send(inbox, draft),
    "draft_delete": lambda client, inbox, _, draft: client.inboxes.drafts.delete(inbox, draft),
    "webhook_read": lambda client, *_: client.webhooks.list(),
    "list_entry_create": lambda client, *_: client.lists.create("send", "block", entry="a@example.com"),
    "api_key_read": lambda client, *_: client.api_keys.list(),
    "pod_create": lambda client, *_: client.pods.create(),
}


@pytest.mark.parametrize("permission", CALLS)
def test_a_call_needs_its_permission_and_no_other(
    sandbox: Sandbox, client: AgentMail, support: str, permission: str
) -> None:
    message = sandbox.post_mail("ada@example.com", support, "Hi", "there").message_id or ""
    draft = client.inboxes.drafts.create(support, to=["ada@example.com"], text="a").draft_id
    lacking = with_permissions(sandbox, *(PERMISSIONS - {permission}))
    call = CALLS[permission]
    assert refusal(lambda: call(lacking, support, message, draft)) == (403, "missing_permission")
    call(with_permissions(sandbox, permission), support, message, draft)


def test_a_draft_that_answers_needs_to_read_what_it_answers(sandbox: Sandbox, support: str) -> None:
    message = sandbox.post_mail("ada@example.com", support, "Hi", "there").message_id
    writer = with_permissions(sandbox, "draft_create")
    answer = lambda client: client.inboxes.drafts.create(support, in_reply_to=message, text="a")  # noqa: E731
    assert refusal(lambda: answer(writer)) == (403, "missing_permission")
    assert answer(with_permissions(sandbox, "draft_create", "message_read")).in_reply_to == message
    hidden = sandbox.post_mail("ada@example.com", support, "Hi", "there", auth="none").message_id
    blind = with_permissions(sandbox, "draft_create", "message_read")
    assert refusal(lambda: blind.inboxes.drafts.create(support, forward_of=hidden)) == (404, "not_found")


def test_a_reply_draft_is_found_again_once_its_parent_is_gone(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    message = sandbox.post_mail("ada@example.com", support, "Hi", "there").message_id or ""
    made = client.inboxes.drafts.create(support, in_reply_to=message, client_id="answer")
    client.inboxes.messages.delete(support, message)
    assert client.inboxes.drafts.create(support, in_reply_to=message, client_id="answer") == made


def test_a_label_hides_mail_from_a_key_that_may_not_read_it(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    got = sandbox.post_mail("ada@example.com", support, "Hi", "there", auth="none")
    message_id, thread_id = got.message_id or "", got.thread_id or ""
    blind = with_permissions(sandbox, "message_read", "message_send", "message_update", "message_delete")
    messages = blind.inboxes.messages
    for call in (
        lambda: messages.get(support, message_id),
        lambda: messages.get_raw(support, message_id),
        lambda: messages.update(support, message_id, add_labels=["x"]),
        lambda: messages.reply(support, message_id, text="x"),
        lambda: messages.delete(support, message_id),
        lambda: blind.threads.get(thread_id),
        lambda: blind.inboxes.threads.delete(support, thread_id),
    ):
        assert refusal(call) == (404, "not_found")
    assert messages.list(support, include_unauthenticated=True).count == 0
    assert blind.threads.list(include_unauthenticated=True).count == 0
    assert messages.batch_get(support, message_ids=[message_id]).count == 0
    seeing = with_permissions(sandbox, "message_read", "label_unauthenticated_read")
    assert seeing.inboxes.messages.list(support, include_unauthenticated=True).count == 1
    assert seeing.threads.get(thread_id).thread_id == thread_id


def test_the_scope_of_a_key_is_told(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    pod = client.inboxes.get(support).pod_id
    organization = client.auth.me().organization_id
    of_pod = sandbox.client(client.pods.api_keys.create(pod, request={"name": "p"}).api_key).auth.me()
    of_inbox = sandbox.client(client.inboxes.api_keys.create(support, request={"name": "i"}).api_key).auth.me()
    assert (of_pod.scope_type, of_pod.scope_id, of_pod.pod_id, of_pod.inbox_id) == ("pod", pod, pod, None)
    assert (of_inbox.scope_type, of_inbox.scope_id, of_inbox.pod_id) == ("inbox", support, pod)
    assert of_pod.organization_id == of_inbox.organization_id == organization


def test_a_pod_key_sees_nothing_outside_its_pod(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id = sandbox.post_mail("ada@example.com", support, "Hi", "there").thread_id or ""
    draft = client.inboxes.drafts.create(support, text="a", client_id="mine").draft_id
    hook = client.inboxes.webhooks.create(support, url="http://example.com/a", event_types=["message.sent"]).webhook_id
    alien = client.api_keys.create(request={"name": "a"}).api_key_id
    client.lists.create("send", "block", entry="ada@example.com")
    default, pod = client.inboxes.get(support).pod_id, client.pods.create(name="Acme").pod_id
    key = sandbox.client(client.pods.api_keys.create(pod, request={"name": "p"}).api_key)
    for call in (
        lambda: key.inboxes.get(support),
        lambda: key.inboxes.delete(support),
        lambda: key.inboxes.messages.list(support),
        lambda: key.inboxes.messages.send(support, to="ada@example.com", text="x", request_options=ONCE),
        lambda: key.inboxes.events.list(support),
        lambda: key.threads.get(thread_id),
        lambda: key.drafts.get(draft),
        lambda: key.webhooks.get(hook),
        lambda: key.api_keys.get(alien),
        lambda: key.lists.get("send", "block", "ada@example.com"),
        lambda: key.inboxes.lists.list(support, "send", "block"),
        lambda: key.pods.lists.list(default, "send", "block"),
        lambda: key.pods.metrics.query_usage(default),
        lambda: key.pods.domains.list(default),
        lambda: key.pods.get(default),
        lambda: key.pods.threads.list(default),
        lambda: key.webhooks.create(url="http://example.com/b", event_types=["message.sent"], inbox_ids=[support]),
        lambda: key.webhooks.create(url="http://example.com/b", event_types=["message.sent"], pod_ids=[default]),
    ):
        assert refusal(call) == (404, "not_found")
    assert refusal(key.pods.create) == (403, "missing_permission")
    own = key.inboxes.create(request={"username": "sales"})
    assert own.pod_id == pod
    assert [inbox.inbox_id for inbox in key.inboxes.list().inboxes] == [own.inbox_id]
    assert [found.pod_id for found in key.pods.list().pods] == [pod]
    assert key.threads.list().count == key.drafts.list().count == key.webhooks.list().count == 0
    made = key.webhooks.create(url="http://example.com/c", event_types=["message.sent"])
    assert (made.pod_id, made.pod_ids) == (pod, [pod])
    child = key.api_keys.create(request={"name": "c"})
    assert child.pod_id == pod
    assert key.api_keys.list().count == 2
    repeat = lambda: key.inboxes.drafts.create(own.inbox_id, client_id="mine", request_options=ONCE)  # noqa: E731
    assert refusal(repeat) == (409, "conflict")


def test_an_inbox_key_sees_its_inbox_alone(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    sandbox.post_mail("ada@example.com", other, "Hi", "there")
    made = client.inboxes.api_keys.create(support, request={"name": "i"})
    key = sandbox.client(made.api_key)
    assert [inbox.inbox_id for inbox in key.inboxes.list().inboxes] == [support]
    assert key.threads.list().count == 0
    assert refusal(lambda: key.inboxes.threads.list(other)) == (404, "not_found")
    assert refusal(key.inboxes.create) == (403, "missing_permission")
    assert refusal(key.pods.list) == (403, "missing_permission")
    assert refusal(lambda: key.pods.threads.list(made.pod_id or "")) == (404, "not_found")
    key.inboxes.messages.send(support, to="ada@example.com", text="x")
    client.inboxes.delete(support)
    assert refusal(key.auth.me) == (401, "unknown_api_key")


def test_only_an_unlimited_key_works_the_sandbox_itself(sandbox: Sandbox, client: AgentMail) -> None:
    def outbox(**wanted: object) -> int:
        key = client.api_keys.create(request=wanted).api_key
        with httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1") as web:
            return web.get("/sandbox/outbox", headers={"Authorization": f"Bearer {key}"}).status_code

    assert outbox(name="a") == 200
    assert outbox(permissions={"message_read": True}) == 403


def test_a_webhook_needs_the_permissions_to_read_what_it_tells(sandbox: Sandbox) -> None:
    def hook(*permissions: str) -> object:
        url, events = "http://example.com/a", ["message.received.spam"]
        return with_permissions(sandbox, "webhook_create", *permissions).webhooks.create(url=url, event_types=events)

    assert refusal(lambda: hook("message_read")) == (403, "missing_permission")
    assert refusal(lambda: hook("label_spam_read")) == (403, "missing_permission")
    hook("message_read", "label_spam_read")
