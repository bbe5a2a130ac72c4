"""What keeps filters, search and figures quick with many messages: they look at few rows, and find the same."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from agentmail import AgentMail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox_testing import SUPPORT
from test_sandbox_scale import traced

from agentmail_sandbox import Sandbox, filters, inboxes, search
from agentmail_sandbox.store import DATABASE_NAME

ODD = ["Straße", "STRASSE 5", 'say "hi"', "50% off_", "İstanbul", "a", "", "Re: aaaa", "naïve — café", "日本語の件名"]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.inboxes.messages.list(SUPPORT, from_=["ada7@"]).messages,
        lambda client: client.inboxes.messages.list(SUPPORT, labels=["unread"], to=["+7@example.org"]).messages,
        lambda client: client.inboxes.messages.list(SUPPORT, subject=["order 7."]).messages,
        lambda client: client.threads.list(senders=["ada7@"]).threads,
        lambda client: client.threads.list(recipients=["+7@example.org"]).threads,
        lambda client: client.threads.list(subject=["order 7."], labels=["unread"]).threads,
    ],
)
def test_a_filter_by_text_reads_only_what_may_match(
    sandbox: Sandbox, client: AgentMail, support: str, call: Callable[[AgentMail], list[object]]
) -> None:
    for number in range(40):
        copies = [f"cy+{number}@example.org"]
        sandbox.post_mail(f"ada{number}@example.com", support, f"Order {number}.", "x", cc=copies)
    looked: list[str] = []

    def folded(text: str) -> str:
        looked.append(text)
        return text.casefold()

    sandbox._core.store._db.create_function("folded", 1, folded, deterministic=True)
    assert len(call(client)) == 1
    assert len(looked) < 10


@given(
    wanted=st.sampled_from(ODD).flatmap(lambda text: st.sampled_from([text, text.upper(), text[1:], text[:4], "aaa"]))
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_filter_finds_what_holds_it_in_any_case(wanted: str, odd: AgentMail) -> None:
    expected = [subject for subject in ODD if wanted.casefold() in subject.casefold()]
    more = {"subject": [wanted], "ascending": True} if wanted else {"ascending": True}
    listed = [message.subject or "" for message in odd.inboxes.messages.list(SUPPORT, **more).messages]
    threads = [thread.subject or "" for thread in odd.threads.list(**more).threads]
    assert (listed, threads) == (expected, expected)


@pytest.fixture
def odd(sandbox: Sandbox, client: AgentMail, support: str) -> AgentMail:
    for subject in ODD:
        sandbox.post_mail("ada@example.com", support, subject, "x")
    return client


def test_a_thread_is_found_by_its_subject_after_the_mail_that_had_it_was_deleted(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    first = sandbox.post_mail("ada@example.com", support, "Parcel", "x")
    sandbox.post_mail("bo@example.com", support, "Other", "y", in_reply_to=first.message_id)
    client.inboxes.messages.delete(support, str(first.message_id))
    assert [thread.thread_id for thread in client.threads.list(subject=["parcel"]).threads] == [first.thread_id]
    assert client.threads.list(senders=["ada@"]).count == 0
    assert client.inboxes.messages.list(support, subject=["parcel"]).count == 0


def test_a_data_folder_from_before_the_filters_had_an_index_gets_it(tmp_path: Path) -> None:
    made = Sandbox(tmp_path)
    made.client().inboxes.create(request={"username": "support"})
    made.post_mail("Ada Größe <ada@example.com>", SUPPORT, "Parcel", "x")
    made.close()
    with sqlite3.connect(tmp_path / DATABASE_NAME) as old:
        old.executescript(
            "DROP TRIGGER message_unfilterable; DROP TRIGGER thread_unfilterable; DROP TABLE message_filter; "
            "DROP TABLE thread_filter; ALTER TABLE domains DROP COLUMN pod_id;"
        )
    old.close()
    again = Sandbox(tmp_path)
    client = again.client()
    assert client.inboxes.messages.list(SUPPORT, from_=["GRÖSSE"], to=["port@"], subject=["parc"]).count == 1
    assert client.threads.list(senders=["grösse"], subject=["ARCEL"]).count == 1
    again.close()


def test_of_many_candidates_a_list_walks_by_time(
    sandbox: Sandbox, client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "FEW", 3)
    for number in range(6):
        sandbox.post_mail("ada@example.com", support, f"Order {number}", "x")
    found = client.inboxes.messages.list(support, subject=["order"], labels=["unread"]).messages
    assert [message.subject for message in found] == [f"Order {number}" for number in range(5, -1, -1)]


def test_search_ranks_block_by_block_and_loses_and_doubles_nothing(
    sandbox: Sandbox, client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RANKED", 3)
    sandbox.post_mail("ada@example.com", support, "best", "parcel parcel parcel")
    asked = [sandbox.post_mail("ada@example.com", support, f"{number}", "parcel").message_id for number in range(4)]
    for _ in range(4):
        sandbox.post_mail("ada@example.com", support, "again", "parcel", in_reply_to=asked[3])
    pages: dict[str, list[str]] = {"messages": [], "threads": []}
    for kind, call in (("messages", client.inboxes.messages.search), ("threads", client.inboxes.threads.search)):
        token = None
        while True:
            page = call(support, q="parcel", limit=2, page_token=token)
            pages[kind] += [str(item.subject) for item in getattr(page, kind)]
            token = page.next_page_token
            if token is None:
                break
    assert (pages["messages"][:3], pages["messages"][6]) == (["again"] * 3, "best")
    assert sorted(pages["messages"]) == [*"0123", *["again"] * 4, "best"]
    # The newest three hits are of one thread; the best match is among the oldest three.
    assert pages["threads"] == ["3", "2", "best", "1", "0"]


def test_a_part_of_a_word_that_many_messages_hold_is_found_in_the_newest(
    sandbox: Sandbox, client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (filters, search):
        monkeypatch.setattr(module, "FEW", 3)
    for number in range(5):
        sandbox.post_mail("ada@example.com", support, f"Reorder {number}", "x")
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    sandbox.post_mail("ada@example.com", other, "Preorder", "x")
    page = client.inboxes.messages.search(support, q="order", limit=2)
    found = [*page.messages]
    found += client.inboxes.messages.search(support, q="order", limit=2, page_token=page.next_page_token).messages
    assert [message.subject for message in found] == ["Reorder 4", "Reorder 3", "Reorder 2"]
    assert [thread.subject for thread in client.threads.search(q="order").threads][:2] == ["Preorder", "Reorder 4"]


def test_a_search_scores_no_more_than_it_ranks(
    sandbox: Sandbox, client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RANKED", 5)
    for number in range(40):
        sandbox.post_mail("ada@example.com", support, f"{number}", "parcel")
    statements = traced(sandbox, lambda: client.inboxes.messages.search(support, q="parcel", limit=2))
    # FTS5 looks up the length of each message it scores.
    assert 2 <= len([one for one in statements if "_docsize" in one]) <= 10


def test_figures_over_time_read_an_index_alone(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.post_mail("ada@example.com", support, "x", "y")
    kinds = ["message_count", "storage_bytes", "thread_count"]
    statements = traced(sandbox, lambda: client.metrics.query_usage(usage_types=kinds))
    asked = [statement for statement in statements if statement.startswith("WITH steps")]
    assert len(asked) == 3
    for statement in asked:
        steps = sandbox._core.store._db.execute(f"EXPLAIN QUERY PLAN {statement}")
        plan = " ".join(row["detail"] for row in steps)
        assert "COVERING INDEX messages_made" in plan or "COVERING INDEX threads_made" in plan


def test_a_large_inbox_is_deleted_slice_by_slice(
    sandbox: Sandbox, client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "SLICE", 4)
    for number in range(10):
        sandbox.post_mail("ada@example.com", support, f"{number}", "parcel")
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    sandbox.post_mail("ada@example.com", other, "stays", "parcel")
    left: list[int] = []

    def look(statement: str) -> None:
        if statement == "COMMIT":
            left.append(sandbox._core.store._db.execute("SELECT count(*) FROM messages").fetchone()[0])

    sandbox._core.store._db.set_trace_callback(look)
    client.inboxes.delete(support)
    sandbox._core.store._db.set_trace_callback(None)
    assert [count for count in left if count < 11] == [7, 3, 1]
    assert [thread.subject for thread in client.threads.search(q="parcel").threads] == ["stays"]
    assert client.inboxes.create(request={"username": "support"}).inbox_id == support
    assert client.inboxes.messages.list(support).count == 0
