"""The page of an agent: its flow with live counts, what time does, who gets its threads; and files of mails."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import auto
from typing import Any

import pytest
from desk_agent.agent import agent as desk
from hypothesis import given
from hypothesis import strategies as st

import postroom
from agentmail_sandbox import Part
from postroom import Agent, Flow
from postroom.agent import Cron
from postroom.console import flow_picture, shown


def counts(page: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r'aria-label="([\w-]+): (\d+) threads?"', page)}


def test_the_flow_shows_every_state_with_its_threads_as_they_are_now(console: Any) -> None:
    page = console.web.get("/agents/desk").text
    assert counts(page) == {"new": 0, "done": 0, "chasing": 0, "with-human": 0, "closed": 0}
    console.mail("Colour")
    console.mail("Shape")
    console.say("escalate")
    thread = console.mail("Door")
    assert counts(console.web.get("/agents/desk").text) == {
        "new": 0, "done": 2, "chasing": 0, "with-human": 1, "closed": 0,
    }  # fmt: skip
    console.sandbox.client().inboxes.threads.update(
        "desk@sandbox.test", thread, add_labels=["desk/closed"], remove_labels=["desk/with-human"]
    )
    assert counts(console.web.get("/agents/desk").text)["closed"] == 1


def test_the_flow_is_drawn_with_each_of_its_moves_and_no_other(console: Any) -> None:
    page = console.web.get("/agents/desk").text
    drawn = set(re.findall(r"<title>([\w-]+) → ([\w-]+)</title>", page))
    assert drawn == {(origin.value, to.value) for origin, targets in desk.flow.moves.items() for to in targets}
    assert "<dt>closed</dt><dd>stays</dd>" in page
    assert "<dt>with-human</dt><dd>done</dd>" in page


def test_a_state_leads_to_its_threads_and_the_list_to_the_flow(console: Any) -> None:
    console.mail("Colour of the door")
    page = console.web.get("/agents/desk").text
    (link,) = re.findall(r'id="state-done" href="([^"]+)"', page)
    assert "Colour of the door" in console.text(link.replace("&amp;", "&"))
    assert 'href="/agents/desk"' in console.web.get("/").text


def test_timers_say_on_how_many_threads_they_wait_and_when_they_are_due(console: Any) -> None:
    assert "no thread waits for it" in console.text("/agents/desk")
    console.mail("Colour")
    due = console.runtime.context.journal.next_timer()
    now = console.text("/agents/desk")
    assert re.search(rf"1 thread , next {re.escape(shown.when(due))}", now)
    console.mail("Shape")
    assert "2 threads , next" in console.text("/agents/desk")


def test_a_schedule_says_when_it_runs_next(console: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trigger = Agent("other", flow=desk.flow, with_human=desk.with_human)

    @trigger.every("0 9 * * mon")
    def weekly(inbox: postroom.Inbox) -> None:
        """Tell people what was asked."""

    monkeypatch.setattr(desk, "crons", [Cron("weekly", "0 9 * * mon", trigger.crons[0].trigger, weekly)])
    journal = console.runtime.context.journal
    journal.settle_cron("desk", "weekly", datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert "weekly Tell people what was asked. 0 9 * * mon (UTC) next 9 Mar 2026, 09:00" in console.text("/agents/desk")


def test_people_and_hold_rules_are_named(console: Any) -> None:
    page = console.text("/agents/desk")
    assert "big_words" in page
    for person in console.runtime.context.posts["desk"].people:
        assert person.replace("<", "&lt;").replace(">", "&gt;") in page


def test_an_agent_that_is_not_here_is_a_sentence(console: Any) -> None:
    answer = console.web.get("/agents/nobody")
    assert answer.status_code == 404
    assert "No agent of this process is called nobody" in answer.text


class Some(postroom.State):
    A = auto()
    B = auto()
    C = auto()
    D = auto()


@given(st.dictionaries(st.sampled_from(list(Some)), st.sets(st.sampled_from(list(Some))), max_size=4))
def test_each_dot_lies_on_its_lane_and_each_lane_reaches_its_state(moves: dict[Some, set[Some]]) -> None:
    flow = Flow(Some.A, {**moves, Some.A: {*moves.get(Some.A, ()), Some.B, Some.C, Some.D}})
    drawn = flow_picture.draw(Agent("some", flow=flow, with_human=Some.D), {"some/b": 7})
    lanes = {lane.x: lane for lane in drawn.lanes}
    assert len(lanes) == len(drawn.lanes)
    assert [row.count for row in drawn.rows] == [0, 7, 0, 0]
    for row in drawn.rows:
        for dot in row.dots:
            assert lanes[dot.x].top <= row.leaves <= lanes[dot.x].bottom
            assert dot.x < drawn.width
            (to,) = (other for other in drawn.rows if other.state == dot.to)
            assert lanes[dot.x].top <= lanes[dot.x].enters <= lanes[dot.x].bottom
            assert abs(lanes[dot.x].enters - to.y) < flow_picture.BOX // 2
    assert max(row.y for row in drawn.rows) < drawn.height


# -- files of mails ---------------------------------------------------------------------------------------

EVIL = b"<script>alert(1)</script>"


def with_file(console: Any, name: str = "bill.html", content_type: str = "text/html") -> tuple[str, str]:
    """Return the path of the thread of a mail with a file, and the file's."""
    thread = console.mail(attachments=[Part(EVIL, name, content_type)])
    (link,) = re.findall(rf'href="(/threads/{thread}/files/[^"]+)"', console.web.get(f"/threads/{thread}").text)
    return f"/threads/{thread}", link


def test_a_file_is_shown_with_its_type_and_size_and_saved_never_opened(console: Any) -> None:
    thread, link = with_file(console)
    assert "bill.html text/html, 25 Bytes" in console.text(thread)
    with console.web.get(link) as answer:
        assert answer.data == EVIL
        assert answer.headers["Content-Disposition"] == "attachment; filename=bill.html"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")


def test_only_files_of_the_threads_own_mails_are_handed_out(console: Any) -> None:
    thread, link = with_file(console)
    other = console.mail("Another")
    assert console.web.get(f"/threads/{other}/files/{link.rpartition('/')[2]}").status_code == 404
    assert console.web.get(f"{thread}/files/none").status_code == 404
    assert console.web.get(link.replace(thread, "/threads/none")).status_code == 404


@pytest.mark.parametrize(
    ("given_name", "saved"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nSet-Cookie: x", "a__Set-Cookie: x"),
        ("fdp\u202eexe", "fdp_exe"),
        ("", "file"),
        (" . ", "file"),
    ],
)
def test_a_strangers_name_of_a_file_leads_nowhere_and_hides_nothing(given_name: str, saved: str) -> None:
    assert shown.file_name(given_name) == saved


@given(st.text())
def test_no_name_of_a_file_holds_a_folder_or_a_hidden_letter(name: str) -> None:
    safe = shown.file_name(name)
    assert safe
    assert safe.isprintable()
    assert not set(safe) & set("/\\")
