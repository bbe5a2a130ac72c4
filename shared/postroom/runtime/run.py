"""One cause, one durable run: load, handler, plan, each action, labels. The steps are what a crash resumes at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from postroom.mail import Inbox, Message, Thread
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.policy.gate import KEPT_BACK
from postroom.runtime import (
    answers,
    approvals,
    dead_letters,
    earlier,
    followups,
    handlers,
    missed,
    notices,
    sent_drafts,
    starts,
    stops,
    unasked,
)
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post
from postroom.runtime.correspondents import to_answer
from postroom.runtime.effects import Effects, PutOff
from postroom.runtime.endings import Ending
from postroom.runtime.ids import fingerprint
from postroom.runtime.journal import Row
from postroom.runtime.planning import Planned, Planner
from postroom.runtime.recorder import Diverged, Recorder
from postroom.runtime.scene import OPEN, Scene
from postroom.runtime.timers import CAUSES, overtaken_slot
from postroom.transition import FOLLOW_UP

T = TypeVar("T")


class Run:
    """Carries out one run. Everything that touches the world happens inside `self.step`."""

    def __init__(self, context: Context, post: Post, payload: Mapping[str, Any]) -> None:
        self.context = context
        self.post = post
        self.payload = payload
        self.id: str = payload["run_id"]
        self.kind: str = payload["kind"]
        self.planned: Planned | None = None
        self.page: reading.Page | None = None
        self.overtaken_by: str | None = None  # not known until this process has looked at the thread
        self.recorder = Recorder(context, post.agent.folder, self.id, self.step)
        self.ending = Ending(context, post, payload)

    def go(self) -> None:
        """Carry the run out; a failure becomes a dead letter, and only a death of the process passes.

        What an agent's code raises counts as one whatever its class: SystemExit would else stop its thread for good.
        """
        try:
            self._go()
        except BaseException as error:  # whatever it was, the journal has it and a person sees it
            if self.context.engine.ends_it(error):
                raise

            if isinstance(error, PutOff):
                self.step("put off", partial(dead_letters.put_off, self.context, self.payload, error))
                return
            self.step("dead-letter", partial(dead_letters.bury, self.context, self.payload, error))

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do a recorded step."""
        return self.context.engine.step(name, work)

    def _go(self) -> None:
        row = self.context.journal.run(self.id)
        if row is not None and self.payload.get("continue"):
            if self._take_up():
                return
            row = self._row()
        elif row is not None and row["status"] in ("dead", "erased"):
            # the engine forgets a finished run after a month, and its mail is still unread: people decide, not time
            return
        frozen = self.step("load", partial(self._load, row))
        if frozen["put_aside"]:
            self.step("labels", lambda: self.ending.put_aside(frozen, self.page.labels if self.page else None))
            return
        scene = self.scene_of(frozen)
        make = self._maker(scene)
        if isinstance(make, str):
            self.step("labels", lambda: self.ending.nothing(scene, make))
            return
        self.step("plan", lambda: self._plan(make))
        plan, rows = self._recorded_plan()
        if self.kind == "timer" and any(row["frozen"].get("leaving") == "follow_up" for row in rows):
            seen = self.step("look again", partial(self._look_again, unread=True))
            if seen["stale"]:  # an answer, or one of our people, came while the mail was made
                self._leave(seen)
                return
        self._perform(plan, rows, scene)

    def _take_up(self) -> bool:
        """Go on where the journal of an earlier attempt ends; False where it has no plan yet and all is still to do.

        The thread may have gone on meanwhile: what a person or a newer run did there is not undone, and what the run
        has for our people reaches them late.
        """
        seen = self.step("look again", self._look_again)
        if seen["stale"]:
            self._leave(seen)
        elif seen["planned"]:
            plan, rows = self._recorded_plan()
            self._perform(plan, rows, self.scene_of(self._row()["frozen"]))
        elif self.payload.get("anew"):
            self.step("forget", lambda: self.context.journal.update_run(self.id, frozen=None))
        return bool(seen["stale"] or seen["planned"])

    def _leave(self, seen: Mapping[str, Any]) -> None:
        if seen.get("untold"):
            plan, rows = self._recorded_plan()
            untold = [row for row in rows if row["number"] in seen["untold"]]
            self._act_on(plan, untold, self.scene_of(self._row()["frozen"]))
        self.step("labels", lambda: self.ending.overtaken(seen))

    def _look_again(self, *, unread: bool = False) -> dict[str, Any]:
        row = self._row()
        frozen, planned = row["frozen"], bool(row["frozen"] and row["plan"])
        # what a person replays from its start is asked anew; a dead letter that time takes up is still marked as dead
        if frozen["put_aside"] if frozen else row["status"] != "dead":
            seen: dict[str, Any] = {"stale": ""}
        elif self.kind == "start":
            seen = {"stale": "", "state": None}
        elif self.kind == "cron":
            seen = {"stale": overtaken_slot(self.context, row), "state": None}
        else:
            seen = scenes.look_again(self.context, self.post, row, anew="anew" in self.payload, unread=unread)
        self.overtaken_by = seen["stale"]
        # a thread that is gone is not handed over, and what a cron tells is told by its next run
        rows = self._recorded_plan()[1] if planned and seen["stale"] and seen["state"] else []
        untold = [row["number"] for row in rows if row["status"] == "planned" and _is_for_people(row)]
        return {**seen, "planned": planned, "untold": untold}

    def _row(self) -> Row:
        row = self.context.journal.run(self.id)
        if row is None:
            raise Diverged(f"the journal has lost run {self.id} between two steps; restore it from its backup")
        return row

    # -- reading ------------------------------------------------------------------------------------------

    def _load(self, known: Row | None) -> scenes.Frozen:
        began = self.context.clock.now()
        if known is not None and known["frozen"]:
            return dict(known["frozen"])
        if self.kind == "start":
            frozen, self.overtaken_by = starts.freeze(self.context, self.post, self.payload), ""
            written = earlier.columns(None)
        elif self.kind == "cron":
            off = self.context.autonomy.off(self.post.agent.name)
            frozen = {"now": began.isoformat(), "put_aside": off, "state": None, "messages": []}
            written = earlier.columns(None)
        else:
            frozen, self.page = scenes.freeze(self.context, self.post, self.payload)
            waits = marks.WAITING_APPROVAL in frozen["labels"]
            if waits and sent_drafts.settle(self.context, self.post, self.payload["thread_id"]):
                frozen, self.page = scenes.freeze(self.context, self.post, self.payload)
            self.overtaken_by = ""
            frozen |= answers.hand_on(self.context, self.post, self.payload, self.page, self._mail(), frozen)
            stops.settle(self.context, self.post, self.payload, known, frozen, self._mail())
            written = earlier.columns(self._mail())
            about = earlier.columns(to_answer(self.page.messages())) if self.kind == "timer" and self.page else written
            if self.payload.get("timer") == FOLLOW_UP:
                frozen["due"] = followups.due(self.context, self.post, self.payload)
            frozen["earlier"] = earlier.freeze(self.context, self.post, self.payload, about)
        self.context.journal.freeze_run(
            self.id, began, frozen, agent=self.post.agent.name, kind=self.kind, inbox_id=self.post.inbox_id,
            thread_id=self.payload["thread_id"],
            cause={name: self.payload[name] for name in CAUSES if name in self.payload}, **written,
        )  # fmt: skip
        self.recorder.new = known is None
        return frozen

    def _mail(self) -> Message | None:
        """Return the mail that caused this run, if it is there and one did."""
        if self.page is None or self.kind != "mail":
            return None
        return next((item for item in self.page.messages() if item.message_id == self.payload.get("message_id")), None)

    def scene_of(self, frozen: scenes.Frozen) -> Scene:
        """Return the scene that was frozen."""
        if self.kind == "cron":
            return scenes.of_cron(self.post, frozen)
        if self.kind == "start":
            return scenes.of_start(self.post, frozen)
        payload = {**self.payload, "event": notices.event_of(frozen, self.payload.get("message_id"))}
        if self.kind == "event":
            row = self.context.journal.run(self.id)
            payload["event"] = row["cause"].get("event") if row else None
        return scenes.restore(self.context, self.post, payload, frozen, self.page)

    def bare(self) -> Scene:
        """Return a scene with no thread to read, which mail to our people needs none of."""
        now = self.context.clock.now()
        inbox = Inbox(self.post.inbox_id, self.post.agent.name, now)
        return Scene(Thread(self.payload["thread_id"], inbox, self.post.agent.flow.start, now), None)

    # -- deciding -----------------------------------------------------------------------------------------

    def _maker(self, scene: Scene) -> Callable[[], Planned] | str:
        """Return what makes the run's plan; where the handler wants nothing, why, "" if it does not say."""
        if make := unasked.maker(self.context, self.post, scene, self.payload):
            return make
        thread, agent = self.recorder.attend(scene.thread), self.post.agent
        answer: Any = handlers.answer(agent, self.kind, self.payload, scene, thread)
        if answer is None or (self.kind == "start" and isinstance(answer, str)):
            return str(answer or "")
        return partial(Planner(self.context, self.post, scene, self.id).plan, answer)

    # -- acting -------------------------------------------------------------------------------------------

    def _plan(self, make: Callable[[], Planned]) -> str:
        known = None if self.recorder.new else self.context.journal.run(self.id)
        if known is not None and known["plan"] is not None:
            return fingerprint(known["plan"])
        plan, rows = make()
        self.context.journal.record_plan(self.id, plan, rows)
        if self.recorder.new:
            self.planned = plan, rows
        return fingerprint(plan)

    def _recorded_plan(self) -> tuple[Mapping[str, Any], Sequence[Any]]:
        if self.planned is not None:
            return self.planned
        return self._row()["plan"], self.context.journal.actions_of_run(self.id)

    def _perform(self, plan: Mapping[str, Any], rows: Sequence[Any], scene: Scene) -> None:
        self._act_on(plan, rows, scene)
        self._ask_for_approval(plan, scene)
        self.step("labels", lambda: self._close(plan, scene))

    def _ask_for_approval(self, plan: Mapping[str, Any], scene: Scene) -> None:
        """Write to one of our people about what waits, if anything does."""
        if approvals.held(self.context.journal, self.id):
            self.step("ask", lambda: approvals.ask(self.context, self.post, self._row()))
            rows = self.context.journal.actions_of_run(self.id)
            self._act_on(plan, [row for row in rows if row["kind"] == "Review"], scene)

    def _close(self, plan: Mapping[str, Any], scene: Scene) -> str:
        told = missed.told(self.context.journal, self.payload, scene)
        return (self.begun() or self.ending).close(plan, told, self._look_again)

    def begun(self) -> Ending | None:
        """Return what ends a start whose first mail left, on the thread that it began; None for any other run."""
        begun = (self.context, self.post.inbox_id, self.id)
        thread_id = starts.begun(*begun, self.payload["record"]) if self.kind == "start" else ""
        return Ending(self.context, self.post, {**self.payload, "thread_id": thread_id}) if thread_id else None

    def _act_on(self, plan: Mapping[str, Any], rows: Sequence[Any], scene: Scene) -> None:
        effects = Effects(self.context, self.post, scene, plan.get("state", scene.thread.state.value))
        for row in rows:
            self.step(f"act:{row['number']}:{row['kind']}", partial(self._act, effects, plan, row))

    def _act(self, effects: Effects, plan: Mapping[str, Any], row: Any) -> str:
        """Perform an action, or make the draft of one that waits; neither where the thread went on without the run.

        Mail to our people leaves all the same: a hand-over is never out of date. An answer beside a hand-over that
        reached none of them does not leave: no customer is told that a person has their mail.
        """
        if row["status"] in OPEN and not _is_for_people(row):
            if stale := self._overtaken():
                return self.ending.leave_undone(row, stale)
            if row["frozen"].get("purpose") == "answer" and (rule := self._reached_nobody()):
                return effects.keep_back(row, rule)
            if row["status"] == "held" and "purpose" in row["frozen"]:
                effects.hold(plan, row)
        return effects.perform(row["op_id"])

    def _reached_nobody(self) -> str:
        """Return the rule that kept the mail of this run's hand-over from our people, "" where none did."""
        if not any(row["kind"] == "Escalate" for row in self._recorded_plan()[1]):
            return ""
        rows = self.context.journal.actions_of_run(self.id)
        kept = (row["rule"] for row in rows if row["kind"] == "Escalate" and row["status"] == "refused")
        return next((str(rule) for rule in kept if rule in KEPT_BACK), "")

    def _overtaken(self) -> str:
        """Return by what the run's answer is out of date, "" if by nothing.

        A process that goes on where another ended looks once, before its first action. No label can be the run's own
        then: it moves the thread after its last action.
        """
        if self.overtaken_by is None:
            self.overtaken_by = str(self._look_again()["stale"])
        return self.overtaken_by


def _is_for_people(row: Any) -> bool:
    """Tell whether an action is a mail to our people."""
    return bool(row["frozen"].get("purpose") == "internal")
