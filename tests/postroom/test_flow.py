"""The state machine: which moves it allows, and that a thread driven at random never leaves it."""

from __future__ import annotations

from collections.abc import Callable
from enum import auto
from typing import Any

import pytest
from desk_agent.agent import FLOW as DESK_FLOW
from desk_agent.agent import State as DeskState
from desk_agent.agent import agent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import postroom
from agentmail_sandbox import Sandbox
from postroom import Flow
from postroom.brain.scripted import ScriptedBrain
from postroom.flow import FlowError, state_from_labels, state_label
from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"

# the engine's threads draw random numbers while strategies do, which hypothesis takes for a fault of the strategy


class State(postroom.State):
    NEW = auto()
    WITH_HUMAN = auto()
    CLOSED = auto()


class Other(postroom.State):
    NEW = auto()


FLOW = Flow(State.NEW, {State.NEW: [State.WITH_HUMAN], State.WITH_HUMAN: [State.WITH_HUMAN, State.CLOSED]})


def test_a_move_is_allowed_only_where_the_flow_names_it() -> None:
    allowed = {(origin, to) for origin in State for to in State if FLOW.allows(origin, to)}
    assert allowed == {
        (State.NEW, State.WITH_HUMAN),
        (State.WITH_HUMAN, State.WITH_HUMAN),
        (State.WITH_HUMAN, State.CLOSED),
    }


def test_a_refusal_names_the_move_and_those_that_are_allowed() -> None:
    assert FLOW.refusal(State.WITH_HUMAN, State.NEW) == (
        "the flow has no move from WITH_HUMAN to NEW (allowed from WITH_HUMAN: CLOSED, WITH_HUMAN)"
    )
    assert FLOW.refusal(State.CLOSED, State.NEW).endswith("(allowed from CLOSED: none)")


def test_a_state_nothing_leads_to_is_refused_by_name() -> None:
    with pytest.raises(FlowError, match="no move leads from NEW to CLOSED: add a move or remove the state"):
        Flow(State.NEW, {State.NEW: [State.WITH_HUMAN], State.CLOSED: [State.NEW]})


def test_states_of_two_enums_do_not_mix() -> None:
    with pytest.raises(FlowError, match="use the members of one State class"):
        Flow(State.NEW, {State.NEW: [State.WITH_HUMAN, State.CLOSED, Other.NEW]})


@pytest.mark.parametrize("state", list(State))
def test_a_state_survives_its_label(state: State) -> None:
    label = state_label("legal-intake", state)
    assert label == label.lower()
    assert state_from_labels("legal-intake", State, ["category/new", label, "legal/closed"]) == [state]


def test_labels_of_another_agent_name_no_state_of_ours() -> None:
    assert state_from_labels("support", State, ["sdr/new", "support", "support/unheard-of"]) == []


ANSWERS = ["answer", "escalate", "chase", "nothing", "wrong move"]
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("mail"), st.sampled_from(ANSWERS), st.booleans()),
        st.tuples(st.just("person"), st.sampled_from(list(DeskState)), st.booleans()),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=HAPPENINGS)
def test_whatever_happens_a_thread_has_one_state_and_makes_only_legal_moves(
    run_agent: Callable[..., tuple[Runtime, Sandbox]], happenings: list[tuple[str, Any, bool]]
) -> None:
    answers: list[str] = []
    brain = ScriptedBrain(Say=lambda _question: {"what": answers[-1], "body": "It is blue."})
    runtime, sandbox = run_agent(agent, brain)
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    answers.append("answer")
    runtime.drain()
    for what, detail, flag in happenings:
        if what == "person":
            _label(sandbox, str(mail.thread_id), detail, keep_old=flag)
            continue
        answers.append(detail)
        shouted = "AND NOW" if flag else "And now"
        sandbox.post_mail("ana@example.com", DESK, shouted, text="And now?", in_reply_to=mail.message_id)
        runtime.drain()
        assert len(_states(sandbox, str(mail.thread_id))) == 1
    for move in runtime.context.journal.moves_of_thread(str(mail.thread_id)):
        origin, to = DeskState(move["origin"]), DeskState(move["state"])
        assert DESK_FLOW.allows(origin, to), f"{move['by']} moved {origin} to {to}"


def _label(sandbox: Sandbox, thread_id: str, state: DeskState, *, keep_old: bool) -> None:
    label = state_label("desk", state)
    others = [] if keep_old else [old for old in _states(sandbox, thread_id) if old != label]
    sandbox.client().inboxes.threads.update(DESK, thread_id, add_labels=[label], remove_labels=others)


def _states(sandbox: Sandbox, thread_id: str) -> list[str]:
    labels = sandbox.client().inboxes.threads.get(DESK, thread_id).labels
    return [label for label in labels if label.startswith("desk/")]
