import sqlite3
from pathlib import Path

import pytest
from agentmail import AgentMail, NotFoundError
from agentmail.core.api_error import ApiError
from agentmail.pods import Pod
from sandbox_testing import ONCE

from agentmail_sandbox import Sandbox
from agentmail_sandbox.store import DATABASE_NAME


@pytest.fixture
def acme(client: AgentMail) -> Pod:
    return client.pods.create(name="Acme", client_id="acme")


def test_an_inbox_without_a_pod_is_in_the_default_one(client: AgentMail, support: str) -> None:
    (default,) = client.pods.list().pods
    assert client.inboxes.get(support).pod_id == default.pod_id
    assert [inbox.inbox_id for inbox in client.pods.inboxes.list(default.pod_id).inboxes] == [support]
    assert {event.pod_id for event in client.inboxes.events.list(support).events} <= {default.pod_id}


def test_the_same_client_id_returns_the_first_pod(client: AgentMail, acme: Pod) -> None:
    assert client.pods.create(name="Other", client_id="acme") == acme
    assert client.pods.get(acme.pod_id) == acme
    assert client.pods.list().count == 2


def test_an_unknown_pod_is_not_found(client: AgentMail) -> None:
    for call in (
        lambda: client.pods.get("none"),
        lambda: client.pods.delete("none"),
        lambda: client.pods.inboxes.list("none"),
        lambda: client.pods.threads.list("none"),
        lambda: client.pods.drafts.list("none"),
        lambda: client.pods.webhooks.list("none"),
        lambda: client.pods.api_keys.list("none"),
    ):
        with pytest.raises(ApiError) as refused:
            call()
        assert refused.value.status_code == 404


def test_inboxes_of_a_pod_are_reached_through_it_alone(client: AgentMail, support: str, acme: Pod) -> None:
    made = client.pods.inboxes.create(acme.pod_id, username="sales", display_name="Sales", client_id="sales")
    assert made.pod_id == acme.pod_id
    assert client.pods.inboxes.get(acme.pod_id, made.inbox_id) == client.inboxes.get(made.inbox_id) == made
    assert [inbox.inbox_id for inbox in client.pods.inboxes.list(acme.pod_id).inboxes] == [made.inbox_id]
    assert client.inboxes.list().count == 2
    assert client.pods.inboxes.update(acme.pod_id, made.inbox_id, display_name="S").display_name == "S"
    for call in (
        lambda: client.pods.inboxes.get(acme.pod_id, support),
        lambda: client.pods.inboxes.update(acme.pod_id, support, display_name="x"),
        lambda: client.pods.inboxes.delete(acme.pod_id, support),
    ):
        with pytest.raises(NotFoundError):
            call()
    client.pods.inboxes.delete(acme.pod_id, made.inbox_id)
    assert client.pods.inboxes.list(acme.pod_id).count == 0


def test_a_client_id_of_another_pod_conflicts(client: AgentMail, acme: Pod) -> None:
    client.inboxes.create(request={"client_id": "box"})
    with pytest.raises(ApiError) as refused:
        client.pods.inboxes.create(acme.pod_id, client_id="box", request_options=ONCE)
    assert refused.value.status_code == 409


def test_threads_and_drafts_of_a_pod_are_those_of_its_inboxes(
    sandbox: Sandbox, client: AgentMail, support: str, acme: Pod
) -> None:
    sales = client.pods.inboxes.create(acme.pod_id, username="sales").inbox_id
    mine = sandbox.post_mail("ada@example.com", sales, "Order", "Two, please.").thread_id or ""
    other = sandbox.post_mail("ada@example.com", support, "Help", "It broke.").thread_id or ""
    draft = client.inboxes.drafts.create(sales, to=["ada@example.com"], text="a")
    alien = client.inboxes.drafts.create(support, to=["ada@example.com"], text="b")
    pod = acme.pod_id
    assert [thread.thread_id for thread in client.pods.threads.list(pod).threads] == [mine]
    assert [thread.thread_id for thread in client.pods.threads.list(pod, labels=["unread"]).threads] == [mine]
    assert client.pods.threads.get(pod, mine).messages[0].text == "Two, please.\n"
    assert "seen" in client.pods.threads.update(pod, mine, add_labels=["seen"]).labels
    assert [item.draft_id for item in client.pods.drafts.list(pod).drafts] == [draft.draft_id]
    assert client.pods.drafts.get(pod, draft.draft_id) == draft
    for call in (
        lambda: client.pods.threads.get(pod, other),
        lambda: client.pods.threads.update(pod, other, add_labels=["seen"]),
        lambda: client.pods.threads.delete(pod, other),
        lambda: client.pods.drafts.get(pod, alien.draft_id),
    ):
        with pytest.raises(NotFoundError):
            call()
    client.pods.threads.delete(pod, mine)
    assert client.threads.list().count == 1


