import httpx
import pytest
from agentmail import AgentMail, NotFoundError, ValidationError
from agentmail.core.api_error import ApiError
from sandbox_testing import ONCE, refusal

from agentmail_sandbox import Sandbox


def test_an_inbox_can_be_created_without_a_body(client: AgentMail) -> None:
    inbox = client.inboxes.create()
    assert inbox.email == inbox.inbox_id
    assert inbox.inbox_id.endswith("@sandbox.test")
    assert inbox.status is None


def test_the_same_client_id_returns_the_first_inbox(client: AgentMail) -> None:
    first = client.inboxes.create(request={"client_id": "support-1", "username": "support"})
    second = client.inboxes.create(request={"client_id": "support-1", "username": "other"})
    assert second == first
    assert client.inboxes.list().count == 1


@pytest.mark.parametrize("client_id", ["a@b", "x" * 257, "with space"])
def test_an_illegal_client_id_is_refused(client: AgentMail, client_id: str) -> None:
    with pytest.raises(ValidationError):
        client.inboxes.create(request={"client_id": client_id})


def test_a_taken_username_is_refused(client: AgentMail, support: str) -> None:
    with pytest.raises(ApiError) as refused:
        client.inboxes.create(request={"username": "Support"}, request_options=ONCE)
    assert refused.value.status_code == 403
    assert refused.value.body["code"] == "resource_taken"


def test_another_domain_is_refused(client: AgentMail) -> None:
    with pytest.raises(ValidationError) as refused:
        client.inboxes.create(request={"username": "a", "domain": "example.com"})
    assert "sandbox.test" in refused.value.body.message


def test_metadata_merges_and_null_removes(client: AgentMail, support: str) -> None:
    client.inboxes.update(support, metadata={"team": "blue", "size": 3, "vip": True})
    inbox = client.inboxes.update(support, metadata={"team": None, "size": 4})
    assert inbox.metadata == {"size": 4, "vip": True}
    assert client.inboxes.update(support, metadata=None).metadata is None


def test_empty_metadata_is_refused_and_null_clears(client: AgentMail, support: str) -> None:
    client.inboxes.update(support, metadata={"team": "a"})
    assert refusal(lambda: client.inboxes.update(support, metadata={})) == (400, "validation_error")
    assert client.inboxes.get(support).metadata == {"team": "a"}
    assert client.inboxes.update(support, metadata=None).metadata is None


def test_metadata_beyond_its_limits_is_refused(client: AgentMail, support: str) -> None:
    for metadata in ({"k": "v" * 257}, {"k" * 257: "v"}, {str(n): "v" for n in range(257)}):
        with pytest.raises(ValidationError):
            client.inboxes.update(support, metadata=metadata)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_metadata_that_json_cannot_hold_is_refused(sandbox: Sandbox, support: str, number: str) -> None:
    headers = {"Authorization": "Bearer am_sandbox"}
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1") as web:
        refused = web.patch(f"/v0/inboxes/{support}", content=f'{{"metadata": {{"a": {number}}}}}', headers=headers)
    assert refused.status_code == 400
    assert number in refused.json()["message"]


def test_an_update_needs_a_field(client: AgentMail, support: str) -> None:
    with pytest.raises(ValidationError):
        client.inboxes.update(support)


def test_a_deleted_inbox_takes_its_mail_with_it(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id = sandbox.post_mail("ada@example.com", support, "Hi", "there").thread_id
    draft = client.inboxes.drafts.create(support, to=["ada@example.com"])
    own = client.inboxes.webhooks.create(support, url="http://example.com/a", event_types=["message.received"])
    other = client.webhooks.create(url="http://example.com/b", event_types=["message.received"], inbox_ids=[support])
    client.inboxes.delete(support)
    assert [webhook.webhook_id for webhook in client.webhooks.list().webhooks] == [other.webhook_id]
    assert client.inboxes.list().count == 0
    for gone in (
        lambda: client.inboxes.get(support),
        lambda: client.threads.get(thread_id),
        lambda: client.drafts.get(draft.draft_id),
        lambda: client.webhooks.get(own.webhook_id),
    ):
        with pytest.raises(NotFoundError):
            gone()


def test_inboxes_are_listed_newest_first_in_pages(client: AgentMail) -> None:
    made = [client.inboxes.create(request={"username": f"box{n}"}).inbox_id for n in range(5)]
    seen: list[str] = []
    token = None
    while True:
        page = client.inboxes.list(limit=2, page_token=token)
        assert page.count == len(page.inboxes) <= 2
        seen += [inbox.inbox_id for inbox in page.inboxes]
        token = page.next_page_token
        if token is None:
            break
    assert seen == made[::-1]
    assert [inbox.inbox_id for inbox in client.inboxes.list(ascending=True).inboxes] == made


def test_a_paused_inbox_neither_sends_nor_receives(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    assert client.inboxes.update(support, status="paused").status == "paused"
    with pytest.raises(ApiError) as refused:
        client.inboxes.messages.send(support, to="ada@example.com", text="hi")
    assert refused.value.status_code == 403
    assert refused.value.body.code == "inbox_paused"
    assert sandbox.post_mail("ada@example.com", support, "lost").dropped == "inbox_paused"
    assert client.inboxes.update(support, status="active").status is None
    assert client.inboxes.messages.list(support).count == 0
    client.inboxes.messages.send(support, to="ada@example.com", text="hi")


def test_account_routes_name_one_organization(client: AgentMail, support: str) -> None:
    me = client.auth.me()
    organization = client.organizations.get()
    assert me.scope_type == "organization"
    assert me.organization_id == me.scope_id == organization.organization_id
    assert organization.inbox_count == 1


def test_numbers_in_metadata_stay_as_they_were_written(sandbox: Sandbox, support: str) -> None:
    given = {"n": 3, "half": 0.5, "whole": 3.0, "vip": True}
    headers = {"Authorization": "Bearer am_sandbox"}
    with httpx.Client(transport=sandbox.transport(), base_url="http://127.0.0.1", headers=headers) as web:
        patched = web.patch(f"/v0/inboxes/{support}", json={"metadata": given})
        made = web.post("/v0/inboxes", json={"username": "other", "metadata": given})
    for answer in (patched, made):
        assert repr(answer.json()["metadata"]) == repr(given)
