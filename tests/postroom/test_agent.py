"""What an agent is checked for before it runs: each fault is named with what to do about it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from enum import auto
from pathlib import Path
from typing import Any

import pytest

import postroom
from postroom import Agent, Flow, Message, Thread, Transition, days
from postroom.agent import AgentError
from postroom.loading import known_agents, load_agent

SOURCE = """
from enum import auto

import postroom
from postroom import Agent, Decision, Flow, Reply, Transition, days


class State(postroom.State):
    NEW = auto()
    DONE = auto()
    WITH_HUMAN = auto()


class Say(Decision):
    body: str


FLOW = Flow(State.NEW, {State.NEW: [State.DONE, State.WITH_HUMAN], State.DONE: [State.DONE]})
agent = Agent("trial", flow=FLOW, with_human=State.WITH_HUMAN)


@agent.on(State.NEW, State.DONE)
def read(message, thread):
    return Transition(State.DONE, Reply("plain", body="Hello"))
"""
numbers = itertools.count(1)
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes an agent's folder around its source; each has a name of its own."""
    monkeypatch.syspath_prepend(tmp_path)

    def folder(source: str) -> Path:
        made = tmp_path / f"trial_{next(numbers)}_agent"
        (made / "emails").mkdir(parents=True)
        (made / "prompts").mkdir()
        (made / "emails" / "plain.md.j2").write_text("{{ body }}\n")
        (made / "prompts" / "say.md").write_text("Say it.\n")
        (made / "__init__.py").touch()
        (made / "agent.py").write_text(source)
        return made

    return folder


def fault(folder: Path) -> str:
    with pytest.raises(AgentError) as caught:
        load_agent(str(folder))
    return str(caught.value)


def test_a_whole_agent_loads_by_its_folder(write: Write) -> None:
    agent = load_agent(str(write(SOURCE)))
    assert agent.name == "trial"
    assert agent.flow.start.value == "new"


def test_a_state_with_moves_and_no_handler_is_named(write: Write) -> None:
    folder = write(SOURCE.replace("@agent.on(State.NEW, State.DONE)", "@agent.on(State.NEW)"))
    assert "State.DONE has moves but no handler of mail; add @agent.on(State.DONE)" in fault(folder)


@pytest.mark.parametrize(
    "handler",
    [
        "@agent.after(days(1), State.DONE)\ndef later(thread):",
        '@agent.on_event("bounce", State.DONE)\ndef event(m, t):',
    ],
    ids=["timer", "event"],
)
def test_a_state_in_which_mail_would_get_no_answer_is_named(write: Write, handler: str) -> None:
    source = SOURCE.replace("@agent.on(State.NEW, State.DONE)", "@agent.on(State.NEW)")
    message = fault(write(f"{source}\n\n{handler}\n    return None\n"))
    assert "State.DONE has moves but no handler of mail; add @agent.on(State.DONE)" in message


def test_the_state_of_people_needs_no_handler_of_mail(write: Write) -> None:
    load_agent(
        str(
            write(
                SOURCE.replace("State.DONE: [State.DONE]}", "State.DONE: [State.DONE], State.WITH_HUMAN: [State.DONE]}")
            )
        )
    )


def test_a_handler_in_a_state_without_moves_is_named(write: Write) -> None:
    folder = write(SOURCE.replace("@agent.on(State.NEW, State.DONE)", "@agent.on(*State)"))
    assert "State.WITH_HUMAN has a handler but no moves; add them to the flow" in fault(folder)


def test_a_template_that_is_not_there_is_named_with_its_line(write: Write) -> None:
    message = fault(write(SOURCE.replace('Reply("plain"', 'Reply("fancy"')))
    line = 1 + SOURCE.splitlines().index('    return Transition(State.DONE, Reply("plain", body="Hello"))')
    assert f"agent.py:{line}: Reply uses emails/fancy.md.j2; add that file" in message


def test_a_mail_in_one_language_is_to_be_in_all_that_any_is_in(write: Write) -> None:
    folder = write(SOURCE.replace('Reply("plain", ', 'Reply("plain", language="de", '))
    load_agent(str(folder))
    (folder / "emails" / "other.pt.md.j2").write_text("Olá\n")
    assert "Reply uses emails/plain.pt.md.j2; add that file" in fault(folder)


def test_names_behind_a_dot_are_checked_as_well(write: Write) -> None:
    source = SOURCE.replace('Reply("plain"', 'postroom.Reply("fancy"').replace(
        "Say(Decision)", "Other(postroom.Decision)"
    )
    message = fault(write(source))
    assert "postroom.Reply" not in message
    assert "Reply uses emails/fancy.md.j2; add that file" in message
    assert "Other has no prompt; add prompts/other.md" in message


def test_a_decision_without_a_prompt_is_named(write: Write) -> None:
    folder = write(SOURCE)
    (folder / "prompts" / "say.md").unlink()
    assert "Say has no prompt; add prompts/say.md" in fault(folder)


def test_a_state_that_does_not_exist_is_named_with_those_that_do(write: Write) -> None:
    message = fault(write(SOURCE + "\n\ndef unused():\n    return State.WAITING\n"))
    assert "State.WAITING is none of NEW, DONE, WITH_HUMAN" in message


def test_all_faults_are_listed_at_once(write: Write) -> None:
    folder = write(SOURCE.replace('Reply("plain"', 'Reply("fancy"'))
    (folder / "prompts" / "say.md").unlink()
    message = fault(folder)
    assert message.startswith("trial cannot run:")
    assert message.count("\n  - ") == 2


