"""What the pages show: the threads of an inbox, one thread with its story, what left, what died."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from agentmail_sandbox import Part
from postroom.console import reading, views

ANA = "Ana Duarte <ana@example.com>"
DESK = "desk@sandbox.test"


def test_the_list_lists_threads_newest_first_with_person_and_state(console: Any) -> None:
    console.mail("The first")
    console.mail("The second", from_="Ben <ben@example.com>")
    shown = console.text("/")
    assert shown.index("Ben The second") < shown.index("Ana Duarte The first")
    assert "category/easy done" in shown
    assert "done 2" in shown


def test_an_empty_list_says_how_to_begin(console: Any) -> None:
    assert "No mail yet. Write the first one" in console.text("/")


def test_the_list_can_be_narrowed_to_a_state_and_to_what_waits(console: Any) -> None:
    console.mail("Calm words")
    console.mail("LOUD WORDS")
    held = console.text("/?label=waiting/approval")
    assert "LOUD WORDS" in held
    assert "Calm words" not in held
    assert "held for approval 1" in held
    done = console.text("/?label=desk/done")
    assert "Calm words" in done
    assert "LOUD WORDS" not in done


def test_the_list_goes_on_to_older_threads(console: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "THREADS_ON_A_PAGE", 2)
    for subject in ("one", "two", "three"):
        console.mail(f"number {subject}")
    first = console.web.get("/").text
    assert "number one" not in first
    (older,) = re.findall(r'<a href="([^"]+)">Older threads', first)
    assert "number one" in console.text(html.unescape(older))


def test_mail_to_our_people_stands_apart(console: Any) -> None:
    console.say("escalate")
    thread = console.mail("It hums")
    assert console.text("/").count("It hums") == 1
    assert "[desk" in console.text("/?label=internal")
    page = console.web.get(f"/threads/{thread}").text
    assert '<li class="internal">' in page
    (own_thread,) = re.findall(r'<a href="(/threads/[^"]+)">open</a>', page)
    assert "Reply as the customer" not in console.text(own_thread)


def test_a_thread_shows_the_mail_what_was_decided_and_what_was_done(console: Any) -> None:
    thread = console.mail(text="What colour is it?")
    shown = console.text(f"/threads/{thread}")
    assert "Ana Duarte ana@example.com" in shown
    assert "What colour is it?" in shown
    assert "Say 0.90 scripted what answer body It is blue." in shown
    assert "Reply to ana@example.com done" in shown
    assert "Moved new → done" in shown
    assert re.search(r"Due next close on \d+ \w+ \d{4}, \d\d:\d\d if still done", shown)
    assert (
        'role="meter" aria-label="confidence" aria-valuemin="0" aria-valuemax="1" aria-valuenow="0.9"'
        in console.web.get(f"/threads/{thread}").text
    )


def test_an_unknown_confidence_is_called_low(console: Any) -> None:
    console.brain.confidence = None
    assert "confidence unknown, counts as low" in console.text(f"/threads/{console.mail()}")


@pytest.mark.parametrize(
    ("what", "subject", "shown"),
    [
        ("answer", "LOUD WORDS", "Held by hold/big_words the subject is shouted"),
        ("wrong move", "Colour", "Refused by flow the flow has no move from NEW to CLOSED"),
        ("crash", "Colour", "Failed ValueError: a bug in the handler"),
        ("nothing", "Colour", "Left as it was"),
    ],
)
def test_a_thread_says_what_stood_in_the_way(console: Any, what: str, subject: str, shown: str) -> None:
    console.say(what)
    assert shown in console.text(f"/threads/{console.mail(subject)}")


def test_each_answer_stands_beside_the_mail_it_answers(console: Any) -> None:
    console.brain.scripts = {"Say": lambda question: {"what": "answer", "body": f"On {question.message.new_text}"}}
    first = console.sandbox.post_mail(ANA, DESK, "Two", "apples")
    console.sandbox.post_mail(ANA, DESK, "Re: Two", "pears", in_reply_to=first.message_id)
    console.settle()
    told = reading.stories(console.runtime.context.journal, first.thread_id)
    page = views.Views(console.runtime).thread(first.thread_id)
    assert len(told) == 2
    texts = [[message.text.strip() for message in turn.messages] for turn in page.turns]
    assert [turn[0] for turn in texts] == ["apples", "pears"]
    assert "On apples" in texts[0][1]
    assert "On pears" in texts[1][1]


def test_a_long_thread_shows_its_newest_messages_and_says_what_it_leaves_out(
    console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 3)
    thread = console.mail("Colour", "first words")
    for words in ("second words", "third words"):
        console.mail("Re: Colour", words, in_reply_to=console.sandbox.outbox()[0].message_id)
    shown = console.text(f"/threads/{thread}")
    assert "3 older messages are in AgentMail" in shown
    assert "first words" not in shown
    assert "third words" in shown
    assert shown.count("What the agent did") == 1


def test_a_label_that_a_person_changed_shows_as_their_move(console: Any) -> None:
    thread = console.mail()
    console.sandbox.client().inboxes.threads.update(
        DESK, thread, add_labels=["desk/closed"], remove_labels=["desk/done"]
    )
    console.mail("Re: Colour", in_reply_to=console.sandbox.outbox("ana@example.com")[0].message_id)
    assert "A person moved the thread: done → closed" in console.text(f"/threads/{thread}")


def test_quoted_history_is_folded(console: Any) -> None:
    text = "Thanks!\n\nOn Mon, 2 Mar 2026 at 10:05, Desk <desk@sandbox.test> wrote:\n> It is blue.\n"
    page = console.web.get(f"/threads/{console.mail(text=text)}").text
    above, _, folded = page.partition("Whole mail with what it quotes")
    assert "Thanks!" in above
    assert "wrote:" not in above
    assert "wrote:" in folded


def test_attachments_are_listed_with_their_size(console: Any) -> None:

    thread = console.mail(attachments=[Part(b"x" * 2345, "floor plan.pdf", "application/pdf")])
    assert "floor plan.pdf application/pdf, 2.3 kB" in console.text(f"/threads/{thread}")


def test_passages_show_their_score_and_which_were_used(console: Any) -> None:
    journal, now = console.runtime.context.journal, console.runtime.clock.now()
    passages = [{"id": "a", "score": 0.4, "answer": "A"}, {"id": "b", "score": 0.3, "answer": "B"}]
    journal.open_run("1:mail:x", now, agent="desk", kind="mail", inbox_id=DESK, thread_id="t", cause={})
    journal.record_decision(
        run_id="1:mail:x", number=0, type="Answer", inputs_hash="h", value={"sources": [{"id": "b", "quote": "B"}]},
        confidence=0.5, brain="scripted", seen={"context": {"asked": [["what?", passages]]}, "why": {}}, made_at=now,
    )  # fmt: skip
    (story,) = reading.stories(journal, "t")
    assert [(one.id, one.score, one.used) for one in story.decisions[0].passages] == [
        ("b", 0.3, True),
        ("a", 0.4, False),
    ]


def test_what_left_is_shown_for_each_address(console: Any) -> None:
    console.mail("Colour")
    console.mail("Shape", from_="Ben <ben@example.com>")
    assert "Re: Colour" in console.text("/outside?to=ana@example.com")
    assert "Re: Shape" not in console.text("/outside?to=ana@example.com")
    assert "Re: Shape" in console.text("/outside")


def test_dead_letters_say_why_and_how_often(console: Any) -> None:
    console.say("crash")
    console.mail()
    shown = console.text("/dead-letters")
    assert "ValueError: a bug in the handler (agent.py:" in shown
    assert "1 attempt; not tried again by itself" in shown
    assert "Dead letters 1" in console.text("/")


@pytest.mark.parametrize("path", ["/threads/nobody-knows", "/?inbox=other@sandbox.test", "/compose?inbox=other@x.test"])
def test_what_is_not_here_is_a_sentence(console: Any, path: str) -> None:
    answer = console.web.get(path)
    assert answer.status_code == 404
    assert "of this process" in answer.text


def test_words_of_strangers_are_never_markup(console: Any) -> None:
    evil = "<script>alert(1)</script>"
    console.say("escalate", body=evil)
    thread = console.mail(evil, text=evil, from_=f'"{evil}" <mallory@example.com>')
    console.runtime.context.journal.switch_off("all", evil, console.runtime.clock.now())
    for path in ("/", f"/threads/{thread}", "/outside", "/?label=internal", f"/?label={evil}"):
        page = console.web.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_the_html_of_a_mail_comes_cleaned_and_under_its_own_policy(console: Any) -> None:
    thread = console.mail(
        text=None, html='<p onclick="x()">Hi<script>evil()</script><img src="http://t.test/p.png"></p>'
    )
    page = console.web.get(f"/threads/{thread}").text
    frame = re.findall(r"<iframe ([^>]+)>", page)[0]
    assert 'sandbox=""' in frame
    answer = console.web.get(html.unescape(re.findall(r'src="([^"]+)"', frame)[0]))
    assert "<p>Hi</p>" in answer.text
    assert not re.search("evil|onclick|t.test", answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox;" in policy
    assert "script" not in policy
    assert policy.startswith("default-src 'none'")


def test_a_page_that_has_not_changed_is_not_sent_again(console: Any) -> None:
    thread = console.mail()
    for path in ("/", f"/threads/{thread}", "/dead-letters", "/outside"):
        first = console.web.get(path)
        again = {"If-None-Match": first.headers["ETag"]}
        assert console.web.get(path, headers=again).status_code == 304
        console.mail("Re: Colour", in_reply_to=console.sandbox.outbox()[0].message_id)
        assert console.web.get(path, headers=again).status_code == 200


def test_the_mark_of_work_goes_with_the_end_of_the_run(console: Any) -> None:
    thread = console.sandbox.post_mail(ANA, DESK, "Colour", "What colour?").thread_id
    assert "working" in console.text("/")
    assert "working" in console.text(f"/threads/{thread}")
    console.settle()
    assert "working" not in console.text("/")
    assert "working" not in console.text(f"/threads/{thread}")


def test_an_address_that_leads_nowhere_is_a_page(console: Any) -> None:
    for path in ("/nothing", "/threads/x/y", "/threads/%00"):
        answer = console.web.get(path)
        assert answer.status_code == 404
        assert "To the overview" in answer.text


@pytest.mark.parametrize("path", ["/webhooks/other", "/u/", "/u/token"])
def test_paths_open_to_strangers_show_nothing_of_the_page(console: Any, path: str) -> None:
    answer = console.web.get(path, headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 404
    assert "desk" not in answer.text


def test_an_older_page_that_never_was_is_not_called_a_failure_of_the_server(console: Any) -> None:
    answer = console.web.get("/?older=garbage")
    assert answer.status_code == 400
    assert "begin at the overview" in answer.text


def test_a_reply_as_the_customer_is_from_a_readable_name(console: Any) -> None:
    page = console.web.get(f"/threads/{console.mail(from_='Zoë Ünal <zoe@example.com>')}").text
    assert 'value="Zoë Ünal &lt;zoe@example.com&gt;"' in page


def test_a_dead_letter_names_who_wrote_and_what_about(console: Any) -> None:
    console.say("crash")
    console.mail("Colour of the door")
    assert "Colour of the door" in console.text("/dead-letters")
    assert "from Ana Duarte; desk, mail" in console.text("/dead-letters")


def test_dead_letters_are_listed_while_agentmail_is_down(console: Any) -> None:
    console.say("crash")
    console.mail("Colour of the door")
    console.sandbox.api_key = console.sandbox._core.api_key = "another"
    assert "(its thread)" in console.text("/dead-letters")


def test_a_link_in_a_mail_shows_where_it_leads(console: Any) -> None:
    thread = console.mail(text=None, html='<a href="https://bank.test/login">your bank</a>')
    frame = re.findall(r'<iframe [^>]*src="([^"]+)"', console.web.get(f"/threads/{thread}").text)[0]
    shown = console.web.get(html.unescape(frame)).text
    assert 'a[href]::after { content: " (" attr(href) ")"' in shown
    assert "pointer-events: none" in shown


def test_a_very_long_mail_says_what_the_agent_did_not_read(console: Any) -> None:
    thread = console.mail("Long", "What colour is it? " * 5_000)
    assert "the agent read its first 50,000 characters, not the 44,999 after them" in console.text(f"/threads/{thread}")


def test_more_dead_letters_than_are_shown_are_counted(console: Any) -> None:
    journal, now = console.runtime.context.journal, console.runtime.clock.now()
    lost = {"agent": "desk", "kind": "mail", "inbox_id": DESK, "thread_id": "t", "cause": {}, "status": "dead"}
    for number in range(201):
        journal.open_run(f"run-{number:03}", now, **lost)
    assert "These are the newest 200 of 201" in console.text("/dead-letters")
    journal.update_run("run-000", status="done")
    assert "newest 200 of" not in console.text("/dead-letters")
