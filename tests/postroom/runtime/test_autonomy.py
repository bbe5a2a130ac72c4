"""POSTROOM_AUTONOMY: what agents send by themselves, what waits for a yes, what is only suggested, and what is left."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from approval_desk import ANA, BO, DESK, Desk
from desk_agent.agent import State, agent
from left import left

from postroom import Reply, Transition
from postroom.admission import StartError, refuse_unready, unset_by
from postroom.autonomy import LEVELS, Autonomy
from postroom.settings import Settings, SettingsError, read_settings

Start = Callable[..., Any]
TEAM = "team@example.com"


def write(desk: Desk, sender: str = ANA, subject: str = "Colour") -> str:
    thread_id = str(desk.sandbox.post_mail(sender, DESK, subject, text="What colour?").thread_id)
    desk.runtime.drain()
    return thread_id


@pytest.mark.parametrize("autonomy", ["approve", "desk: approve", "auto, Desk: APPROVE", "category/easy: approve"])
def test_with_approve_an_answer_waits_for_a_yes(run_agent: Start, autonomy: str) -> None:
    desk = Desk(run_agent, autonomy=autonomy)
    thread_id = write(desk)
    assert desk.to_customer() == []
    assert "waiting/approval" in desk.labels(thread_id)
    assert "waits for a yes" in desk.held(thread_id)["note"]
    desk.answer("approve")
    assert [mail.to for mail in desk.to_customer()] == [[ANA]]


@pytest.mark.parametrize("autonomy", ["", "auto", "approve, desk: auto", "sdr: off", "category/hard: off"])
def test_with_auto_an_answer_leaves_by_itself(run_agent: Start, autonomy: str) -> None:
    desk = Desk(run_agent, autonomy=autonomy)
    thread_id = write(desk)
    assert [mail.to for mail in desk.to_customer()] == [[ANA]]
    assert "waiting/approval" not in desk.labels(thread_id)


@pytest.mark.parametrize("autonomy", ["suggest", "approve, category/easy: suggest"])
def test_with_suggest_a_draft_stands_in_agentmail_and_nobody_is_asked(run_agent: Start, autonomy: str) -> None:
    desk = Desk(run_agent, autonomy=autonomy)
    thread_id = write(desk)
    assert left(desk.sandbox) == []
    assert "waiting/approval" in desk.labels(thread_id)
    (draft,) = desk.drafts()
    desk.client.inboxes.drafts.send(DESK, draft.draft_id)
    desk.runtime.drain()
    assert [mail.to for mail in left(desk.sandbox)] == [[ANA]]


def test_a_rule_of_the_agent_asks_its_own_approvers_where_autonomy_would_ask_others(run_agent: Start) -> None:
    desk = Desk(run_agent, autonomy="approve", approvers=f"Cy <cy@example.com>, desk/hold/big_words: Bo <{BO}>")
    write(desk, subject="COLOUR")
    assert len(desk.reviews(BO)) == 1
    write(desk, "eve@example.com")
    assert len(desk.reviews("cy@example.com")) == 1


def test_what_is_only_suggested_asks_nobody_though_a_rule_would(run_agent: Start) -> None:
    desk = Desk(run_agent, autonomy="suggest")
    write(desk, subject="COLOUR")
    assert desk.reviews(BO) == []


def test_an_agent_that_is_off_answers_nothing_and_leaves_its_mail_to_people(run_agent: Start) -> None:
    desk = Desk(run_agent, autonomy="desk: off")
    thread_id = write(desk)
    assert left(desk.sandbox) == []
    assert desk.drafts() == []
    assert "needs-human" in desk.labels(thread_id)
    run = desk.journal.runs_of_thread(thread_id)[0]
    assert (run["status"], run["note"]) == ("recorded", "desk is off: POSTROOM_AUTONOMY")
    assert desk.journal.decisions_of_run(run["run_id"]) == []


def test_an_agent_that_is_off_does_nothing_in_time_either(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase", autonomy="auto")
    thread_id = write(desk)
    off = Autonomy.parse("off")
    desk.runtime.context = dataclasses.replace(desk.runtime.context, autonomy=off)
    desk.runtime.advance(timedelta(days=8))
    assert len(desk.to_customer()) == 1
    assert "digest" not in " ".join(str(mail.subject) for mail in left(desk.sandbox, BO))
    assert "needs-human" in desk.labels(thread_id)


def test_a_hand_over_does_not_wait_but_what_its_customer_hears_does(run_agent: Start) -> None:
    desk = Desk(run_agent, "escalate", autonomy="approve")
    thread_id = write(desk)
    assert [mail.to for mail in left(desk.sandbox)] == [[BO]]
    assert {"desk/with-human", "waiting/approval"} <= desk.labels(thread_id)


@pytest.mark.parametrize("wrong", ["sometimes", "support:", "support: on", ": auto", "auto approve", "off; auto"])
def test_what_is_no_level_is_refused_with_what_to_write(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"AUTONOMY: .*write one of off, suggest, approve, auto"):
        read_settings(_env_file=None, autonomy=wrong)


def live(**given: Any) -> Settings:
    return Settings(_env_file=None, agentmail_api_key="am_live", **given)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("written", "desk", "sdr"),
    [
        ("", "approve", "approve"),
        ("desk: auto", "auto", "approve"),
        ("suggest", "suggest", "suggest"),
        ("desk: off", "off", "approve"),
    ],
)
def test_with_a_real_account_agents_wait_for_a_yes_unless_they_are_named(written: str, desk: str, sdr: str) -> None:
    autonomy = live(autonomy=written).autonomy_by(offline=False)
    assert (autonomy.of("desk"), autonomy.of("sdr")) == (desk, sdr)


@pytest.mark.parametrize("written", ["", "desk: auto", "suggest", "desk: off"])
def test_with_a_real_account_the_offline_brain_suggests_at_most(written: str) -> None:
    autonomy = live(autonomy=written).autonomy_by(offline=True)
    assert LEVELS.index(autonomy.of("desk")) <= LEVELS.index("suggest")


def test_a_label_takes_away_and_never_gives() -> None:
    autonomy = Autonomy.parse("approve, category/easy: auto, category/hard: off")
    assert autonomy.of("desk", ["Category/Easy"]) == "approve"
    assert autonomy.of("desk", ["category/easy", "category/hard"]) == "off"


@pytest.mark.parametrize(("now", "waits"), [("category/easy: suggest", True), ("category/hard: suggest", False)])
def test_a_follow_up_on_a_thread_with_a_label_that_may_less_waits(run_agent: Start, now: str, waits: bool) -> None:
    desk = Desk(run_agent, "chase")
    thread_id = write(desk)
    desk.client.inboxes.threads.update(DESK, thread_id, add_labels=["category/easy"])
    object.__setattr__(desk.runtime.context, "autonomy", Autonomy.parse(now))
    desk.runtime.advance(timedelta(days=3))
    assert len(desk.to_customer()) == (1 if waits else 2)
    assert ("waiting/approval" in desk.labels(thread_id)) is waits


def test_a_step_that_leaves_the_label_of_its_thread_counts_as_having_it(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    object.__setattr__(desk.runtime.context, "autonomy", Autonomy.parse("category/easy: approve"))
    told = lambda *_: Transition(State.DONE, Reply("plain", body="Yes."))  # noqa: E731
    monkeypatch.setitem(agent.on_mail, State.DONE, told)
    answered = desk.to_customer()[0].message_id
    desk.sandbox.post_mail(ANA, DESK, "Re: Colour", text="And size?", in_reply_to=answered)
    desk.settle()
    assert len(desk.to_customer()) == 1
    assert "waiting/approval" in desk.labels(thread_id)


@pytest.mark.parametrize("written", ["auto, approve", "desk: auto, Desk: off"])
def test_two_levels_for_one_thing_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="stands before it; write one"):
        Autonomy.parse(written)


def test_what_is_no_agent_is_refused_at_start_and_a_label_that_nothing_sets_is_told() -> None:
    with pytest.raises(StartError, match=r"POSTROOM_AUTONOMY names 'dsk', which is no agent and no label.*desk"):
        refuse_unready([agent], Settings(_env_file=None, autonomy="dsk: off"))  # type: ignore[call-arg]
    refuse_unready([agent], Settings(_env_file=None, autonomy="desk: off, category/esay: off"))  # type: ignore[call-arg]
    assert unset_by([agent], "category/easy: off, category/esay: off") == ["category/esay"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"humans": f"dsk: Bo <{BO}>"}, "POSTROOM_HUMANS names 'dsk', which is no agent"),
        ({"approvers": f"dsk/hold/big_words: Bo <{BO}>"}, "POSTROOM_APPROVERS names 'dsk', which is no agent"),
        ({"approvers": f"desk/hold/big_word: Bo <{BO}>"}, "desk has no such rule; its rules: hold/big_words"),
    ],
)
def test_people_for_what_is_not_there_refuse_the_start(given: dict[str, str], said: str) -> None:
    with pytest.raises(StartError, match=said):
        refuse_unready([agent], Settings(_env_file=None, **given))  # type: ignore[call-arg, arg-type]


def test_people_for_a_rule_and_an_agent_that_are_there_start() -> None:
    given = {"humans": f"desk: Bo <{BO}>, Cy <cy@example.com>", "approvers": f"desk/hold/big_words: Bo <{BO}>"}
    refuse_unready([agent], Settings(_env_file=None, **given))  # type: ignore[call-arg, arg-type]