def test_attachments_are_reached_through_the_pod(sandbox: Sandbox, client: AgentMail, acme: Pod) -> None:
    sales = client.pods.inboxes.create(acme.pod_id, username="sales").inbox_id
    attached = [{"content": "aGk=", "filename": "a.txt"}]
    draft = client.inboxes.drafts.create(sales, to=[sales], text="a", attachments=attached)
    part = (draft.attachments or [])[0].attachment_id
    assert client.pods.drafts.get_attachment(acme.pod_id, draft.draft_id, part).size == 2
    sent = client.inboxes.drafts.send(sales, draft.draft_id)
    part = (client.threads.get(sent.thread_id).attachments or [])[0].attachment_id
    assert client.pods.threads.get_attachment(acme.pod_id, sent.thread_id, part).size == 2


def test_webhooks_of_a_pod_hear_of_its_inboxes_alone(
    sandbox: Sandbox, client: AgentMail, support: str, acme: Pod
) -> None:
    pod = acme.pod_id
    sales = client.pods.inboxes.create(pod, username="sales").inbox_id
    hook = client.pods.webhooks.create(pod, url="http://example.com/a", event_types=["message.received"])
    assert (hook.pod_id, hook.pod_ids, hook.inbox_id) == (pod, [pod], None)
    client.webhooks.create(url="http://example.com/b", event_types=["message.received"], pod_ids=[pod])
    sandbox.post_mail("ada@example.com", support, "a")
    sandbox.post_mail("ada@example.com", sales, "b")
    with sandbox._core.store.transaction() as db:
        heard = db.execute(
            "SELECT webhook_id, inbox_id FROM deliveries JOIN events ON events.seq = event_seq"
        ).fetchall()
    assert {row["inbox_id"] for row in heard} == {sales}
    assert len(heard) == 2
    assert [found.webhook_id for found in client.pods.webhooks.list(pod).webhooks] == [hook.webhook_id]
    with pytest.raises(NotFoundError):
        client.pods.webhooks.update(pod, hook.webhook_id, add_inbox_ids=[support])
    own = client.inboxes.webhooks.create(sales, url="http://example.com/c", event_types=["message.sent"])
    assert own.pod_id == pod
    client.pods.webhooks.delete(pod, own.webhook_id)


def test_a_pod_that_holds_something_cannot_be_deleted(client: AgentMail, acme: Pod) -> None:
    pod = acme.pod_id

    def refusal() -> str:
        with pytest.raises(ApiError) as refused:
            client.pods.delete(pod, request_options=ONCE)
        assert refused.value.status_code == 409
        assert refused.value.body["code"] == "cannot_delete"
        return str(refused.value.body["message"])

    inbox = client.pods.inboxes.create(pod).inbox_id
    assert "inboxes" in refusal()
    client.inboxes.delete(inbox)
    key = client.pods.api_keys.create(pod, request={"name": "a"}).api_key_id
    assert "api keys" in refusal()
    client.pods.api_keys.delete(pod, key)
    hook = client.pods.webhooks.create(pod, url="http://example.com/a", event_types=["message.sent"]).webhook_id
    assert "webhooks" in refusal()
    client.webhooks.delete(hook)
    client.pods.delete(pod)
    assert client.pods.list().count == 1


def test_the_default_pod_stays(client: AgentMail) -> None:
    with pytest.raises(ApiError) as refused:
        client.pods.delete(client.pods.list().pods[0].pod_id, request_options=ONCE)
    assert refused.value.body["code"] == "cannot_delete"


def test_a_folder_older_than_pods_opens(tmp_path: Path) -> None:
    first = Sandbox(tmp_path)
    client = first.client()
    pod = client.pods.list().pods[0].pod_id
    inbox = client.inboxes.create(request={"username": "support"}).inbox_id
    client.inboxes.webhooks.create(inbox, url="http://example.com/a", event_types=["message.sent"])
    first.close()
    with sqlite3.connect(tmp_path / DATABASE_NAME) as db:
        db.executescript(
            "DROP TABLE pods; DROP TRIGGER keys_deleted; DROP TABLE api_keys; DROP INDEX inboxes_by_pod;"
            "ALTER TABLE inboxes DROP COLUMN pod_id; ALTER TABLE webhooks DROP COLUMN owner_pod_id;"
        )
    db.close()
    again = Sandbox(tmp_path)
    client = again.client()
    assert client.pods.list().pods[0].pod_id == client.inboxes.get(inbox).pod_id == pod
    assert client.pods.webhooks.list(pod).webhooks[0].inbox_id == inbox
    again.close()
