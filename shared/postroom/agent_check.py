"""What an agent is checked for before it runs, so that a fault shows at start and not at the first mail.

Python does not say when a module's import has ended, so that an agent cannot tell by itself whether a handler is still
to come. What one line can tell (two handlers for a state, a state of another Enum, a crontab) is refused in that line,
at import; the rest by `Agent.check`, which everything that runs an agent calls first: `load_agent`, `postroom.run`, the
tests' runtime.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from postroom.flow import state_label
from postroom.transition import CORE_TIMERS

if TYPE_CHECKING:
    from postroom.agent import Agent

LETTERS = {"Reply", "Send", "Forward", "Notify", "Plan"}
LABEL_LIMIT = 256


def faults(agent: Agent) -> list[str]:
    """Return every fault of `agent` as a sentence that says what to do; empty when it can run."""
    found = [*_handler_faults(agent), *_outreach_faults(agent), *_name_faults(agent), *_label_faults(agent)]
    for source in sorted(agent.folder.glob("*.py")):
        found += _source_faults(agent, source)
    return found


def _handler_faults(agent: Agent) -> Iterator[str]:
    if not isinstance(agent.with_human, agent.flow.states):
        yield f"with_human is {agent.with_human!r}, no member of {agent.flow.states.__qualname__}"
    if agent.oversight and agent.hand_back is None:
        yield "oversight needs hand_back: the state of a thread that one of our people gives back to the agent"
    for state in agent.flow.states:
        if agent.flow.moves.get(state) and state not in agent.on_mail and state is not agent.with_human:
            yield f"State.{state.name} has moves but no handler of mail; add @agent.on(State.{state.name})"
        if not agent.flow.moves.get(state) and state in agent.on_mail:
            yield f"State.{state.name} has a handler but no moves; add them to the flow"


def _outreach_faults(agent: Agent) -> Iterator[str]:
    """Look at what an agent that writes first must have: without it nothing lawful could leave."""
    if agent.outreach is None:
        if agent.on_start or agent.on_renew:
            yield "a handler of @agent.start or @agent.renew needs Agent(outreach=…)"
        return
    if agent.on_start is None:
        yield "outreach needs a handler of @agent.start, which writes the first mail to a record"
    if not (agent.folder / "emails" / "footer.md.j2").is_file():
        yield "outreach needs emails/footer.md.j2, which ends each of its mails: who writes, and how to hear no more"
    for name in agent.outreach.rules.missing(agent.outreach.identity):
        yield f"outreach names no {name} of who writes, which its rules ask for; add it to Outreach(identity=…)"


def _name_faults(agent: Agent) -> Iterator[str]:
    """Look at the handlers of time: what is planned for one finds it again by its name."""
    for handlers in (agent.timers, agent.crons):
        names = [handler.name for handler in handlers]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"two handlers of time are called {name}; rename one"
    for timer in agent.timers:
        if timer.name in CORE_TIMERS:
            yield f"a timer is called {timer.name}, the name of timers of ours; rename it"


def _label_faults(agent: Agent) -> Iterator[str]:
    labels = [state_label(agent.name, state) for state in agent.flow.states]
    if len(set(labels)) < len(labels):
        yield "two states share a label; give each state a value of its own"
    yield from (
        f"the label {label} is longer than {LABEL_LIMIT} characters" for label in labels if len(label) > LABEL_LIMIT
    )


def _source_faults(agent: Agent, source: Path) -> Iterator[str]:
    """Read a module of the agent: the templates, prompts and states it names must exist."""
    states = agent.flow.states.__members__
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=called, args=[ast.Constant(value=str(template)), *_], keywords=given) if (
                name := _name(called)
            ) in LETTERS:
                spoken = _languages(agent) if any(each.arg == "language" for each in given) else ()
                for file in (f"{each}.md.j2" for each in (template, *(f"{template}.{code}" for code in spoken))):
                    if not (agent.folder / "emails" / file).is_file():
                        yield f"{source.name}:{node.lineno}: {name} uses emails/{file}; add that file"
            case ast.Attribute(value=owner, attr=state) if _name(owner) == "State" and state.isupper():
                if state not in states:
                    yield f"{source.name}:{node.lineno}: State.{state} is none of {', '.join(states)}"
            case ast.ClassDef(name=decision, bases=bases) if "Decision" in map(_name, bases):
                if not prompt_path(agent.folder, decision).is_file():
                    yield f"{source.name}:{node.lineno}: {decision} has no prompt; add prompts/{decision.lower()}.md"


def _languages(agent: Agent) -> list[str]:
    """Return the languages that any template of the agent is in beside its own: a mail in one is to be in all."""
    return sorted({path.name.split(".")[1] for path in (agent.folder / "emails").glob("*.*.md.j2")})


def _name(node: ast.expr) -> str:
    """Return the last name of `Reply` and of `postroom.Reply` alike."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def prompt_path(folder: Path, decision: str) -> Path:
    """Return where the prompt of a decision lies: `prompts/answer.md` for `Answer`."""
    return folder / "prompts" / f"{decision.lower()}.md"
