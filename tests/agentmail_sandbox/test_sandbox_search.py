"""Search, by the real SDK."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from agentmail import AgentMail, NotFoundError
from agentmail.core.api_error import ApiError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentmail_sandbox import Sandbox

ANA, BO = "Ana Pérez <ana@example.com>", "bo@example.net"


def subjects(client: AgentMail, inbox: str, q: str, **more: object) -> list[str | None]:
    return [item.subject for item in client.inboxes.messages.search(inbox, q=q, **more).messages]  # type: ignore[arg-type]


def test_messages_come_best_match_first_with_what_matched(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.post_mail(BO, support, "Weather", "rain, and somewhere in a long letter " + "word " * 60 + "an invoice")
    sandbox.post_mail(ANA, support, "Invoice", "The invoice is missing; send the invoice again.")
    sandbox.post_mail(BO, support, "Lunch", "nothing here")
    found = client.inboxes.messages.search(support, q="invoice")
    assert [item.subject for item in found.messages] == ["Invoice", "Weather"]
    best, other = (item.highlights for item in found.messages)
    assert (best.subject, best.from_, best.recipients) == (["**Invoice**"], None, None)
    assert best.text == ["The **invoice** is missing; send the **invoice** again.\n"]
    assert other.subject is None
    assert other.text[0].startswith("…")
    assert other.text[0].strip().endswith("an **invoice**")


def test_who_wrote_and_who_was_written_to_is_searched(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.post_mail(ANA, support, "1", "x", cc=["Cy <cy@example.org>"])
    (by_name,) = client.inboxes.messages.search(support, q="perez").messages
    assert by_name.highlights.from_ == ["Ana **Pérez** <ana@example.com>"]
    (by_copy,) = client.inboxes.messages.search(support, q="cy@example.org").messages
    assert by_copy.highlights.recipients == ["Cy <**cy@example.org**>"]
    assert subjects(client, support, "exam") == ["1"]


def test_every_word_must_be_found_and_in_the_text_as_a_whole(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.post_mail(ANA, support, "Order", "the parcel is late")
    assert subjects(client, support, "order PARCEL") == ["Order"]
    assert subjects(client, support, "order invoice") == []
    assert subjects(client, support, "parc") == []


def test_any_part_of_sender_recipients_and_subject_is_found(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.post_mail("maxschmidt@example.com", support, "Monatsrechnung RE4711", "der Versand ist offen")
    sandbox.post_mail(BO, support, "Rechnung", "nichts", cc=["Maxim Bo <cy@example.org>"])
    assert subjects(client, support, "rechnung") == ["Rechnung", "Monatsrechnung RE4711"]
    (by_part,) = client.inboxes.messages.search(support, q="4711 versand").messages
    assert by_part.highlights.subject == ["Monatsrechnung RE**4711**"]
    assert by_part.highlights.text == ["der **Versand** ist offen\n"]
    (by_sender,) = client.inboxes.messages.search(support, q="SCHMIDT").messages
    assert (by_sender.highlights.from_, by_sender.highlights.text) == (["max**schmidt**@example.com"], None)
    (by_copy,) = client.inboxes.messages.search(support, q="axim").messages
    assert by_copy.highlights.recipients == ["M**axim** Bo <cy@example.org>"]
    assert subjects(client, support, "rechnung nirgends") == []
    assert [thread.subject for thread in client.threads.search(q="tsrech").threads] == ["Monatsrechnung RE4711"]


def test_hidden_mail_is_never_found(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.post_mail(ANA, support, "spamword", "word", headers={"X-Sandbox-Spam": "yes"})
    sandbox.post_mail(ANA, support, "unauthenticated", "word", auth="none")
    trashed = sandbox.post_mail(ANA, support, "trash", "word")
    client.inboxes.messages.update(support, str(trashed.message_id), add_labels=["trash"])
    deleted = sandbox.post_mail(ANA, support, "deleted", "word")
    client.inboxes.messages.delete(support, str(deleted.message_id))
    assert subjects(client, support, "word") == []
    assert client.threads.search(q="word").count == 0
    client.inboxes.messages.update(support, str(trashed.message_id), remove_labels=["trash"])
    assert subjects(client, support, "word") == ["trash"]


def test_search_is_bounded_by_time_and_inbox(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    other = client.inboxes.create(request={"username": "other"}).inbox_id
    sandbox.post_mail(ANA, support, "early", "word")
    noon = sandbox.clock.advance(timedelta(hours=1)) or sandbox.clock.now()
    sandbox.clock.advance(timedelta(hours=1))
    sandbox.post_mail(ANA, support, "late", "word")
    sandbox.post_mail(ANA, other, "elsewhere", "word")
    assert subjects(client, support, "word", before=noon) == ["early"]
    assert subjects(client, support, "word", after=noon) == ["late"]
    assert [thread.subject for thread in client.threads.search(q="word", after=noon).threads] == ["elsewhere", "late"]
    assert [thread.subject for thread in client.inboxes.threads.search(other, q="word").threads] == ["elsewhere"]


def test_search_comes_page_by_page(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    for number in range(5):
        sandbox.post_mail(ANA, support, f"{number}", "word")
    seen: list[str | None] = []
    token = None
    for _ in range(3):
        page = client.inboxes.messages.search(support, q="word", limit=2, page_token=token)
        seen += [item.subject for item in page.messages]
        token = page.next_page_token
    assert (sorted(map(str, seen)), token) == (list("01234"), None)


def test_a_thread_is_found_once_by_the_best_of_its_messages(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail(ANA, support, "Parcel", "where is it")
    client.inboxes.messages.reply(support, str(asked.message_id), text="The parcel, parcel and parcel is here.")
    (thread,) = client.threads.search(q="parcel").threads
    assert (thread.thread_id, thread.message_count) == (asked.thread_id, 2)
    assert thread.highlights.subject


@pytest.mark.parametrize(("q", "limit"), [("", 1), (" ", 1), ("x", 101)])
def test_a_search_for_nothing_or_for_too_much_is_refused(client: AgentMail, support: str, q: str, limit: int) -> None:
    with pytest.raises(ApiError) as refused:
        client.inboxes.messages.search(support, q=q, limit=limit)
    assert refused.value.status_code == 400


@given(q=st.text(min_size=1, max_size=40).filter(str.strip))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_gets_an_answer(q: str, client: AgentMail) -> None:
    assert client.threads.search(q=q).count == 0


def test_inboxes_are_found_by_the_beginnings_of_words(client: AgentMail) -> None:
    for username, name in (("support", "Help Desk"), ("supply", None), ("sales.support", None)):
        client.inboxes.create(request={"username": username, "display_name": name})

    def found(q: str) -> list[str]:
        return [inbox.email.partition("@")[0] for inbox in client.inboxes.search(q=q).inboxes]

    assert found("sup") == ["sales.support", "supply", "support"]
    assert found("port") == []
    assert found("help sup") == ["support"]
    assert found("support@sandbox.test")[0] == "support"
    first = client.inboxes.search(q="sup", limit=2)
    assert client.inboxes.search(q="sup", limit=2, page_token=first.next_page_token).count == 1
    with pytest.raises(ApiError):
        client.inboxes.search(q="s")


def test_a_data_folder_from_before_search_can_be_searched(tmp_path: Path) -> None:
    made = Sandbox(tmp_path)
    made.client().inboxes.create(request={"username": "support"})
    made.post_mail(ANA, "support@sandbox.test", "old", "word")
    made.close()
    old = sqlite3.connect(tmp_path / "sandbox.db")
    old.executescript(
        "DROP TRIGGER message_searchable; DROP TRIGGER message_unsearchable; DROP TABLE message_search; "
        "DROP VIEW searched_messages;"
    )
    old.close()
    made = Sandbox(tmp_path)
    assert subjects(made.client(), "support@sandbox.test", "word") == ["old"]
    made.close()


def test_search_keeps_to_the_pod_or_inbox_of_a_key(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    pod = client.pods.create(name="acme").pod_id
    acme = client.pods.inboxes.create(pod, username="acme").inbox_id
    for inbox_id in (support, acme):
        sandbox.post_mail("ada@example.com", inbox_id, "Invoice", "the secret word is zebra")
    of_inbox = sandbox.client(client.inboxes.api_keys.create(support, request={"name": "i"}).api_key)
    of_pod = sandbox.client(client.pods.api_keys.create(pod, request={"name": "p"}).api_key)
    for key, own, foreign in ((of_inbox, support, acme), (of_pod, acme, support)):
        assert [thread.inbox_id for thread in key.threads.search(q="zebra").threads] == [own]
        assert [inbox.inbox_id for inbox in key.inboxes.search(q="sandbox").inboxes] == [own]
        assert key.inboxes.messages.search(own, q="zebra").count == 1
        with pytest.raises(NotFoundError):
            key.inboxes.messages.search(foreign, q="zebra")
    assert [thread.inbox_id for thread in client.pods.threads.search(pod, q="zebra").threads] == [acme]
    assert client.threads.search(q="zebra").count == 2
