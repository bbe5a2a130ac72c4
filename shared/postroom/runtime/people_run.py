"""What one of our people answers to a hand-over, one durable run: their words leave, or the thread moves."""

from __future__ import annotations

from functools import partial
from typing import Any

from postroom.flow import State
from postroom.letters import from_text, signed
from postroom.mail import Message
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.mailbox.client import patiently
from postroom.policy import address_answer
from postroom.policy.gate import ALLOWED
from postroom.runtime import approvals
from postroom.runtime import scene as scenes
from postroom.runtime.attached import going_along
from postroom.runtime.drafts import STALE, withdraw_held
from postroom.runtime.effects import Effects
from postroom.runtime.freezing import Freezer
from postroom.runtime.journal import Row
from postroom.runtime.kill_switch import STOPS
from postroom.runtime.leaving import because_of, parties_of
from postroom.runtime.moving import move_as_person
from postroom.runtime.oversight import copied
from postroom.runtime.planning import action_row, said_in_plan
from postroom.runtime.run import Run
from postroom.runtime.timers import CAUSES
from postroom.runtime.unanswered import BY_PEOPLE
from postroom.runtime.verdicts import wrote_again
from postroom_kit.approval_answers import Given, is_for_us, read_answer
from postroom_kit.mail_reading import holds_old_mail, is_forward, takes_back

HOW = "Write to the customer in a sentence or more, and your words go to them; {} and stop, alone, send nothing."
ONCE_MORE = "To send your words all the same, send them once more."
FEWEST_WORDS = 3
"""That go to a customer: "Mine." is meant for a colleague."""


