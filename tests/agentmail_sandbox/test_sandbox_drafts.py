from datetime import UTC, datetime, timedelta

import pytest
from agentmail import AgentMail, NotFoundError, ValidationError
from agentmail.core.api_error import ApiError
from sandbox_testing import ONCE, SUPPORT, until

from agentmail_sandbox import Sandbox


def in_an_hour(sandbox: Sandbox) -> datetime:
    return sandbox.clock.now() + timedelta(hours=1)


def test_a_draft_is_kept_changed_and_sent(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(
        support,
        to=["Ada <ada@example.com>"],
        cc=["bob@example.com"],
        subject="Offer",
        text="First",
        labels=["Outreach"],
        attachments=[{"filename": "a.txt", "content": "eA==", "content_type": "text/plain"}],
    )
    assert draft.labels == ["outreach"]
    assert draft.preview == "First"
    assert draft.send_status is None
    changed = client.inboxes.drafts.update(
        support,
        draft.draft_id,
        text="Second",
        cc=None,
        add_labels=["ready"],
        add_attachments=[{"filename": "b", "content": "eQ=="}],
    )
    assert (changed.text, changed.cc, changed.subject) == ("Second", None, "Offer")
    assert [attachment.filename for attachment in changed.attachments] == ["a.txt", "b"]
    first = changed.attachments[0].attachment_id
    changed = client.inboxes.drafts.update(support, draft.draft_id, remove_attachments=[first])
    assert [attachment.filename for attachment in changed.attachments] == ["b"]
    assert client.drafts.get(draft.draft_id) == changed
    sent = client.inboxes.drafts.send(support, draft.draft_id, add_labels=["op-1"], remove_labels=["ready"])
    message = client.inboxes.messages.get(support, sent.message_id)
    assert message.labels == ["delivered", "op-1", "outreach", "sent"]
    assert message.text == "Second"
    assert [attachment.filename for attachment in message.attachments] == ["b"]
    with pytest.raises(NotFoundError):
        client.inboxes.drafts.send(support, draft.draft_id)


def test_sending_a_draft_again_with_its_key_returns_the_message(client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(support, to=["ada@example.com"], text="x")
    first = client.inboxes.drafts.send(support, draft.draft_id, idempotency_key="op-1")
    assert client.inboxes.drafts.send(support, draft.draft_id, idempotency_key="op-1") == first
    with pytest.raises(NotFoundError):
        client.inboxes.drafts.send(support, draft.draft_id, idempotency_key="op-2")


def test_the_same_client_id_returns_the_first_draft_while_it_exists(client: AgentMail, support: str) -> None:
    first = client.inboxes.drafts.create(support, to=["ada@example.com"], text="x", client_id="op-1")
    assert client.inboxes.drafts.create(support, text="other", client_id="op-1") == first
    client.inboxes.drafts.delete(support, first.draft_id)
    assert client.inboxes.drafts.create(support, text="other", client_id="op-1") != first


def test_a_reply_draft_takes_recipients_subject_and_thread_from_its_parent(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    asked = sandbox.post_mail("ada@example.com", [support, "bob@example.com"], "Q", "?")
    draft = client.inboxes.drafts.create(support, in_reply_to=asked.message_id, text="A")
    assert (draft.to, draft.subject, draft.references) == (["ada@example.com"], "Re: Q", [asked.message_id])
    everyone = client.inboxes.drafts.create(support, in_reply_to=asked.message_id, reply_all=True, text="A")
    assert everyone.to == ["ada@example.com", "bob@example.com"]
    sent = client.inboxes.drafts.send(support, draft.draft_id)
    assert sent.thread_id == asked.thread_id
    assert client.inboxes.messages.get(support, sent.message_id).in_reply_to == asked.message_id


def test_a_forward_draft_is_merged_when_it_is_sent(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail("ada@example.com", support, "Q", "the question")
    draft = client.inboxes.drafts.create(support, forward_of=asked.message_id, to=["law@example.com"], text="See:")
    assert draft.text == "See:"
    sent = client.inboxes.drafts.send(support, draft.draft_id)
    message = client.inboxes.messages.get(support, sent.message_id)
    assert message.subject == "Fwd: Q"
    assert "the question" in message.text


def test_contradictory_drafts_are_refused(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = str(sandbox.post_mail("ada@example.com", support, "Q", "?").message_id)
    with pytest.raises(ValidationError):
        client.inboxes.drafts.create(support, in_reply_to=asked, forward_of=asked)
    with pytest.raises(ValidationError):
        client.inboxes.drafts.create(support, in_reply_to=asked, reply_all=True, to=["a@example.com"])
    with pytest.raises(NotFoundError):
        client.inboxes.drafts.create(support, in_reply_to="<none@example.com>")


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_a_draft_to_more_than_fifty_recipients_is_refused(client: AgentMail, support: str, field: str) -> None:
    crowd = [f"p{n}@example.com" for n in range(51)]
    drafts = client.inboxes.drafts
    with pytest.raises(ValidationError) as refused:
        drafts.create(support, text="x", **{field: crowd})
    assert "at most 50 recipients; this one has 51" in refused.value.body.errors[0]["message"]
    draft = drafts.create(support, text="x", **{field: crowd[:50]})
    other = {"cc": crowd[50:]} if field == "to" else {"to": crowd[50:]}
    for more in ({field: crowd}, other):
        with pytest.raises(ValidationError):
            drafts.update(support, draft.draft_id, **more)
    assert drafts.get(support, draft.draft_id) == draft
    assert drafts.update(support, draft.draft_id, **{field: None} | other).text == "x"


def test_an_answer_to_all_of_a_crowd_is_refused_as_message_and_as_draft(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    crowd = [f"p{n}@example.com" for n in range(60)]
    asked = str(sandbox.post_mail("ada@example.com", [support, *crowd[:30]], "Q", "?", cc=crowd[30:]).message_id)
    answers = [
        lambda: client.inboxes.drafts.create(support, in_reply_to=asked, reply_all=True, text="A"),
        lambda: client.inboxes.messages.reply_all(support, asked, text="A"),
        lambda: client.inboxes.messages.reply(support, asked, text="A", reply_all=True),
        lambda: client.inboxes.messages.reply(support, asked, text="A", bcc=crowd),
        lambda: client.inboxes.messages.forward(support, asked, to=crowd, text="A"),
    ]
    for send in answers:
        with pytest.raises(ValidationError):
            send()
    assert (client.drafts.list().count, sandbox.outbox()) == (0, [])


def test_drafts_list_by_inbox_and_organization_and_label(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.inboxes.create(request={"username": "sdr"})
    first = client.inboxes.drafts.create(support, text="1", labels=["x"]).draft_id
    sandbox.clock.advance(timedelta(seconds=1))
    second = client.inboxes.drafts.create("sdr@sandbox.test", text="2", labels=["x"]).draft_id
    assert [draft.draft_id for draft in client.drafts.list(labels=["X"]).drafts] == [second, first]
    assert [draft.draft_id for draft in client.inboxes.drafts.list(support).drafts] == [first]
    assert "text" not in client.drafts.list().drafts[0].model_dump(exclude_unset=True)
    assert client.drafts.list(labels=["none"]).count == 0


def test_a_scheduled_draft_leaves_when_the_clock_reaches_it(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    due = in_an_hour(sandbox)
    draft = client.inboxes.drafts.create(support, to=["ada@example.com"], text="later", labels=["x"], send_at=due)
    assert draft.labels == ["x", "scheduled"]
    assert draft.send_status == "scheduled"
    assert abs(sandbox.next_due() - due) < timedelta(milliseconds=1)
    assert sandbox.run_due() == 0
    sandbox.clock.set(due)
    assert sandbox.run_due() == 1
    assert sandbox.next_due() is None
    (left,) = sandbox.outbox("ada@example.com")
    assert client.inboxes.messages.get(support, left.message_id).labels == ["delivered", "sent", "x"]
    with pytest.raises(NotFoundError):
        client.drafts.get(draft.draft_id)


def test_due_drafts_leave_in_the_order_of_their_times(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    for hours in (3, 1, 2):
        client.inboxes.drafts.create(
            support, to=["ada@example.com"], subject=str(hours), send_at=sandbox.clock.now() + timedelta(hours=hours)
        )
    sandbox.clock.advance(timedelta(hours=4))
    assert sandbox.run_due() == 3
    assert [mail.subject for mail in sandbox.outbox()] == ["3", "2", "1"]


def test_a_draft_for_the_far_future_does_not_stop_the_clockwork(served: Sandbox, remote: AgentMail) -> None:
    drafts = remote.inboxes.drafts
    drafts.create(SUPPORT, to=["a@example.com"], subject="never", send_at="9999-12-31T00:00:00Z")
    until(lambda: served.next_due() is not None)
    drafts.create(SUPPORT, to=["a@example.com"], subject="now", send_at=served.clock.now())
    until(lambda: [mail.subject for mail in served.outbox()] == ["now"])


def test_a_client_id_of_a_draft_in_another_inbox_is_a_conflict(client: AgentMail, support: str) -> None:
    sales = client.inboxes.create(request={"username": "sales"}).inbox_id
    made = client.inboxes.drafts.create(support, client_id="one", text="x")
    assert client.inboxes.drafts.create(support, client_id="one", text="y").draft_id == made.draft_id
    with pytest.raises(ApiError) as refused:
        client.inboxes.drafts.create(sales, client_id="one", text="z", request_options=ONCE)
    assert (refused.value.status_code, refused.value.body["code"]) == (409, "conflict")
    assert client.inboxes.drafts.list(sales).count == 0


def test_an_attachment_a_draft_has_not_cannot_be_removed(client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(support, text="x", attachments=[{"filename": "a.txt", "content": "eA=="}])
    ids = [attachment.attachment_id for attachment in draft.attachments]
    with pytest.raises(NotFoundError):
        client.inboxes.drafts.update(support, draft.draft_id, text="y", remove_attachments=[*ids, "nothing"])
    kept = client.inboxes.drafts.get(support, draft.draft_id)
    assert (kept.text, len(kept.attachments)) == ("x", 1)


@pytest.mark.parametrize(
    "send_at",
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"],
)
def test_a_time_nobody_can_mean_is_refused(sandbox: Sandbox, client: AgentMail, support: str, send_at: str) -> None:
    draft = client.inboxes.drafts.create(support, to=["a@example.com"])
    for call in (
        lambda: client.inboxes.drafts.create(support, to=["a@example.com"], send_at=send_at),
        lambda: client.inboxes.drafts.update(support, draft.draft_id, send_at=send_at),
    ):
        with pytest.raises(ValidationError) as refused:
            call()
        assert refused.value.body.errors[0]["path"] == ["send_at"]
    assert sandbox.next_due() is None


def test_the_label_scheduled_follows_send_at_alone(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    drafts = client.inboxes.drafts
    draft_id = drafts.create(support, to=["a@example.com"], send_at=in_an_hour(sandbox)).draft_id
    for call in (
        lambda: drafts.create(support, labels=["Scheduled"]),
        lambda: drafts.update(support, draft_id, remove_labels=["scheduled"]),
        lambda: drafts.update(support, draft_id, send_at=None, add_labels=["scheduled"]),
    ):
        with pytest.raises(ValidationError) as refused:
            call()
        assert "send_at" in refused.value.body.message
    assert client.drafts.get(draft_id).labels == ["scheduled"]


def test_unscheduling_keeps_the_draft_and_its_own_labels(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(support, to=["a@example.com"], labels=["x"], send_at=in_an_hour(sandbox))
    freed = client.inboxes.drafts.update(support, draft.draft_id, send_at=None)
    assert (freed.labels, freed.send_status, freed.send_at) == (["x"], None, None)
    sandbox.clock.advance(timedelta(days=1))
    assert sandbox.run_due() == 0
    assert client.drafts.get(draft.draft_id).draft_id == draft.draft_id


def test_deleting_a_scheduled_draft_cancels_it(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(support, to=["a@example.com"], send_at=in_an_hour(sandbox))
    client.inboxes.drafts.delete(support, draft.draft_id)
    assert sandbox.next_due() is None


def test_a_draft_that_cannot_be_sent_fails_and_can_be_tried_again(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    draft = client.inboxes.drafts.create(support, text="to nobody", send_at=in_an_hour(sandbox))
    sandbox.clock.advance(timedelta(hours=2))
    assert sandbox.run_due() == 1
    failed = client.drafts.get(draft.draft_id)
    assert (failed.send_status, failed.labels) == ("failed", ["scheduled"])
    assert sandbox.run_due() == 0
    client.inboxes.drafts.update(support, draft.draft_id, to=["a@example.com"], send_at=sandbox.clock.now())
    assert sandbox.run_due() == 1
    assert len(sandbox.outbox()) == 1


def test_a_due_draft_of_a_paused_inbox_fails_for_good(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(support, to=["a@example.com"], send_at=in_an_hour(sandbox))
    client.inboxes.update(support, status="paused")
    sandbox.clock.advance(timedelta(hours=2))
    sandbox.run_due()
    client.inboxes.update(support, status="active")
    assert sandbox.run_due() == 0
    assert client.drafts.get(draft.draft_id).send_status == "failed"


def test_a_draft_being_sent_cannot_be_touched(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(support, to=["a@example.com"], text="x")
    with sandbox._core.store.transaction() as db:
        db.execute("UPDATE drafts SET send_status = 'sending'")
    for touch in (
        lambda: client.inboxes.drafts.update(support, draft.draft_id, text="y", request_options=ONCE),
        lambda: client.inboxes.drafts.delete(support, draft.draft_id, request_options=ONCE),
        lambda: client.inboxes.drafts.send(support, draft.draft_id, request_options=ONCE),
    ):
        with pytest.raises(ApiError) as refused:
            touch()
        assert refused.value.status_code == 409


def test_the_running_clock_fires_due_drafts_by_itself(served: Sandbox, remote: AgentMail) -> None:
    soon = served.clock.now() + timedelta(seconds=0.2)
    remote.inboxes.drafts.create("support@sandbox.test", to=["a@example.com"], subject="soon", send_at=soon)
    remote.inboxes.drafts.create(
        "support@sandbox.test", to=["a@example.com"], subject="tomorrow", send_at=served.clock.now() + timedelta(days=1)
    )
    until(lambda: [mail.subject for mail in served.outbox()] == ["soon"])
    assert served.outbox()[0].timestamp >= soon.replace(microsecond=0)
    served.clock.advance(timedelta(days=2))
    until(lambda: [mail.subject for mail in served.outbox()] == ["tomorrow", "soon"])


def test_a_time_without_zone_counts_as_utc(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    draft = client.inboxes.drafts.create(support, to=["a@example.com"], send_at="2100-01-01T09:00:00")
    assert draft.send_at == datetime(2100, 1, 1, 9, tzinfo=UTC)
