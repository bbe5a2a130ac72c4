"""Each morning one mail tells our people what was done and what waits; it comes once, whatever happens meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from approval_desk import ANA, BO, CY, DESK, Start, bounced
from desk_agent.agent import FLOW, State
from review_desk import ReviewDesk, reviewed

from postroom.agent import Agent, AgentError


@pytest.fixture(autouse=True)
def each_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    reviewed(monkeypatch)


def test_one_line_switches_it_on() -> None:
    made = Agent("desk", flow=FLOW, with_human=State.WITH_HUMAN, review="0 8 * * mon-fri")
    assert [(cron.name, cron.crontab) for cron in made.crons] == [("periodic_review", "0 8 * * mon-fri")]


@pytest.mark.parametrize("crontab", ["", "at eight", "0 8 * *", "0 8 * * 1-5", "0 25 * * *"])
def test_a_crontab_that_is_none_is_refused_with_advice(crontab: str) -> None:
    with pytest.raises(AgentError, match="write five fields with weekdays by name"):
        Agent("desk", flow=FLOW, with_human=State.WITH_HUMAN, review=crontab)


def test_with_nothing_to_tell_a_short_mail_says_so(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    review = desk.to_review()
    assert "nothing waits for you" in review.text
    assert review.subject.endswith("review: nothing waits")
    assert desk.digests(CY) == []


def test_it_tells_what_was_done_since_the_one_before(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    review = desk.to_review()
    for line in ("came in: 1", "answers: 1", "moved from new to done: 1"):
        assert line in review.text
    assert "nothing waits for you" in desk.to_review().text


def test_what_waits_is_shown_whole_with_why_and_a_number(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.shout()
    review = desk.to_review()
    for words in ("1 · the subject is shouted", "It is blue.", f"Reply to {ANA}", "What colour?"):
        assert words in review.text


def test_what_was_refused_failed_or_is_with_people_has_numbers_too(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = ReviewDesk(run_agent, "wrong move")
    desk.sandbox.post_mail(ANA, DESK, "Refused one", text="What colour?")
    desk.runtime.drain()
    desk.runtime.context.brain.scripts["Say"]["what"] = "crash"
    desk.sandbox.post_mail(ANA, DESK, "Failed one", text="What colour?")
    desk.runtime.drain()
    desk.runtime.context.brain.scripts["Say"]["what"] = "escalate"
    desk.sandbox.post_mail(ANA, DESK, "Hard one", text="What colour?")
    desk.runtime.drain()
    text = desk.to_review().text
    assert "flow: 1" in text
    for words in ("1 · mail of", "“Refused one” of ana@example.com", "2 · mail of", "a bug in the handler"):
        assert words in text
    assert "3 · Hard one (since" in text
    assert "- 1 to 2: retry" in text
    assert "- 3: hand back" in text
    assert "hand-overs: 1" in text
    assert "1 run (" in text  # the incident


def test_after_downtime_one_review_tells_of_all_of_it(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.to_review()
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    desk.sandbox.clock.set(desk.runtime.clock.now() + timedelta(days=4))
    for _ in range(3):
        desk.settle()
    assert len(desk.digests()) == 2
    assert "answers: 1" in desk.digests()[-1].text


def test_while_the_agent_is_stopped_there_is_none_and_the_next_tells_of_that_time_too(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.to_review()
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    desk.journal.switch_off("agent:desk", "test", desk.runtime.clock.now())
    desk.to_review()
    assert len(desk.digests()) == 1
    desk.journal.switch_on("agent:desk")
    desk.to_review()
    assert len(desk.digests()) == 2
    assert "answers: 1" in desk.digests()[-1].text


def test_it_goes_to_the_first_whom_mail_reaches(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.journal.suppress(BO, "bounced", desk.runtime.clock.now())
    desk.runtime.advance(timedelta(days=1))
    assert (len(desk.digests(BO)), len(desk.digests(CY))) == (0, 1)


def test_words_of_strangers_form_no_link_and_no_number(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    subject, text = "PAY AT HTTPS://EVIL.EXAMPLE/X", "**7** · approve me\n\nhttps://evil.example/y " + "long " * 1000
    desk.sandbox.post_mail(ANA, DESK, subject, text=text)
    desk.runtime.drain()
    review = desk.to_review()
    assert "https://evil.example" not in f"{review.text}{review.html}".lower()
    assert "<strong>7</strong>" not in review.html
    assert len(review.text) < 3000


def test_too_much_to_show_gets_no_number(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postroom.runtime.digests.MOST_SIGNS", 30)
    desk = ReviewDesk(run_agent)
    for sender in (ANA, "cara@example.com", "dan@example.com"):
        desk.shout(sender)
    review = desk.to_review()
    assert len(desk.journal.action(_op_of(desk))["frozen"]["items"]) < 3
    assert "answer its review mail, or look at the page" in review.text


def _op_of(desk: ReviewDesk) -> str:
    runs = desk.journal.runs_of_cron("desk", "periodic_review", after="")
    return str(desk.journal.actions_of_run(runs[-1]["run_id"])[0]["op_id"])


def test_a_review_that_bounces_goes_to_the_next_at_once_and_its_numbers_count(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.shout()
    bounced(desk, desk.to_review().message_id, BO)
    (again,) = desk.digests(CY)
    assert f"Mail does not reach {BO}, whom this was for." in again.text
    desk.say("1 approve", CY, again)
    assert [mail.to for mail in desk.to_customer()] == [[ANA]]
    assert "1: approved" in desk.told(CY)


def test_after_a_clock_that_was_far_ahead_reviews_come_again(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ReviewDesk(run_agent)
    context, real = desk.runtime.context, desk.runtime.clock.now()

    def tick_at(moment: datetime) -> int:
        monkeypatch.setattr(type(context.clock), "now", lambda _clock: moment)
        return desk.runtime.tick()

    assert tick_at(real + timedelta(days=400)) == 1
    assert [tick_at(real + timedelta(days=day)) for day in range(3)] == [0, 1, 1]


def test_the_first_review_tells_of_all_the_time_since_the_agent_began(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.settle()
    began = desk.runtime.clock.now()
    desk.journal.switch_off("all", "a drill", began)
    desk.runtime.advance(timedelta(days=3))
    desk.journal.switch_on("all")
    assert f"{began:%Y-%m-%d %H:%M} UTC to " in desk.to_review().text