@pytest.mark.parametrize("name", ["plan", "again"])
def test_two_timers_of_one_name_or_a_timer_called_plan_are_refused(write: Write, name: str) -> None:
    timer = f"\n\n@agent.after(days({{}}), State.DONE)\ndef {name}(thread):\n    return None\n"
    source = SOURCE + timer.format(1) + (timer.format(2) if name == "again" else "")
    assert f"{name}" in fault(write(source))
    assert "rename" in fault(write(source))


def test_an_agent_file_without_an_agent_is_named(write: Write) -> None:
    assert "defines no `agent = Agent(…)`; add it" in fault(write("import postroom\n"))


def test_an_unknown_agent_lists_those_there_are(write: Write) -> None:
    write(SOURCE)
    with pytest.raises(AgentError, match=r"no agent 'nobody': looked for .* nobody_agent .*trial-") as caught:
        load_agent("nobody")
    assert all(name in str(caught.value) for name in known_agents())


class State(postroom.State):
    NEW = auto()
    WITH_HUMAN = auto()


FLOW = Flow(State.NEW, {State.NEW: [State.WITH_HUMAN]})


def make(name: str = "trial") -> Agent:
    return Agent(name, flow=FLOW, with_human=State.WITH_HUMAN)


def nothing(message: Message | None, thread: Thread) -> Transition | None:
    return None


@pytest.mark.parametrize("name", ["", "Support", "cold email", "cold_email", "-x", "x-", "a--b", "1st", "über"])
def test_a_name_that_makes_no_label_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(AgentError, match="use lower case letters, digits and single dashes, like cold-email"):
        make(name)


def test_two_handlers_for_one_state_are_refused() -> None:
    agent = make()
    agent.on(State.NEW)(nothing)
    with pytest.raises(AgentError, match=r"two handlers for mail in State\.NEW; keep one"):
        agent.on(State.NEW)(nothing)
    agent.on_event("bounce")(nothing)
    agent.on_event("bounce", State.NEW)(nothing)
    with pytest.raises(AgentError, match="two handlers for bounce"):
        agent.on_event("bounce")(nothing)
    agent.holding(nothing)
    with pytest.raises(AgentError, match=r"two handlers for @agent\.holding; keep one"):
        agent.holding(nothing)


class Other(postroom.State):
    NEW = auto()


@pytest.mark.parametrize(
    ("decorator", "register"),
    [
        ("on", lambda agent, state: agent.on(State.WITH_HUMAN, state)),
        ("on_event", lambda agent, state: agent.on_event("bounce", state)),
        ("after", lambda agent, state: agent.after(days(1), state)),
    ],
)
@pytest.mark.parametrize("state", [Other.NEW, "new"], ids=["of another Enum", "a word"])
def test_a_state_that_is_none_of_the_flows_is_refused_with_those_that_are(
    decorator: str, register: Callable[[Agent, Any], Any], state: Any
) -> None:
    with pytest.raises(
        AgentError, match=rf"@agent\.{decorator} names .*no state of its flow; use State\.NEW, "
    ) as caught:
        register(make(), state)
    assert f"names {state}," in str(caught.value)


def test_a_state_of_another_enum_stops_the_import(write: Write) -> None:
    other = SOURCE.replace("FLOW =", "class Stage(postroom.State):\n    NEW = auto()\n\n\nFLOW =")
    assert "trial: @agent.on names Stage.NEW" in fault(
        write(other.replace("@agent.on(State.NEW", "@agent.on(Stage.NEW"))
    )


@pytest.mark.parametrize("crontab", ["* * * *", "0 9 * * 1-5", "0 9 * * mon-fri *", "61 9 * * mon", "0 9 * * lun", ""])
def test_a_crontab_that_is_none_is_refused_with_what_to_write(crontab: str) -> None:
    with pytest.raises(AgentError, match=r"trial: crontab .*five fields with weekdays by name \(mon-fri\)"):
        make().every(crontab)


def test_the_handler_of_an_event_in_one_state_goes_before_the_one_for_all() -> None:
    agent = make()

    def here(message: Message | None, thread: Thread) -> Transition | None:
        return None

    agent.on_event("bounce")(nothing)
    agent.on_event("bounce", State.NEW)(here)
    assert agent.event_handler("bounce", State.NEW) is here
    assert agent.event_handler("bounce", State.WITH_HUMAN) is nothing
    assert agent.event_handler("opened", State.NEW) is None


def test_a_timer_the_code_has_no_more_is_an_error_that_says_so() -> None:
    agent = make()
    agent.after(days(2), State.NEW)(nothing)
    assert agent.timer("nothing").after == days(2)
    with pytest.raises(KeyError, match="trial has no handler called nudge any more"):
        agent.timer("nudge")
    with pytest.raises(KeyError, match="trial has no handler called digest any more"):
        agent.cron("digest")


def test_a_campaign_handler_without_what_the_law_asks_for_is_refused_with_what_to_write() -> None:
    agent = make()
    agent.start(nothing)
    with pytest.raises(AgentError, match=r"a handler of @agent\.start or @agent\.renew needs Agent\(outreach="):
        agent.check()


def test_two_handlers_of_a_campaign_are_refused_at_once() -> None:
    agent = make()
    agent.start(nothing)
    with pytest.raises(AgentError, match=r"two handlers for @agent\.start"):
        agent.start(nothing)
