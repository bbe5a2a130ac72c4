"""Lists, metrics and domains of one pod, and what a key of narrow scope sees of them: by the real SDK."""

import sqlite3
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from agentmail import AgentMail, MessageRejectedError
from agentmail.pods import Pod
from sandbox_testing import ONCE, Receiver, refusal, until

from agentmail_sandbox import Sandbox
from agentmail_sandbox.store import DATABASE_NAME

ANA, CY = "ana@example.com", "cy@example.com"


@pytest.fixture
def acme(client: AgentMail) -> Pod:
    return client.pods.create(name="Acme", client_id="acme")


@pytest.fixture
def sales(client: AgentMail, acme: Pod) -> str:
    return client.pods.inboxes.create(acme.pod_id, username="sales").inbox_id


def sends(client: AgentMail, inbox: str, to: str = ANA) -> bool:
    """Say whether the lists let a mail out."""
    with suppress(MessageRejectedError):
        client.inboxes.messages.send(inbox, to=to, text="x", request_options=ONCE)
        return True
    return False


def of_pod(sandbox: Sandbox, pod: Pod) -> AgentMail:
    return sandbox.client(sandbox.client().pods.api_keys.create(pod.pod_id, request={"name": "p"}).api_key)


def of_inbox(sandbox: Sandbox, inbox: str) -> AgentMail:
    return sandbox.client(sandbox.client().inboxes.api_keys.create(inbox, request={"name": "i"}).api_key)


# Lists


def test_an_entry_of_a_pod_is_made_found_listed_and_deleted(client: AgentMail, acme: Pod) -> None:
    made = client.pods.lists.create(acme.pod_id, "send", "block", entry="Ana@Example.com", reason="asked to stop")
    assert (made.entry, made.pod_id, made.inbox_id, made.reason) == (ANA, acme.pod_id, None, "asked to stop")
    assert client.pods.lists.get(acme.pod_id, "send", "block", ANA) == made
    assert client.pods.lists.list(acme.pod_id, "send", "block").entries == [made]
    assert client.lists.list("send", "block").count == 0
    client.pods.lists.delete(acme.pod_id, "send", "block", ANA)
    assert refusal(lambda: client.pods.lists.get(acme.pod_id, "send", "block", ANA)) == (404, "not_found")
    assert refusal(lambda: client.pods.lists.list("none", "send", "block")) == (404, "not_found")


def test_the_lists_of_a_pod_hold_for_its_inboxes_alone(
    sandbox: Sandbox, client: AgentMail, support: str, acme: Pod, sales: str
) -> None:
    client.pods.lists.create(acme.pod_id, "send", "block", entry=ANA)
    client.pods.lists.create(acme.pod_id, "receive", "block", entry=ANA)
    assert (sends(client, support), sends(client, sales)) == (True, False)
    sandbox.post_mail(ANA, [support, sales], "Hi", "x")
    assert client.inboxes.messages.list(sales, include_blocked=True).messages[0].labels == [
        "blocked",
        "received",
        "unread",
    ]
    assert "blocked" not in client.inboxes.messages.list(support).messages[0].labels


def test_inbox_comes_before_pod_before_organization(client: AgentMail, acme: Pod, sales: str) -> None:
    client.lists.create("send", "block", entry=ANA)
    assert not sends(client, sales)
    client.pods.lists.create(acme.pod_id, "send", "allow", entry=ANA)
    assert sends(client, sales)
    client.inboxes.lists.create(sales, "send", "block", entry=ANA)
    assert not sends(client, sales)


def test_an_allow_list_of_a_pod_refuses_who_is_not_on_it(
    client: AgentMail, support: str, acme: Pod, sales: str
) -> None:
    client.pods.lists.create(acme.pod_id, "send", "allow", entry=ANA)
    assert (sends(client, sales), sends(client, sales, CY), sends(client, support, CY)) == (True, False, True)


