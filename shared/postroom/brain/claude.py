"""Claude as the brain: one question, one JSON answer, validated by us; every try is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from postroom.brain.calling import Caller, Reply, Request
from postroom.brain.confidence import Judge
from postroom.brain.fence import defuse
from postroom.brain.offline import OfflineBrain
from postroom.brain.prompt import HOUSE_RULES, SEARCH_RULES, system_blocks, user_turn
from postroom.brain.question import Answered, BrainError, Question
from postroom.brain.schema import schema_of
from postroom.decision import Decision

ANSWER_TOKENS = 4_096
"""Thinking counts as well; an answer takes a few hundred."""
LONG_ANSWER_TOKENS = 16_384
LONGEST_ECHO = 4_000
"""Characters of a wrong answer that the repair turn repeats."""
LONGEST_NAME = 100
"""Characters of the name of a wrong field, which may be one that the model made up."""


class ClaudeBrain:
    """Asks Claude by the Messages API, or any server that speaks it. `models` names those for small and large."""

    name = "claude"

    def __init__(self, models: Mapping[str, str], caller: Caller, offline: OfflineBrain | None = None) -> None:
        self.models = models
        self.caller = caller
        self.offline = offline or OfflineBrain()
        self.judge = Judge(self.offline)

    def answer(self, question: Question) -> Answered:
        """Ask; with a larger limit once when the answer was cut, with the error once when it was wrong.

        One that may search the web is asked once, and answered by what is cited. Raises BrainError for a refusal, for
        an answer that is cut or wrong again, and for a reached cap.
        """
        asking = _Asking(question, self.models[question.model], self.caller, self._system(question))
        decision = asking.search() if question.web_search else asking.ask()
        value = decision.model_dump(mode="json")
        judged = self.judge.judge(question, value)
        return Answered(
            value=value,
            confidence=judged.confidence,
            brain=asking.model,
            sure_of=judged.sure_of,
            why={**judged.why, **asking.accounts()},
            tokens=sum(reply.usage.total for reply in asking.replies),
            cost_usd=sum(reply.cost_usd for reply in asking.replies),
            cost_known=asking.price_known,
        )

    def warm(self, folder: Path, kinds: Sequence[type[Decision]]) -> None:
        """Load the SDK, and learn what confidence is measured by, ahead of the first mail."""
        self.caller.warm()
        for kind in kinds:
            self.judge.warm(folder, kind)

    def close(self) -> None:
        """Close the connections."""
        self.caller.close()

    def __str__(self) -> str:
        purse = self.caller.purse
        return (
            f"claude ({self.models['small']}, {self.models['large']}), at most {purse.day_usd:g} USD a day and "
            f"{purse.thread_usd:g} a thread by {purse.prices}"
        )

    def _system(self, question: Question) -> list[dict[str, Any]]:
        examples = self.offline.skill(question.folder, question.kind).examples
        rules = SEARCH_RULES if question.web_search else HOUSE_RULES
        return system_blocks(question.folder, question.kind, examples, rules)


@dataclass
class _Asking:
    """One decision being asked for: what is sent next depends on what came back."""

    question: Question
    model: str
    caller: Caller
    system: list[dict[str, Any]]
    limit: int = ANSWER_TOKENS
    mending: list[dict[str, Any]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    @property
    def price_known(self) -> bool:
        """Tell whether the model has a price on file."""
        return self.caller.purse.prices.of(self.model) is not None

    def ask(self) -> Decision:
        """Ask until there is a decision: three calls at most, each cause of repetition counts once."""
        kind = self.question.kind
        while True:
            reply = self._send()
            if reply.stop_reason == "max_tokens":
                if self.limit == LONG_ANSWER_TOKENS:
                    raise BrainError(f"the answer for {kind.__name__} was cut at {self.limit} tokens")
                self.limit = LONG_ANSWER_TOKENS
                continue
            if reply.stop_reason != "end_turn":
                raise BrainError(f"{self.model} did not answer {kind.__name__}: it stopped with {reply.stop_reason}")
            try:
                # what no database's text and no mail holds
                return kind.model_validate_json((reply.text or "").replace(r"\u0000", r"\ufffd"))
            except ValidationError as error:
                problem = _problem(error)
            if self.mending:
                raise BrainError(f"{self.model} answered {kind.__name__} wrongly twice: {problem}")
            self.mending = _mending(reply.text, problem)

    def search(self) -> Decision:
        """Ask once, and take what is cited; of an answer that was cut not its end."""
        reply = self._send()
        if reply.stop_reason not in ("end_turn", "pause_turn", "max_tokens"):
            raise BrainError(f"{self.model} did not search: it stopped with {reply.stop_reason}")
        found = reply.found[:-1] if reply.stop_reason == "max_tokens" else reply.found
        return self.question.kind.model_validate({"found": [each.model_dump() for each in found]})

    def accounts(self) -> dict[str, Any]:
        """Return what the calls used, for people."""
        names = ("input", "output", "cache_write", "cache_read", *(("searches",) if self.question.web_search else ()))
        used = {name: sum(getattr(reply.usage, name) for reply in self.replies) for name in names}
        notes: dict[str, Any] = {"calls": len(self.replies), "tokens": used}
        if not self.price_known:
            notes["price"] = f"none on file for {self.model}; counted as the dearest model known"
        return notes

    def _send(self) -> Reply:
        reply = self.caller.send(self.question, self._compose)
        self.replies.append(reply)
        return reply

    def _compose(self) -> Request:
        """Compose a request; its marks are new, so that what a model repeated of the last ones cannot end these."""
        messages = [{"role": "user", "content": user_turn(self.question)}, *self.mending]
        search, schema = self.question.web_search, schema_of(self.question.kind)
        patience = 1.0 + search.most if search else self.limit / ANSWER_TOKENS
        return Request(self.model, self.limit, self.system, messages, schema, patience, search)


def _mending(text: str | None, problem: str) -> list[dict[str, Any]]:
    """Return the turns that ask for a wrong answer anew, with what is wrong about it."""
    return [
        {"role": "assistant", "content": defuse(text or "").strip()[:LONGEST_ECHO] or "(no text)"},
        {"role": "user", "content": f"That is no usable answer: {defuse(problem)}. Give the whole JSON again, mended."},
    ]


def _problem(error: ValidationError) -> str:
    """Describe what is wrong without repeating values, which may be words of a mail."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    places = [".".join(map(str, fault["loc"]))[:LONGEST_NAME] or "the answer" for fault in faults[:5]]
    return "; ".join(f"{place}: {fault['msg']}" for place, fault in zip(places, faults, strict=False))
