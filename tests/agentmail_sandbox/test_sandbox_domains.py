"""Domains of one's own, by the real SDK."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from agentmail_sandbox import Sandbox

ACME = "acme.example"


def code(call: Callable[[], object]) -> tuple[int | None, str]:
    with pytest.raises(ApiError) as refused:
        call()
    body = refused.value.body
    return refused.value.status_code, body["code"] if isinstance(body, dict) else body.code


def publish(sandbox: Sandbox, records: str) -> None:
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    http = httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://x", headers=headers)
    assert http.post(f"/sandbox/domains/{ACME}", json={"records": records}).status_code == 200


def test_a_domain_is_added_found_listed_and_deleted(client: AgentMail) -> None:
    made = client.domains.create(domain="Acme.Example")
    assert (made.domain, made.status, made.feedback_enabled) == (ACME, "NOT_STARTED", True)
    assert {(record.type, record.status) for record in made.records} == {("TXT", "MISSING"), ("MX", "MISSING")}
    assert client.domains.get(made.domain_id) == made
    assert [domain.domain for domain in client.domains.list().domains] == [ACME]
    assert code(lambda: client.domains.create(domain=ACME)) == (403, "already_exists")
    client.domains.delete(made.domain_id)
    assert code(lambda: client.domains.get(made.domain_id)) == (404, "not_found")


@pytest.mark.parametrize("name", ["acme", "-acme.example", "a b.example", "acme..example", "a@acme.example"])
def test_what_is_no_domain_is_refused(client: AgentMail, name: str) -> None:
    assert code(lambda: client.domains.create(domain=name)) == (400, "validation_error")


def test_a_verified_domain_gives_addresses(sandbox: Sandbox, client: AgentMail) -> None:
    client.domains.create(domain=ACME)
    wanted = {"username": "hello", "domain": ACME}
    assert code(lambda: client.inboxes.create(request=wanted)) == (403, "domain_not_verified")
    client.domains.verify(ACME)
    verified = client.domains.get(ACME)
    assert verified.status == "VERIFIED"
    assert {record.status for record in verified.records} == {"VALID"}
    inbox = client.inboxes.create(request=wanted).inbox_id
    assert inbox == "hello@acme.example"
    assert sandbox.post_mail("ana@example.com", inbox, "Hi", "x").message_id
    client.inboxes.messages.send(inbox, to="nobody@acme.example", subject="Hi", text="x")
    assert "bounced" in client.inboxes.messages.list(inbox).messages[0].labels
    assert sandbox.outbox() == []
    assert code(lambda: client.domains.delete(ACME)) == (409, "cannot_delete")


def test_records_that_are_missing_leave_a_domain_pending(sandbox: Sandbox, client: AgentMail) -> None:
    client.domains.create(domain=ACME)
    publish(sandbox, "MISSING")
    client.domains.verify(ACME)
    pending = client.domains.get(ACME)
    assert (pending.status, pending.reason) == ("PENDING", "dns_records_missing")
    assert {record.status for record in pending.records} == {"MISSING"}
    publish(sandbox, "VALID")
    client.domains.verify(ACME)
    client.domains.verify(ACME)
    assert client.domains.get(ACME).status == "VERIFIED"
    with sandbox._core.store.transaction() as db:
        payloads = [json.loads(row[0]) for row in db.execute("SELECT payload FROM events")]
    assert [(payload["event_type"], payload["domain"]["domain"]) for payload in payloads] == [("domain.verified", ACME)]


def test_a_switch_that_needs_a_record_asks_for_verification_again(client: AgentMail) -> None:
    client.domains.create(domain=ACME)
    client.domains.verify(ACME)
    below = {"username": "hello", "domain": f"eu.{ACME}"}
    assert code(lambda: client.inboxes.create(request=below)) == (422, "unprocessable")
    assert client.domains.update(ACME, tracking_enabled=True).status == "VERIFIED"
    changed = client.domains.update(ACME, subdomains_enabled=True)
    assert changed.status == "PENDING"
    assert f"*.{ACME}" in [record.name for record in changed.records]
    client.domains.verify(ACME)
    assert client.inboxes.create(request=below).inbox_id == f"hello@eu.{ACME}"
    assert code(lambda: client.domains.update(ACME)) == (400, "validation_error")


def test_the_zone_file_holds_every_record(client: AgentMail) -> None:
    made = client.domains.create(domain=ACME)
    zone = b"".join(client.domains.get_zone_file(ACME)).decode()
    assert zone.startswith(f"$ORIGIN {ACME}.\n")
    assert all(record.value in zone for record in made.records)
    assert f"{ACME}. 3600 IN MX 10 inbound.sandbox.test." in zone


@pytest.mark.parametrize(("subdomains", "label"), [(True, "bounced"), (False, "delivered")])
def test_mail_below_a_domain_that_takes_it_bounces_where_no_inbox_is(
    client: AgentMail, support: str, subdomains: bool, label: str
) -> None:
    client.domains.create(domain=ACME, subdomains_enabled=subdomains)
    client.domains.verify(ACME)
    sent = client.inboxes.messages.send(support, to=f"nobody@eu.{ACME}", subject="Hi", text="x")
    assert client.inboxes.messages.get(support, sent.message_id).labels == [label, "sent"]


def test_any_name_below_a_domain_with_subdomains_gives_addresses(client: AgentMail) -> None:
    client.domains.create(domain=ACME, subdomains_enabled=True)
    client.domains.verify(ACME)
    wanted = {"username": "bot", "domain": f"berlin.eu.{ACME}"}
    assert client.inboxes.create(request=wanted).inbox_id == f"bot@berlin.eu.{ACME}"
    assert code(lambda: client.domains.delete(ACME)) == (409, "cannot_delete")
    assert code(lambda: client.inboxes.create(request=wanted | {"domain": f"x{ACME}"})) == (400, "validation_error")


def test_no_provider_sets_the_records_up(client: AgentMail) -> None:
    client.domains.create(domain=ACME)
    assert client.domains.get_setup_link(ACME).supported is False
    assert code(lambda: client.domains.get_setup_link("other.example")) == (404, "not_found")