def test_the_lists_of_a_pod_go_with_it(sandbox: Sandbox, client: AgentMail, acme: Pod) -> None:
    client.pods.lists.create(acme.pod_id, "send", "block", entry=ANA)
    client.pods.delete(acme.pod_id)
    with sandbox._core.store.transaction() as db:
        assert db.execute("SELECT count(*) FROM list_entries").fetchone()[0] == 0


def test_a_narrow_key_has_the_lists_of_its_scope_at_the_route_of_the_organization(
    sandbox: Sandbox, client: AgentMail, acme: Pod, sales: str
) -> None:
    client.lists.create("send", "block", entry=CY)
    in_pod, in_inbox = of_pod(sandbox, acme), of_inbox(sandbox, sales)
    in_pod.lists.create("send", "block", entry=ANA)
    assert [entry.entry for entry in in_pod.lists.list("send", "block").entries] == [ANA]
    assert [entry.entry for entry in client.pods.lists.list(acme.pod_id, "send", "block").entries] == [ANA]
    assert in_inbox.lists.list("send", "block").count == 0
    assert refusal(lambda: in_inbox.lists.delete("send", "block", ANA)) == (404, "not_found")
    assert refusal(lambda: in_pod.lists.delete("send", "block", CY)) == (404, "not_found")
    assert refusal(lambda: in_inbox.pods.lists.list(acme.pod_id, "send", "block")) == (404, "not_found")
    in_inbox.lists.create("send", "allow", entry=ANA)
    assert client.inboxes.lists.get(sales, "send", "allow", ANA).pod_id == acme.pod_id


# Metrics


def test_the_metrics_of_a_pod_count_what_is_in_it(
    sandbox: Sandbox, client: AgentMail, support: str, acme: Pod, sales: str
) -> None:
    for inbox in (support, support, sales):
        sandbox.post_mail(ANA, inbox, "Hi", "x")
    client.pods.domains.create(acme.pod_id, domain="acme.example")
    sandbox.clock.advance(timedelta(hours=1))

    def counted(asked: AgentMail, pod: str | None = None) -> tuple[int, dict[str, float]]:
        metrics = asked.metrics if pod is None else asked.pods.metrics
        at = [] if pod is None else [pod]
        found = metrics.query_events(*at, event_types=["message.received"], period=86_400)
        usage = metrics.query_usage(*at)
        return sum(point.count for point in found.get("message.received", [])), {
            kind: points[-1].value for kind, points in usage.items() if kind != "storage_bytes"
        }

    mine = (1, {"message_count": 1, "thread_count": 1, "inbox_count": 1, "domain_count": 1})
    assert counted(client, acme.pod_id) == counted(of_pod(sandbox, acme)) == mine
    all_of_it = {"message_count": 3, "thread_count": 3, "inbox_count": 2, "pod_count": 2, "domain_count": 1}
    assert counted(client) == (3, all_of_it)
    assert counted(of_inbox(sandbox, sales)) == (1, {"message_count": 1, "thread_count": 1})
    assert refusal(lambda: of_inbox(sandbox, sales).pods.metrics.query_usage(acme.pod_id)) == (404, "not_found")


def test_the_rates_of_a_pod_are_those_of_its_inboxes(
    sandbox: Sandbox, client: AgentMail, support: str, acme: Pod, sales: str
) -> None:
    assert sends(client, support)
    sandbox.chaos.next("bounce")
    assert sends(client, sales, CY)
    sandbox.clock.advance(timedelta(hours=1))
    assert [client.pods.metrics.query_rates(acme.pod_id)["bounce"][-1].rate] == [1.0]
    assert client.metrics.query_rates()["bounce"][-1].rate == 0.5


# Domains


