"""Changes of webhooks: what they hear of, whether they are enabled, and their custom headers."""

import pytest
from agentmail import AgentMail
from sandbox_testing import Receiver, refusal, until, with_permissions

from agentmail_sandbox import Sandbox

URL = "http://hooks.example.com/in"


@pytest.mark.parametrize("label", ["spam", "blocked", "unauthenticated"])
def test_enabling_a_webhook_again_takes_the_permission_its_events_took(
    sandbox: Sandbox, client: AgentMail, label: str
) -> None:
    webhook = client.webhooks.create(url=URL, event_types=[f"message.received.{label}"]).webhook_id
    few = with_permissions(sandbox, "webhook_update", "message_read")
    assert not few.webhooks.update(webhook, enabled=False).enabled
    assert refusal(lambda: few.webhooks.update(webhook, enabled=True)) == (403, "missing_permission")
    assert not client.webhooks.get(webhook).enabled
    enough = with_permissions(sandbox, "webhook_update", "message_read", f"label_{label}_read")
    assert enough.webhooks.update(webhook, enabled=True).enabled


def test_what_is_added_to_a_webhook_of_everything_takes_nothing_from_it(
    served: Sandbox, remote: AgentMail, receiver: Receiver
) -> None:
    first, other = (remote.inboxes.create().inbox_id for _ in range(2))
    webhook = remote.webhooks.create(url=receiver.url, event_types=["message.received"]).webhook_id
    pod = remote.pods.create(name="acme").pod_id
    changed = remote.webhooks.update(webhook, add_inbox_ids=[first], add_pod_ids=[pod])
    assert (changed.inbox_ids, changed.pod_ids) == (None, None)
    for inbox in (first, other):
        served.post_mail("ada@example.com", inbox, inbox, "x")
    until(lambda: len(receiver.posts) == 2)


def test_an_inbox_is_taken_off_a_webhook_however_its_address_is_spelled(client: AgentMail, support: str) -> None:
    other = client.inboxes.create().inbox_id
    named = [support.upper(), other]
    webhook = client.webhooks.create(url=URL, event_types=["message.received"], inbox_ids=named).webhook_id
    assert client.webhooks.update(webhook, remove_inbox_ids=[support.title()]).inbox_ids == [other]


def names(client: AgentMail, webhook_id: str) -> list[str]:
    return client.webhooks.get_headers(webhook_id).header_names


def test_the_case_of_a_custom_header_does_not_count(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    webhook = remote.webhooks.create(
        url=receiver.url, event_types=["message.sent"], headers={"X-Team": "blue", "X-Old": "1"}
    ).webhook_id
    both = {"headers": {"X-New": "1"}, "remove_headers": ["x-new"]}
    assert refusal(lambda: remote.webhooks.update_headers(webhook, **both)) == (400, "validation_error")
    twice = {"X-New": "1", "x-new": "2"}
    assert refusal(lambda: remote.webhooks.update_headers(webhook, headers=twice)) == (400, "validation_error")
    remote.webhooks.update_headers(webhook, headers={"x-team": "red"}, remove_headers=["x-OLD"])
    assert names(remote, webhook) == ["x-team"]
    inbox = remote.inboxes.create().inbox_id
    remote.inboxes.messages.send(inbox, to="ada@example.com", text="x")
    until(lambda: receiver.posts)
    assert receiver.posts[0][0]["x-team"] == "red"