class PeopleRun(Run):
    """Carries out an answer to a hand-over. What leaves is frozen first, and leaves once, through the gate.

    Their words alone leave, no quote, so nothing of the mail that they answer; they are marked as no automatic mail and
    count as released. A plain yes sends the reply that the hand-over suggested.
    """

    def _go(self) -> None:
        self.step("read", self._read)
        frozen = self._row()["frozen"]
        for row in self.context.journal.actions_of_run(self.id):
            self.step(f"act:{row['number']}:{row['kind']}", partial(self._perform_one, frozen, row["op_id"]))
        self.step("settle", lambda: self._settle(frozen))

    def _perform_one(self, frozen: scenes.Frozen, op_id: str) -> str:
        scene = self.scene_of(frozen) if frozen["messages"] else self.bare()
        return Effects(self.context, self.post, scene, frozen["state"], released=True).perform(op_id)

    # -- what was answered --------------------------------------------------------------------------------

    def _read(self) -> str:
        """Freeze the thread as it is now, what was wished, and what is to leave because of it."""
        known = self.context.journal.run(self.id)
        if known is not None and known["plan"]:
            return str(known["frozen"]["wish"])
        now = self.context.clock.now()
        frozen, self.page = scenes.freeze(self.context, self.post, self.payload)
        answer, given = self._given()
        frozen |= {"put_aside": "", "wish": given.wish, "by": answer.sender.address if answer else ""}
        frozen |= {"answer": given.wish, "state": frozen["state"] or self.post.agent.flow.start.value}
        rows, note = self._planned(frozen, answer, given) if answer else ([], "one of our people is away")
        self.context.journal.freeze_run(
            self.id, now, frozen, agent=self.post.agent.name, kind=self.kind, inbox_id=self.post.inbox_id,
            thread_id=self.payload["thread_id"], writer=None, subject=None, words=None,
            cause={name: self.payload[name] for name in CAUSES if name in self.payload},
        )  # fmt: skip
        self.context.journal.record_plan(self.id, said_in_plan(ALLOWED) | {"because": note}, rows)
        return given.wish

    def _given(self) -> tuple[Message | None, Given]:
        if "answer" not in self.payload:
            return None, Given("other")
        client = self.context.client
        answer = reading.message_from(
            patiently(client.inboxes.messages.get, self.post.inbox_id, self.payload["answer"])
        )
        if "said" in self.payload:  # by a line of an answer to a periodic review
            return answer, Given(self.payload["said"]["wish"])
        now, zone = self.context.clock.now(), self.post.agent.zone
        said = {"subject": answer.subject, "writer": answer.sender.name, "html": answer.html}
        return answer, read_answer(answer.new_text, **said, now=now, zone=zone)

    def _planned(self, frozen: scenes.Frozen, answer: Message, given: Given) -> tuple[list[dict[str, Any]], str]:
        """Return what is to leave, and what the journal notes."""
        agent, who = self.post.agent, answer.sender.address
        if not frozen["messages"]:
            return self._told(answer, "Nothing was done: the thread was deleted in AgentMail.")
        if given.wish == "take_over":
            return [], f"{who} has taken the thread over"
        if given.wish in STOPS:  # one who may approve is heard before
            return self._told(answer, "Nothing was stopped: only those who may approve can do that.")
        if given.wish == "hand_back":
            if agent.hand_back is not None:
                return [], f"{who} gave the thread back to the agent"
            return self._told(answer, f"{agent.name} takes no thread back; move it in AgentMail by its label.")
        if "notice" in self.payload:
            return self._told(answer, "Nothing was sent: you answered our notice. Answer the hand-over itself.")
        if given.wish == "approve" and (why := self._unfit()):
            return self._unsent(answer, why)
        words = self._words(answer, given)
        if not words:
            return self._unsent(answer, "these words alone could mean something else")
        if given.wish != "approve" and (why := self._not_theirs(words, answer)):
            return self._unsent(answer, why)
        if holds_old_mail(words) or any(line.lstrip().startswith(">") for line in words.splitlines()):
            return self._unsent(answer, "your words stand between lines that you quote")
        if {*answer.to, *answer.cc} & self.context.people - {who} or is_forward(answer.subject):
            return self._unsent(answer, "this went to a colleague too, or is a forward")
        if colleague := self._colleague(who):
            already = f"Nothing was sent: {colleague} has answered this already. {ONCE_MORE}"
            return self._told(answer, already, once_more=True)
        files, unsent = going_along(answer)
        reply = self._reply(frozen, words, files)
        if reply is None:
            return self._told(answer, "Nothing was sent: the thread holds no mail that could be answered.")
        told = self._told(answer, f"Your words were sent. {unsent}", 1)[0] if unsent else []
        return [reply, *told], f"{who} answered"

    def _not_theirs(self, words: str, answer: Message) -> str:
        """Say why words are not meant for the customer as they stand, "" if they are."""
        handed = self.context.journal.action(self.payload["handed"])
        if takes_back(answer.html):
            return "some of your words are struck out or do not show"
        if self._case() in words:
            return "your words hold lines of the hand-over"
        offered = bool(handed and handed["frozen"].get("suggestion"))
        return "this begins with a wish to us" if is_for_us(words, offered=offered) else ""

    def _unfit(self) -> str:
        """Say why what the hand-over suggested may not leave as it is, "" if it may."""
        journal, handed = self.context.journal, self.context.journal.action(self.payload["handed"])
        if handed and (missing := handed["frozen"].get("missing")):
            return f"what was suggested leaves this open: {missing}"
        run = journal.run(handed["run_id"]) if handed else None
        if run is not None and wrote_again(self.context, self.post, run):
            return "the customer wrote again since this was suggested"
        told = any(map(self._has_told, self._others()))
        return "one of our people has answered already" if told else ""

    def _colleague(self, who: str) -> str:
        """Return who else has answered this hand-over since `who` last wrote about it, "" where nobody has."""
        colleague = ""
        for run in self._others():
            if (run["cause"] or {}).get("handed") != self.payload["handed"]:
                continue
            by = str((run["frozen"] or {}).get("by", ""))
            if by == who:
                colleague = ""
            elif self._has_told(run):
                colleague = by
        return colleague

    def _others(self) -> list[Row]:
        return [
            run for run in self.context.journal.runs_of_thread(self.payload["thread_id"]) if run["run_id"] != self.id
        ]

    def _has_told(self, run: Row) -> bool:
        """Tell whether one of our people answered the customer by that run."""
        rows = self.context.journal.actions_of_run(run["run_id"])
        return any(row["rule"] == BY_PEOPLE and row["status"] in ("planned", "done") for row in rows)

    def _words(self, answer: Message, given: Given) -> str:
        """Return what goes to the customer: what was written, or after a plain yes what was suggested."""
        if given.wish == "approve":
            handed = self.context.journal.action(self.payload["handed"])
            return str((handed["frozen"] if handed else {}).get("suggestion", ""))
        words = answer.new_text.strip()
        told = given.wish == "other" or (given.wish == "reject" and given.reason)
        return words if told and len(words.split()) >= FEWEST_WORDS else ""

    def _reply(self, frozen: scenes.Frozen, words: str, files: list[dict[str, str]]) -> dict[str, Any] | None:
        scene = self.scene_of(frozen)
        message = self._to_answer(scene)
        if message is None or self.page is None:
            return None
        addressed, letter = address_answer(message, parties_of(self.context, self.post, scene)), from_text(words)
        freezer = Freezer(self.context, self.post, scene)
        footer = freezer.footer()
        letter = signed(letter, self.post.agent.folder, footer) if footer else letter
        copies = copied(self.context, self.post, addressed.to, addressed.cc)
        mail: dict[str, Any] = {
            **because_of(scene, message), "purpose": "answer", "to": list(addressed.to), "cc": copies,
            "subject": "", "text": letter.text, "html": letter.html, "headers": {}, "answers": message.message_id,
        }  # fmt: skip
        mail = freezer.outreach(mail, "", "answer") | ({"files": files} if files else {})
        return action_row(self.post, self.id, 0, "Reply", scene.thread.thread_id, mail, rule=BY_PEOPLE)

    def _to_answer(self, scene: scenes.Scene) -> Message | None:
        """Return the newest mail of who wrote what was handed over, who may be another than the thread is with."""
        handed = self.context.journal.action(self.payload["handed"])
        writer, original = (handed["writer"], handed["frozen"].get("original")) if handed else (None, None)
        theirs = [mail for mail in scene.thread.messages if mail.by_person and mail.sender.address == writer]
        sure = [mail for mail in theirs if mail.sender.authenticated]
        about = [mail for mail in theirs if mail.message_id == original]
        return next(iter([*sure[-1:], *about]), scene.thread.to_answer)

    def _unsent(self, answer: Message, why: str) -> tuple[list[dict[str, Any]], str]:
        how = HOW.format("take over, hand back" if self.post.agent.hand_back else "take over")
        return self._told(answer, f"Nothing was sent: {why}. {how}")

    def _told(
        self, answer: Message, said: str, number: int = 0, *, once_more: bool = False
    ) -> tuple[list[dict[str, Any]], str]:
        """Return a notice to who answered; an answer to it is meant for us, unless it asks for words `once_more`."""
        of, who = (self.id, self.payload["thread_id"], self._case()), answer.sender.address
        return approvals.told(self.context, self.post, *of, who, said, number, once_more=once_more), said

    def _case(self) -> str:
        return str(self.payload.get("handed", self.id)).removeprefix(marks.OP)[:8]

    # -- what becomes of the thread -----------------------------------------------------------------------

    def _settle(self, frozen: scenes.Frozen) -> str:
        """Move the thread where that was wished; where our people answered it, it asks for nobody any more."""
        agent, journal, now = self.post.agent, self.context.journal, self.context.clock.now()
        note, rows = self._row()["plan"]["because"], journal.actions_of_run(self.id)
        refused = [row for row in rows if row["status"] in ("held", "refused")]
        note = "; ".join([note, *(f"{row['rule']}: {row['reason']}" for row in refused)])
        wish = frozen["wish"] if frozen["messages"] else ""
        if wish == "take_over":
            self._move(agent.with_human)
        elif wish == "hand_back" and agent.hand_back is not None:
            self._move(agent.hand_back)
        answered = any(row["kind"] == "Reply" and row["status"] == "done" for row in rows)
        if answered or wish == "take_over":
            self._end_what_waits("one of our people answered" if answered else "one of our people took it over")
        if answered or refused or wish == "take_over":
            add = [marks.NEEDS_HUMAN] if refused else []
            remove = [] if refused and not answered else [marks.WAITING_APPROVAL]
            remove += [marks.NEEDS_HUMAN] if answered and not refused else []
            marks.relabel(self.context.client, self.post.inbox_id, self.payload["thread_id"], add=add, remove=remove)
        self.ending.drop_op_labels(rows)
        status = "refused" if refused else "done"
        journal.close_run(self.id, None, (), status=status, note=note, finished_at=now)
        return status

    def _end_what_waits(self, reason: str) -> None:
        """End what waits for approval on the thread: our people have it, and a note says less than they will."""
        journal, thread_id = self.context.journal, self.payload["thread_id"]
        for run in journal.held_runs(thread_id):
            journal.update_run(run["run_id"], status="stale", note=f"{STALE}: {reason}")
        withdraw_held(self.context, self.post.inbox_id, journal.held_on_thread(thread_id), reason)

    def _move(self, to: State) -> None:
        move_as_person(self.context, self.post, self.payload["thread_id"], to, self.id)