def test_a_domain_of_a_pod_is_used_and_seen_in_it_alone(
    sandbox: Sandbox, client: AgentMail, support: str, acme: Pod, sales: str
) -> None:
    pod = acme.pod_id
    made = client.pods.domains.create(pod, domain="Acme.Example")
    assert (made.pod_id, made.domain) == (pod, "acme.example")
    client.pods.domains.verify(pod, "acme.example")
    verified = client.pods.domains.get(pod, "acme.example")
    assert verified.status == "VERIFIED"
    assert [domain.domain for domain in client.pods.domains.list(pod).domains] == ["acme.example"]
    assert b"_domainkey" in b"".join(client.pods.domains.get_zone_file(pod, "acme.example"))
    assert client.domains.get("acme.example") == verified
    assert not client.pods.domains.update(pod, "acme.example", feedback_enabled=False).feedback_enabled
    default = client.inboxes.get(support).pod_id
    assert client.pods.domains.list(default).count == 0
    assert refusal(lambda: client.pods.domains.get(default, "acme.example")) == (404, "not_found")
    wanted = {"username": "hello", "domain": "acme.example"}
    assert refusal(lambda: client.inboxes.create(request=wanted)) == (400, "validation_error")
    assert client.pods.inboxes.create(pod, **wanted).inbox_id == "hello@acme.example"
    assert refusal(lambda: client.pods.domains.delete(pod, "acme.example")) == (409, "cannot_delete")
    client.inboxes.delete("hello@acme.example")
    client.inboxes.delete(sales)
    assert refusal(lambda: client.pods.delete(pod)) == (409, "cannot_delete")
    client.pods.domains.delete(pod, "acme.example")
    client.pods.delete(pod)


def test_a_domain_of_the_organization_may_be_used_in_every_pod(client: AgentMail, acme: Pod) -> None:
    client.domains.create(domain="acme.example")
    client.domains.verify("acme.example")
    assert client.pods.inboxes.create(acme.pod_id, username="a", domain="acme.example").pod_id == acme.pod_id
    assert client.organizations.get().domain_count == client.domains.list().count == 1


def test_a_narrow_key_has_the_domains_of_its_scope_at_the_route_of_the_organization(
    sandbox: Sandbox, client: AgentMail, acme: Pod, sales: str
) -> None:
    client.domains.create(domain="other.example")
    in_pod, in_inbox = of_pod(sandbox, acme), of_inbox(sandbox, sales)
    assert in_pod.domains.create(domain="acme.example").pod_id == acme.pod_id
    assert [domain.domain for domain in in_pod.domains.list().domains] == ["acme.example"]
    for call in (
        lambda: in_pod.domains.get("other.example"),
        lambda: in_pod.domains.verify("other.example"),
        lambda: in_pod.domains.update("other.example", tracking_enabled=True),
        lambda: in_pod.domains.delete("other.example"),
        lambda: in_inbox.domains.get("acme.example"),
    ):
        assert refusal(call) == (404, "not_found")
    assert in_inbox.domains.list().count == 0
    assert refusal(lambda: in_inbox.domains.create(domain="b.example")) == (403, "missing_permission")


def test_a_webhook_of_a_pod_hears_of_its_domain_alone(
    served: Sandbox, client_of_served: AgentMail, receiver: Receiver
) -> None:
    client = client_of_served
    pod = client.pods.create(name="Acme").pod_id
    client.pods.webhooks.create(pod, url=receiver.url, event_types=["domain.verified"])
    client.domains.create(domain="other.example")
    client.domains.verify("other.example")
    client.pods.domains.create(pod, domain="acme.example")
    client.pods.domains.verify(pod, "acme.example")
    until(lambda: receiver.posts)
    assert [b"acme.example" in body for _, body in receiver.posts] == [True]


@pytest.fixture
def client_of_served(served: Sandbox) -> AgentMail:
    return served.client()


def test_a_domain_older_than_pods_of_domains_is_in_the_default_pod(tmp_path: Path) -> None:
    with_domain = Sandbox(tmp_path)
    default = with_domain.client().domains.create(domain="acme.example").pod_id
    with_domain.close()
    with sqlite3.connect(tmp_path / DATABASE_NAME) as db:
        db.execute("ALTER TABLE domains DROP COLUMN pod_id")
    db.close()
    again = Sandbox(tmp_path)
    assert again.client().pods.domains.get(default, "acme.example").pod_id == default
    again.close()
