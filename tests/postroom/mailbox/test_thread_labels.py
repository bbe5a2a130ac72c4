"""Labels: one dimension has one value, and a thread too long to label is moved without ever losing its state."""

from __future__ import annotations

import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from mail_wire import WiredSandbox

from postroom.mailbox.labels import relabel, replaced
from postroom.mailbox.reading import read_thread

DESK = "desk@sandbox.test"
PATCHES = r"PATCH /v0/inboxes/[^/]+/messages|POST /v0/inboxes/[^/]+/messages/batch"


def write(sandbox: WiredSandbox, count: int) -> str:
    first = sandbox.post_mail("ana@example.com", DESK, "Hi", text="mail 1")
    for number in range(2, count + 1):
        sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text=f"mail {number}", in_reply_to=first.message_id)
    return str(first.thread_id)


def labels(client: AgentMail, thread_id: str) -> set[str]:
    return set(client.inboxes.threads.get(DESK, thread_id).labels) - {"received", "unread"}


def test_a_new_label_replaces_that_of_its_own_dimension_only() -> None:
    has = ["category/billing", "category/old", "priority/high", "support/waiting", "unread"]
    assert replaced(has, ["category/returns"]) == ["category/billing", "category/old"]
    assert replaced(has, ["category/billing"]) == ["category/old"]
    assert replaced(has, ["unread", "source/web"]) == []
    assert replaced(has, []) == []


def test_a_thread_of_usual_length_is_labelled_in_one_call(sandbox: WiredSandbox, client: AgentMail) -> None:
    thread_id = write(sandbox, 2)
    relabel(client, DESK, thread_id, add=["desk/new", "category/easy"], remove=[])
    relabel(client, DESK, thread_id, add=["desk/done"], remove=["desk/new"])
    assert labels(client, thread_id) == {"desk/done", "category/easy"}
    assert sandbox.wire.count(r"PATCH /v0/inboxes/[^/]+/threads") == 2
    assert sandbox.wire.count(PATCHES) == 0


def test_nothing_to_change_costs_no_call(sandbox: WiredSandbox, client: AgentMail) -> None:
    before = len(sandbox.wire.calls)
    relabel(client, DESK, "any", add=[], remove=[])
    assert len(sandbox.wire.calls) == before


def test_a_refusal_for_another_reason_is_raised(client: AgentMail) -> None:
    with pytest.raises(ApiError) as caught:
        relabel(client, DESK, "no-such-thread", add=["desk/new"], remove=[])
    assert caught.value.status_code == 404


def test_a_long_thread_is_moved_message_by_message_and_always_has_a_state(
    sandbox: WiredSandbox, client: AgentMail
) -> None:
    thread_id = write(sandbox, 99)
    relabel(client, DESK, thread_id, add=["desk/new"], remove=[])
    thread_id = grow(sandbox, client, thread_id)
    seen: list[set[str]] = []
    forward = sandbox.wire.app

    def watching(environ: dict[str, object], start_response: object) -> object:
        answer = forward(environ, start_response)
        if environ["REQUEST_METHOD"] in ("PATCH", "POST"):
            with sandbox._core.store.transaction() as db:
                rows = db.execute("SELECT DISTINCT label FROM message_labels WHERE label LIKE 'desk/%'").fetchall()
            seen.append({row["label"] for row in rows})
        return answer

    sandbox.wire.app = watching
    relabel(client, DESK, thread_id, add=["desk/done"], remove=["desk/new"])
    relabel(client, DESK, thread_id, add=["desk/done"], remove=["desk/new"])
    assert seen[0] == {"desk/new"}, "the thread itself was refused and changed nothing"
    assert all(seen)
    assert labels(client, thread_id) == {"desk/done"}
    batches = [call for call in sandbox.wire.calls if call.path.endswith("/batch-update") or "batch" in call.path]
    assert all(len(call.body["message_ids"]) <= 50 for call in batches)
    assert sum(len(call.body["message_ids"]) for call in batches) == 99


def grow(sandbox: WiredSandbox, client: AgentMail, thread_id: str) -> str:
    """Let two more mails come in, which carry no label of ours."""
    last = client.inboxes.threads.get(DESK, thread_id).messages[-1].message_id
    for number in (100, 101):
        sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text=f"mail {number}", in_reply_to=last)
    assert client.inboxes.threads.get(DESK, thread_id).message_count == 101
    return thread_id


def test_an_old_message_of_a_long_thread_is_read_too_when_it_is_wanted(
    sandbox: WiredSandbox, client: AgentMail
) -> None:
    thread_id = write(sandbox, 130)
    newest = read_thread(client, DESK, thread_id)
    assert len(newest.raw) == 100
    assert newest.messages()[-1].new_text == "mail 130"
    oldest = client.inboxes.messages.list(DESK, ascending=True, limit=1).messages[0].message_id
    page = read_thread(client, DESK, thread_id, wanted=[oldest])
    assert [message.new_text for message in page.messages()] == [f"mail {n}" for n in range(1, 131)]
