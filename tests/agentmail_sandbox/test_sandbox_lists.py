"""Lists to allow or block, and the label changes of an inbox: both by the real SDK."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from sandbox_testing import refusal

from agentmail_sandbox import Sandbox

ANA = "ana@example.com"


def status(call: object, *args: object, **kwargs: object) -> int | None:
    with pytest.raises(ApiError) as refused:
        call(*args, **kwargs)  # type: ignore[operator]
    return refused.value.status_code


def test_an_entry_is_made_found_listed_and_deleted(client: AgentMail) -> None:
    made = client.lists.create("send", "block", entry="Ana@Example.com", reason="asked to stop")
    assert (made.entry, made.entry_type, made.reason) == (ANA, "email", "asked to stop")
    assert (made.direction, made.list_type) == ("send", "block")
    assert client.lists.create("send", "block", entry="example.net").entry_type == "domain"
    assert client.lists.get("send", "block", ANA) == made
    client.lists.delete("send", "block", ANA)
    assert status(client.lists.get, "send", "block", ANA) == 404
    assert status(client.lists.delete, "send", "block", ANA) == 404
    assert [entry.entry for entry in client.lists.list("send", "block").entries] == ["example.net"]


@pytest.mark.parametrize("entry", ["a/b@example.com", "/g=ada/s=l/@example.com", "a//@example.com", "a+b@example.com"])
@pytest.mark.parametrize("spelled", [str, lambda entry: quote(entry, safe="")], ids=["raw", "escaped"])
def test_an_entry_may_hold_slashes(client: AgentMail, support: str, entry: str, spelled: Callable[[str], str]) -> None:
    made = client.lists.create("send", "block", entry=entry)
    assert client.lists.get("send", "block", spelled(made.entry)).entry == entry
    client.lists.delete("send", "block", spelled(made.entry))
    assert client.lists.list("send", "block").count == 0
    client.inboxes.lists.create(support, "receive", "allow", entry=entry)
    client.inboxes.lists.delete(support, "receive", "allow", spelled(entry))
    assert client.inboxes.lists.list(support, "receive", "allow").count == 0


@pytest.mark.parametrize(
    "entry", ["*.example.com", "*@example.com.", "https://example.com", "example.com/x", "a:b.example"]
)
def test_what_would_match_no_address_is_no_entry(client: AgentMail, entry: str) -> None:
    assert refusal(lambda: client.lists.create("receive", "block", entry=entry)) == (400, "validation_error")


def test_each_list_is_its_own(client: AgentMail) -> None:
    for direction in ("send", "receive", "reply"):
        for kind in ("allow", "block"):
            client.lists.create(direction, kind, entry=f"{direction}-{kind}@example.com")
    assert [entry.entry for entry in client.lists.list("reply", "allow").entries] == ["reply-allow@example.com"]


def test_an_entry_made_twice_stays_as_it_was(client: AgentMail) -> None:
    first = client.lists.create("send", "block", entry=ANA, reason="bounced")
    assert client.lists.create("send", "block", entry=ANA, reason="complained") == first


def test_entries_come_by_name_page_by_page(client: AgentMail) -> None:
    for name in ("cy", "ana", "bo"):
        client.lists.create("send", "block", entry=f"{name}@example.com")
    first = client.lists.list("send", "block", limit=2)
    rest = client.lists.list("send", "block", limit=2, page_token=first.next_page_token)
    assert [entry.entry for entry in [*first.entries, *rest.entries]] == [
        "ana@example.com",
        "bo@example.com",
        "cy@example.com",
    ]
    assert rest.next_page_token is None


@pytest.mark.parametrize("entry", ["", "ana", "@example.com", "Ana <ana@example.com>", "a b@example.com", "a@b@c.de"])
def test_what_is_neither_address_nor_domain_is_refused(client: AgentMail, entry: str) -> None:
    assert status(client.lists.create, "send", "block", entry=entry) == 400


@pytest.mark.parametrize(("direction", "kind"), [("out", "block"), ("send", "deny")])
def test_there_are_no_other_lists(client: AgentMail, direction: str, kind: str) -> None:
    for call, more in (
        (client.lists.list, {}),
        (client.lists.get, {"entry": "x.com"}),
        (client.lists.create, {"entry": "x.com"}),
    ):
        assert refusal(partial(call, direction, kind, **more)) == (400, "validation_error")


def changes(client: AgentMail, inbox: str, **more: object) -> list[tuple[str, str]]:
    events = client.inboxes.events.list(inbox, **more).events  # type: ignore[arg-type]
    return [(event.event_type, event.label) for event in events]


def test_every_change_of_a_label_is_an_event_the_latest_first(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    mail = sandbox.post_mail(ANA, support, "Hi", text="x")
    client.inboxes.messages.update(support, str(mail.message_id), add_labels=["a"], remove_labels=["unread", "gone"])
    client.inboxes.threads.update(support, str(mail.thread_id), add_labels=["a", "b"], remove_labels=["a"])
    assert changes(client, support) == [
        ("label.removed", "a"),
        ("label.added", "b"),
        ("label.removed", "unread"),
        ("label.added", "a"),
        ("label.added", "unread"),
        ("label.added", "received"),
    ]
    assert changes(client, support, ascending=True) == changes(client, support)[::-1]
    newest = client.inboxes.events.list(support, limit=1).events[0]
    assert (newest.inbox_id, newest.message_id) == (support, mail.message_id)


def test_events_come_page_by_page_and_their_ids_sort(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    for number in range(4):
        sandbox.post_mail(ANA, support, f"Mail {number}", text="x")
    seen: list[str] = []
    token = None
    while True:
        page = client.inboxes.events.list(support, limit=3, page_token=token)
        seen += [event.event_id for event in page.events]
        token = page.next_page_token
        if token is None:
            break
    assert len(seen) == 8
    assert seen == sorted(seen, reverse=True)


def test_an_inbox_shows_its_own_events_alone(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    sandbox.post_mail(ANA, support, "Hi", text="x")
    assert changes(client, other) == []
    assert status(client.inboxes.events.list, "nobody@sandbox.test") == 404
