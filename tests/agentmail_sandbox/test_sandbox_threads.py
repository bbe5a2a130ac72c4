from datetime import timedelta

import pytest
from agentmail import AgentMail, NotFoundError, UnprocessableError, ValidationError

from agentmail_sandbox import Part, Sandbox


def grow(sandbox: Sandbox, inbox: str, count: int) -> tuple[str, list[str]]:
    """Post a mail and replies to it; return the thread's id and the messages' ids, oldest first."""
    first = sandbox.post_mail("ada@example.com", inbox, "Long", "0")
    ids = [str(first.message_id)]
    for number in range(1, count):
        sandbox.clock.advance(timedelta(seconds=1))
        ids.append(
            str(sandbox.post_mail("ada@example.com", inbox, "Re: Long", str(number), in_reply_to=ids[-1]).message_id)
        )
    return str(first.thread_id), ids


def test_a_thread_sums_up_its_messages(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail(
        "Ada <ada@example.com>", support, "Q", "?", attachments=[Part(b"x", "a.txt", "text/plain")]
    )
    sandbox.clock.advance(timedelta(seconds=1))
    sent = client.inboxes.messages.reply(support, asked.message_id, text="The answer")
    thread = client.threads.get(asked.thread_id)
    assert thread.message_count == 2
    assert thread.senders == ["Ada <ada@example.com>", f"Support <{support}>"]
    assert thread.recipients == [support, "Ada <ada@example.com>"]
    assert thread.subject == "Q"
    assert thread.preview == "The answer"
    assert thread.last_message_id == sent.message_id
    assert thread.timestamp == thread.sent_timestamp > thread.received_timestamp
    assert [attachment.filename for attachment in thread.attachments] == ["a.txt"]
    assert thread.size == sum(message.size for message in thread.messages)
    assert thread.labels == ["delivered", "received", "sent", "unread"]


def test_pages_go_newest_first_and_are_ascending_inside(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id, ids = grow(sandbox, support, 7)
    page = client.threads.get(thread_id, limit=3)
    assert [message.message_id for message in page.messages] == ids[4:]
    assert page.count == 3
    assert page.message_count == 7
    older = client.threads.get(thread_id, limit=3, page_token=page.next_page_token)
    assert [message.message_id for message in older.messages] == ids[1:4]
    oldest = client.threads.get(thread_id, limit=3, page_token=older.next_page_token)
    assert [message.message_id for message in oldest.messages] == ids[:1]
    assert oldest.next_page_token is None


def test_labels_written_to_a_thread_reach_each_message(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id, ids = grow(sandbox, support, 2)
    updated = client.inboxes.threads.update(
        support, thread_id, add_labels=["Support/New", "x"], remove_labels=["x", "unread"]
    )
    assert updated.labels == ["received", "support/new"]
    for message_id in ids:
        assert client.inboxes.messages.get(support, message_id).labels == ["received", "support/new"]
    client.inboxes.messages.update(support, ids[0], remove_labels=["support/new"])
    assert "support/new" in client.threads.get(thread_id).labels
    client.inboxes.messages.update(support, ids[1], remove_labels=["support/new"])
    assert "support/new" not in client.threads.get(thread_id).labels


def test_system_labels_on_threads_are_refused(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id, _ = grow(sandbox, support, 1)
    with pytest.raises(ValidationError):
        client.threads.update(thread_id, add_labels=["sent"])


def test_a_thread_of_a_hundred_messages_cannot_be_labelled(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id, ids = grow(sandbox, support, 99)
    client.threads.update(thread_id, add_labels=["still"])
    sandbox.post_mail("ada@example.com", support, "Re", "one more", in_reply_to=ids[-1])
    with pytest.raises(UnprocessableError) as refused:
        client.threads.update(thread_id, add_labels=["late"])
    assert "batch_update" in refused.value.body.message


def test_threads_are_listed_by_inbox_and_for_the_organization(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    client.inboxes.create(request={"username": "sdr"})
    first = sandbox.post_mail("ada@example.com", support, "One", "1").thread_id
    sandbox.clock.advance(timedelta(seconds=1))
    second = sandbox.post_mail("bob@example.com", "sdr@sandbox.test", "Two", "2").thread_id
    assert [thread.thread_id for thread in client.threads.list().threads] == [second, first]
    assert [thread.thread_id for thread in client.inboxes.threads.list(support).threads] == [first]
    with pytest.raises(NotFoundError):
        client.inboxes.threads.get(support, second)


def test_threads_filter_by_labels_people_subject_and_time(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first = sandbox.post_mail("Ada <ada@example.com>", support, "Invoice", "1").thread_id
    sandbox.clock.advance(timedelta(seconds=1))
    second = sandbox.post_mail("bob@example.com", support, "Order", "2").thread_id
    client.threads.update(first, add_labels=["support/new", "vip"])
    client.threads.update(second, add_labels=["support/new"])

    def ids(**filters: object) -> list[str]:
        return [thread.thread_id for thread in client.inboxes.threads.list(support, **filters).threads]

    assert ids(labels=["support/new"]) == [second, first]
    assert ids(labels=["support/new", "vip"]) == [first]
    assert ids(labels=["support/new"], ascending=True, limit=1) == [first]
    assert ids(senders=["ada"]) == [first]
    assert ids(recipients=["support@"], subject=["order"]) == [second]
    middle = client.threads.get(first).timestamp
    assert ids(after=middle) == [second]
    assert ids(labels=["support/new"], after=middle) == [second]
    assert [thread.thread_id for thread in client.threads.list(labels=["vip"]).threads] == [first]


def test_a_labelled_thread_moves_up_when_mail_arrives(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first, ids = grow(sandbox, support, 1)
    sandbox.clock.advance(timedelta(seconds=1))
    second, _ = grow(sandbox, support, 1)
    for thread_id in (first, second):
        client.threads.update(thread_id, add_labels=["x"])
    sandbox.clock.advance(timedelta(seconds=1))
    sandbox.post_mail("ada@example.com", support, "Re", "more", in_reply_to=ids[0])
    assert [thread.thread_id for thread in client.threads.list(labels=["x"]).threads] == [first, second]


def test_hidden_threads_are_left_out_unless_included(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id, _ = grow(sandbox, support, 1)
    client.threads.update(thread_id, add_labels=["trash"])
    assert client.threads.list().count == 0
    assert client.threads.list(include_trash=True).count == 1
    client.threads.update(thread_id, remove_labels=["trash"])
    assert client.threads.list().count == 1


def test_deleting_the_last_message_of_several_leaves_the_rest(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    thread_id, ids = grow(sandbox, support, 3)
    client.inboxes.messages.update(support, ids[2], add_labels=["only-here"])
    client.inboxes.messages.delete(support, ids[2])
    thread = client.threads.get(thread_id)
    assert thread.message_count == 2
    assert thread.last_message_id == ids[1]
    assert thread.preview == "1"
    assert "only-here" not in thread.labels
    assert thread.size == sum(message.size for message in thread.messages)


def test_a_deleted_thread_takes_its_messages(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    thread_id, ids = grow(sandbox, support, 2)
    client.threads.delete(thread_id)
    assert client.inboxes.messages.list(support).count == 0
    with pytest.raises(NotFoundError):
        client.inboxes.messages.get(support, ids[0])


def test_references_alone_join_a_thread_but_a_subject_does_not(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    thread_id, ids = grow(sandbox, support, 2)
    unknown = "<lost@example.com>"
    joined = sandbox.post_mail(
        "ada@example.com", support, "Other", "x", in_reply_to=unknown, references=[ids[0], unknown]
    )
    apart = sandbox.post_mail("ada@example.com", support, "Re: Long", "x")
    assert joined.thread_id == thread_id
    assert apart.thread_id != thread_id
