"""An agent: a flow, handlers of mail, events and time, and the checks that make it whole before it runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from apscheduler.triggers.cron import CronTrigger

from postroom import agent_check
from postroom.campaign import Outreach
from postroom.decision import Decision
from postroom.delays import Delay, business_days
from postroom.flow import Flow, State
from postroom.mail import Inbox, Message, Thread
from postroom.refused import Refused
from postroom.transition import Reply, Transition

Handler = TypeVar("Handler", bound=Callable[..., Any])
KeptByLaw = Callable[[str], Iterable[str]]
HoldRule = Callable[[Transition, Thread, Message | None], str | None]
EventKind = Literal["auto_reply", "bounce", "complaint", "delivered", "opened", "calendar", "list", "unsubscribed"]
"""What can reach a thread beside mail that a person wrote."""

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
A_BUSINESS_DAY = business_days(1)
WEEKDAY_NUMBER = re.compile(r"\d")


class AgentError(Refused):
    """An agent that cannot run as written; the message lists every fault found."""


@dataclass(frozen=True)
class Timer:
    """`handler` runs on a thread that stays `after` in one of `states` without a new mail."""

    name: str
    after: Delay
    states: tuple[State, ...]
    handler: Callable[[Thread], Transition | None]


@dataclass(frozen=True)
class Cron:
    """`handler` runs for the agent's inbox at the times of `crontab`, in the agent's time zone."""

    name: str
    crontab: str
    trigger: CronTrigger
    handler: Callable[..., Any]


def periodic_review(inbox: Inbox) -> None:
    """Mail our people what was done and what waits for them (`Agent(review=…)`).

    It is never called: the runtime, which alone knows, makes that mail in its stead.
    """
    raise NotImplementedError(f"the runtime makes the review of {inbox.agent}")


class Agent:
    """One email agent; `agents/support_agent` shows the shape of one.

    Args:
        name: lower case with dashes; the first part of its labels and of its inbox.
        flow: the moves its threads may make.
        with_human: the state of a thread that our people have; the agent leaves them to people.
        hand_back: the state of a thread that one of them gives back to the agent; without one they cannot.
        hold: rules `(transition, thread, message) -> reason | None`; a reason keeps the transition for approval.
        answer_within: how long a hand-over may stay without a word of our people before it is sent once more, and
            then, as long again, to the next of them; a business day, if not given.
        oversight: one of our people is in Cc of every mail to others; a mail of theirs on its thread takes that over,
            until they write `hand back`. Needs `hand_back`.
        review: a crontab (as of `every`): at its times one of our people gets a mail with what was done, waits, was
            refused or failed, and acts on it by answering with the numbers in it.
        two_people: those of these rules whose transitions two different people must approve.
        unauthenticated: what to do with an answer to a sender the mail system does not vouch for: hold it, or let one
            leave in a thread's life, if it names `sources` (generic).
        partners: addresses of agents that may write to this one, authenticated; no more than 5 mails go to and fro.
        kept_by_law: `(address) -> records`: what a law forbids to erase of a person, a line each with the law and until
            when; `postroom erase` lists it and leaves it.
        forget: `(inbox_id, thread_id)`: delete what files of its own hold of a thread, safe to repeat; `postroom erase`
            calls it for each thread of a person.
        outreach: what an agent that writes first declares: its campaigns' rows, the rules, who writes. Needs a handler
            of `@agent.start` and `emails/footer.md.j2`.
        zone: the IANA time zone of its crontabs and calendar days.
        inbox: the part of its address before the @; its name, if not given.
    """

    def __init__(
        self,
        name: str,
        *,
        flow: Flow,
        with_human: State,
        hand_back: State | None = None,
        answer_within: Delay = A_BUSINESS_DAY,
        oversight: bool = False,
        review: str | None = None,
        hold: Sequence[HoldRule] = (),
        two_people: Sequence[HoldRule] = (),
        unauthenticated: Literal["hold", "generic"] = "hold",
        partners: Iterable[str] = (),
        kept_by_law: KeptByLaw = lambda _address: (),
        forget: Callable[[str, str], None] = lambda _inbox_id, _thread_id: None,
        outreach: Outreach | None = None,
        zone: str = "UTC",
        inbox: str | None = None,
    ) -> None:
        if not NAME.fullmatch(name):
            raise AgentError(f"agent name {name!r}: use lower case letters, digits and single dashes, like cold-email")
        self.name = name
        self.flow = flow
        self.with_human = with_human
        self.hand_back = hand_back
        self.answer_within = answer_within
        self.oversight = oversight
        self.hold = tuple(hold)
        self.two_people = frozenset(f"hold/{rule.__name__}" for rule in two_people)
        self.unauthenticated = unauthenticated
        self.partners = frozenset(address.lower() for address in partners)
        self.kept_by_law = kept_by_law
        self.forget = forget
        self.outreach = outreach
        self.zone = zone
        self.inbox = inbox or name
        self.folder = Path(sys._getframe(1).f_globals["__file__"]).resolve().parent
        self.on_mail: dict[State, Callable[[Message, Thread], Transition | None]] = {}
        self.on_events: dict[tuple[str, State | None], Callable[..., Transition | None]] = {}
        self.on_holding: Callable[[Message, Thread], Reply | None] | None = None
        self.on_start: Callable[[Thread], Transition | str | None] | None = None
        self.on_renew: Callable[[Thread, str], Transition | None] | None = None
        self.timers: list[Timer] = []
        self.crons: list[Cron] = []
        if review is not None:
            self.every(review)(periodic_review)

    def on(self, *states: State) -> Callable[[Handler], Handler]:
        """Register `(message, thread) -> Transition | None` for mail that people wrote, in these states.

        Raises AgentError for a state that is none of the flow's, as `on_event` and `after` do.
        """
        self._refuse_foreign("on", states)

        def register(handler: Handler) -> Handler:
            for state in states:
                if state in self.on_mail:
                    raise AgentError(f"{self.name}: two handlers for mail in State.{state.name}; keep one")
                self.on_mail[state] = handler
            return handler

        return register

    def on_event(self, kind: EventKind, *states: State) -> Callable[[Handler], Handler]:
        """Register `(message, thread) -> Transition | None` for what is no mail of a person; without states: all.

        `message` is the mail it is about: for bounce, complaint, delivered and opened one of ours (`received` is
        False), and `thread.event` names the recipients; None where it is gone. Unregistered events are recorded only.
        Where a machine wrote a mail, that is `message`, and `thread.event` (JSON values) has what it reports:

        - bounce: `recipients` (`address`, `status`), `permanent`, `action` (failed, delayed), `diagnostic`
        - complaint: `recipients`, `type` (RFC 5965: abuse, not-spam …)
        - both: `message_id` of our mail, "" where it names none; `doubted` where it proves no more than a forged one
        - auto_reply: `until`, the day its writer is back, or None
        - calendar: `method`, `uid`, `start`, and of an answer `attendee` and `partstat` (RFC 5546)
        - unsubscribed: the person used the header or the link of a campaign's mail (RFC 8058); nothing more leaves
        """
        self._refuse_foreign("on_event", states)

        def register(handler: Handler) -> Handler:
            for state in states or (None,):
                if (kind, state) in self.on_events:
                    raise AgentError(f"{self.name}: two handlers for {kind} in {state}; keep one")
                self.on_events[kind, state] = handler
            return handler

        return register

    def holding(self, handler: Handler) -> Handler:
        """Register `(message, thread) -> Reply | None`: what its writer hears when a decision on a mail cannot be had.

        Our people get such a thread whether there is one or not; this leaves with it, as the answer of any hand-over.
        """
        if self.on_holding is not None:
            raise AgentError(f"{self.name}: two handlers for @agent.holding; keep one")
        self.on_holding = handler
        return handler

    def after(self, delay: Delay, *states: State) -> Callable[[Handler], Handler]:
        """Register `(thread) -> Transition | None` for threads that stay `delay` in one of `states`."""
        self._refuse_foreign("after", states)

        def register(handler: Handler) -> Handler:
            self.timers.append(Timer(handler.__name__, delay, states, handler))
            return handler

        return register

    def every(self, crontab: str) -> Callable[[Handler], Handler]:
        """Register `(inbox) -> Actions | None` at the times of a five-field crontab in the agent's zone.

        Weekdays are written as names (`mon-fri`): APScheduler counts 0 as Monday where cron counts it as Sunday.
        """
        fields = crontab.split()
        advice = f"{self.name}: crontab {crontab!r}: write five fields with weekdays by name (mon-fri)"
        if len(fields) != 5 or WEEKDAY_NUMBER.search(fields[4]):
            raise AgentError(advice)
        try:
            trigger = CronTrigger.from_crontab(crontab, timezone=self.zone)
        except ValueError as error:
            raise AgentError(f"{advice}; {error}") from error

        def register(handler: Handler) -> Handler:
            self.crons.append(Cron(handler.__name__, crontab, trigger, handler))
            return handler

        return register

    def start(self, handler: Handler) -> Handler:
        """Register `(thread) -> Transition | str | None`: the first mail to a record of a campaign, and what follows.

        `thread.record` is the record, `thread.thread_id` is "". The transition has one `Send`; the thread that it
        begins gets its state, and its `Plan`s, once that has left. Else the record is left out for good; people see
        a string beside it, which says why.
        """
        if self.on_start is not None:
            raise AgentError(f"{self.name}: two handlers for @agent.start; keep one")
        self.on_start = handler
        return handler

    def renew(self, handler: Handler) -> Handler:
        """Register `(thread, key) -> Transition | None`: what leaves when a `Plan` made with `renew` is due."""
        if self.on_renew is not None:
            raise AgentError(f"{self.name}: two handlers for @agent.renew; keep one")
        self.on_renew = handler
        return handler

    def _refuse_foreign(self, decorator: str, states: Iterable[object]) -> None:
        for state in states:
            if not isinstance(state, self.flow.states):
                known = ", ".join(f"{self.flow.states.__name__}.{name}" for name in self.flow.states.__members__)
                raise AgentError(f"{self.name}: @agent.{decorator} names {state}, no state of its flow; use {known}")

    def mail_handler(self, state: State) -> Callable[[Message, Thread], Transition | None] | None:
        """Return the handler of human mail in `state`, if the agent has one."""
        return self.on_mail.get(state)

    def event_handler(self, kind: str, state: State) -> Callable[..., Transition | None] | None:
        """Return the handler of `kind` in `state`, or the one for all states, if any."""
        return self.on_events.get((kind, state)) or self.on_events.get((kind, None))

    def timers_of(self, state: State) -> list[Timer]:
        """Return the timers that run in `state`, soonest first by amount."""
        return [timer for timer in self.timers if state in timer.states]

    def timer(self, name: str) -> Timer:
        """Return the timer of that handler name; raises KeyError when the code no longer has it."""
        return next((timer for timer in self.timers if timer.name == name), None) or _missing(self.name, name)

    def cron(self, name: str) -> Cron:
        """Return the cron of that handler name; raises KeyError when the code no longer has it."""
        return next((cron for cron in self.crons if cron.name == name), None) or _missing(self.name, name)

    def decisions(self) -> list[type[Decision]]:
        """Return the decisions of its modules, in the order they were defined."""
        return [kind for kind in Decision.__subclasses__() if kind.__module__.startswith(f"{self.folder.name}.")]

    def check(self) -> None:
        """Raise AgentError that lists what is missing or wrong: handlers, templates, prompts, labels, states."""
        faults = agent_check.faults(self)
        if faults:
            raise AgentError(f"{self.name} cannot run:\n" + "\n".join(f"  - {fault}" for fault in faults))


def _missing(agent: str, name: str) -> Any:
    raise KeyError(f"{agent} has no handler called {name} any more; its code changed since this was planned")
