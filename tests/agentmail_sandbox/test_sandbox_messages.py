from datetime import timedelta
from typing import Any

import pytest
from agentmail import AgentMail, NotFoundError, ValidationError
from agentmail.core.api_error import ApiError
from sandbox_testing import ONCE

from agentmail_sandbox import Sandbox


def post(sandbox: Sandbox, inbox: str, count: int) -> list[str]:
    found = []
    for number in range(count):
        found.append(sandbox.post_mail("Ada <ada@example.com>", inbox, f"Mail {number}", f"text {number}").message_id)
        sandbox.clock.advance(timedelta(seconds=1))
    return [str(message_id) for message_id in found]


def test_a_received_mail_shows_what_was_written(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    received = sandbox.post_mail(
        "Ada <ada@example.com>",
        support,
        "Wo bleibt das Päckchen?",
        "Seit Montag nichts.\n",
        html="<p>Seit Montag nichts.</p>",
        cc=["bob@example.com"],
        headers={"X-Order": "17"},
    )
    message = client.inboxes.messages.get(support, received.message_id)
    assert message.from_ == "Ada <ada@example.com>"
    assert message.to == [support]
    assert message.cc == ["bob@example.com"]
    assert message.subject == "Wo bleibt das Päckchen?"
    assert message.text == "Seit Montag nichts.\n"
    assert message.preview == "Seit Montag nichts."
    assert message.extracted_text == "Seit Montag nichts."
    assert "Montag" in message.html
    assert message.labels == ["received", "unread"]
    assert message.headers["X-Order"] == "17"
    assert message.size > 100


def test_list_items_have_no_body_but_a_preview(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    post(sandbox, support, 1)
    item = client.inboxes.messages.list(support).messages[0]
    assert item.preview == "text 0"
    assert not {"text", "html", "extracted_text", "reply_to"} & item.model_dump(exclude_unset=True).keys()


def test_html_only_mail_has_neither_text_nor_preview(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    received = sandbox.post_mail("ada@example.com", support, "hi", html="<b>hello</b>")
    message = client.inboxes.messages.get(support, received.message_id)
    assert message.text is None
    assert message.preview is None
    assert message.extracted_text is None
    assert "<b>hello</b>" in message.extracted_html


def test_lists_go_newest_first_and_page_to_the_end(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    made = post(sandbox, support, 7)
    for ascending, expected in ((False, made[::-1]), (True, made)):
        seen: list[str] = []
        token = None
        while True:
            page = client.inboxes.messages.list(support, limit=3, page_token=token, ascending=ascending)
            assert page.count == len(page.messages)
            seen += [message.message_id for message in page.messages]
            token = page.next_page_token
            if token is None:
                break
        assert seen == expected


def test_messages_of_the_same_instant_are_paged_without_loss(client: AgentMail, sandbox: Sandbox, support: str) -> None:
    raw = b"From: a@example.com\r\nSubject: x\r\nMessage-ID: <%d@example.com>\r\n\r\nhi\r\n"
    for number in range(9):
        sandbox.receive(raw % number, "a@example.com", [support])
    first = client.inboxes.messages.list(support, limit=5)
    second = client.inboxes.messages.list(support, limit=5, page_token=first.next_page_token)
    assert len({message.message_id for message in [*first.messages, *second.messages]}) == 9


def test_labels_filter_by_all_of_them(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first, second, third = post(sandbox, support, 3)
    client.inboxes.messages.update(support, first, add_labels=["Billing", "vip"])
    client.inboxes.messages.update(support, second, add_labels="billing")
    listed = client.inboxes.messages.list(support, labels=["billing", "VIP"])
    assert [message.message_id for message in listed.messages] == [first]
    listed = client.inboxes.messages.list(support, labels=["billing"], limit=1)
    assert [message.message_id for message in listed.messages] == [second]
    rest = client.inboxes.messages.list(support, labels=["billing"], limit=1, page_token=listed.next_page_token)
    assert [message.message_id for message in rest.messages] == [first]
    assert rest.next_page_token is None
    assert client.inboxes.messages.list(support, labels=["unread", "billing", "vip"]).count == 1
    assert third not in {message.message_id for message in listed.messages}


def test_before_and_after_bound_the_time(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first, second, third = post(sandbox, support, 3)
    middle = client.inboxes.messages.get(support, second).timestamp
    listed = client.inboxes.messages.list(support, before=middle)
    assert [message.message_id for message in listed.messages] == [first]
    listed = client.inboxes.messages.list(support, after=middle)
    assert [message.message_id for message in listed.messages] == [third]


def test_filters_look_into_each_address_alone_and_know_no_case(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    sandbox.post_mail("Jörg <j@example.com>", support, "Übung", "x")
    client.inboxes.messages.send(support, to=['"Q, Z" <qz@example.com>', "b@example.com"], subject="y", text="y")
    messages, threads = client.inboxes.messages, client.inboxes.threads
    assert [messages.list(support, to=part).count for part in ('"Q, Z" <qz', "B@EXAMPLE", '", "', "][")] == [1, 1, 0, 0]
    assert [threads.list(support, recipients=part).count for part in ('"q, z" <qz', '", "')] == [1, 0]
    assert (messages.list(support, subject="übung").count, messages.list(support, from_="JÖRG").count) == (1, 1)
    assert (threads.list(support, subject="ÜBUNG").count, threads.list(support, senders="jörg").count) == (1, 1)


def test_from_to_and_subject_filter_by_substring(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    wanted = sandbox.post_mail("Zoë <zoe@example.org>", support, "Invoice 42", "x", cc=["boss@example.net"])
    sandbox.post_mail("ada@example.com", support, "Invoice 41", "x")

    def ids(**filters: object) -> list[str]:
        return [m.message_id for m in client.inboxes.messages.list(support, **filters).messages]

    assert ids(from_=["zoë"]) == [wanted.message_id]
    assert ids(from_=["zoe@"], subject=["invoice", "42"]) == [wanted.message_id]
    assert ids(to=["BOSS"]) == [wanted.message_id]
    assert ids(from_=["nobody"]) == []
    with pytest.raises(ApiError) as refused:
        ids(from_=["zoe"], limit=101)
    assert refused.value.status_code == 400


@pytest.mark.parametrize("label", ["spam", "blocked", "trash"])
def test_hidden_labels_are_left_out_unless_included(
    sandbox: Sandbox, client: AgentMail, support: str, label: str
) -> None:
    (hidden,) = post(sandbox, support, 1)
    client.inboxes.messages.update(support, hidden, add_labels=[label])
    assert client.inboxes.messages.list(support).count == 0
    assert client.inboxes.messages.list(support, **{f"include_{label}": True}).count == 1
    assert client.inboxes.messages.get(support, hidden).message_id == hidden


@pytest.mark.parametrize("label", ["received", "Sent", "delivered", "bounced", "opened"])
def test_system_labels_cannot_be_changed(sandbox: Sandbox, client: AgentMail, support: str, label: str) -> None:
    (message_id,) = post(sandbox, support, 1)
    with pytest.raises(ValidationError):
        client.inboxes.messages.update(support, message_id, add_labels=[label])
    with pytest.raises(ValidationError):
        client.inboxes.messages.update(support, message_id, remove_labels=label)
    with pytest.raises(ValidationError):
        client.inboxes.messages.send(support, to="ada@example.com", text="x", labels=[label])


def test_labels_are_kept_in_lower_case_and_removing_wins(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    (message_id,) = post(sandbox, support, 1)
    updated = client.inboxes.messages.update(
        support, message_id, add_labels=["Needs-Review", "both"], remove_labels=["unread", "both"]
    )
    assert updated.labels == ["needs-review", "received"]


def test_batch_get_keeps_the_order_and_drops_unknown_ids(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first, second = post(sandbox, support, 2)
    answer = client.inboxes.messages.batch_get(support, message_ids=[second, "<none@example.com>", first])
    assert answer.limit == 3
    assert answer.count == 2
    assert [message.message_id for message in answer.messages] == [second, first]
    assert answer.messages[0].text is None


def test_batch_update_labels_at_most_fifty(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    made = post(sandbox, support, 2)
    answer = client.inboxes.messages.batch_update(support, message_ids=made, add_labels=["x"], remove_labels=["unread"])
    assert [update.labels for update in answer.updates] == [["received", "x"]] * 2
    for wrong in ([*made, made[0]], [f"<{n}@x>" for n in range(51)]):
        with pytest.raises(ValidationError):
            client.inboxes.messages.batch_update(support, message_ids=wrong, add_labels=["x"])
    with pytest.raises(ValidationError):
        client.inboxes.messages.batch_update(support, message_ids=made)


def test_a_refused_batch_update_changes_nothing(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    made = post(sandbox, support, 2)
    with pytest.raises(ValidationError):
        client.inboxes.messages.batch_update(support, message_ids=made, add_labels=["x", "sent"])
    assert client.inboxes.messages.list(support, labels=["x"]).count == 0


def test_a_deleted_message_is_gone(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first, _ = post(sandbox, support, 2)
    thread_id = client.inboxes.messages.get(support, first).thread_id
    client.inboxes.messages.delete(support, first)
    for gone in (
        lambda: client.inboxes.messages.get(support, first),
        lambda: client.inboxes.messages.delete(support, first),
        lambda: client.threads.get(thread_id),
    ):
        with pytest.raises(NotFoundError):
            gone()
    assert client.inboxes.messages.list(support).count == 1


@pytest.mark.parametrize("limit", [0, -1, 1001, pytest.param("9" * 5000, id="more digits than Python reads")])
def test_an_impossible_limit_is_refused(client: AgentMail, support: str, limit: Any) -> None:
    with pytest.raises(ApiError) as refused:
        client.inboxes.messages.list(support, limit=limit, request_options=ONCE)
    assert refused.value.status_code == 400


def test_a_page_token_of_another_list_is_refused(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    post(sandbox, support, 2)
    token = client.inboxes.messages.list(support, limit=1).next_page_token
    for wrong in (token, "garbage", "bm90IGpzb24="):
        with pytest.raises(ApiError) as refused:
            client.inboxes.threads.list(support, limit=1, page_token=wrong)
        assert refused.value.status_code == 400
