"""One answer to a periodic review, one durable run: each numbered line done by the way it has anyway, then one notice.

Nothing is decided here but what a number stands for. A yes is judged by the run of its approval, bound to the content
that the review showed; a thread is moved, and a failed run taken up again, only while it stands as it was shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from postroom.human.digest import HOW
from postroom.human.escalation import LONGEST_LINE, short
from postroom.mailbox.client import patiently
from postroom.mailbox.reading import message_from
from postroom.policy.gate import ALLOWED
from postroom.runtime import approvals, dead_letters
from postroom.runtime.answers import About, hand_in
from postroom.runtime.effects import Effects
from postroom.runtime.ids import mailed_at
from postroom.runtime.journal import Row
from postroom.runtime.planning import said_in_plan
from postroom.runtime.run import Run
from postroom.runtime.tables import actions
from postroom.runtime.timers import CAUSES
from postroom_kit.numbered_answers import read_numbered

WISHES: Mapping[str, Sequence[str]] = {
    "waiting": ("approve", "reject", "defer", "take_over"),
    "run": ("retry",),
    "thread": ("hand_back", "take_over"),
}
UNREAD = (
    "Nothing was done: write one line for each number, as in 1 approve, and nothing beside. A line of other words may "
    "be the condition of any number. To write a text anew, answer its own review mail, or use the page."
)
UNCLEAR = "Nothing was done: another line of your answer is not clear, and may be a condition of this one."
UNDER_WAY = ("queued", "running")
SOON = timedelta(seconds=5)
MOST_LOOKS = 8
"""Times that what was handed in is looked at, each after twice the wait of the last: 21 minutes in all."""


class DigestRun(Run):
    """Carries out an answer to a review; safe to repeat at any point, as all that it hands in has an id of its own."""

    def _go(self) -> None:
        self.step("read", self._read)
        for line in self._row()["frozen"]["lines"]:
            self.step(f"hand in:{line['number']}", partial(self._hand_in, line))
        if self.step("wait", self._wait):
            return
        self.step("tell", self._tell)
        effects = Effects(self.context, self.post, self.bare(), self.post.agent.flow.start.value)
        rows = self.context.journal.actions_of_run(self.id)
        for row in rows:
            self.step(f"act:{row['number']}:{row['kind']}", partial(effects.perform, row["op_id"]))
        self.step("close", self._finish)

    # -- what was answered --------------------------------------------------------------------------------

    def _read(self) -> int:
        """Freeze who answered what, and which thing each number was; return how many lines there are."""
        known = self.context.journal.run(self.id)
        if known is not None and known["plan"]:
            return len(known["frozen"]["lines"])
        now, zone = self.context.clock.now(), self.post.agent.zone
        get = self.context.client.inboxes.messages.get
        answer = message_from(patiently(get, self.post.inbox_id, self.payload["answer"]))
        read = read_numbered(
            answer.new_text, subject=answer.subject, writer=answer.sender.name, html=answer.html, now=now, zone=zone
        )
        digest = self.context.journal.action(self.payload["digest"])
        items = digest["frozen"].get("items", []) if digest else []
        lines: dict[int, dict[str, Any]] = {}
        for line in read:  # one for a number: several for one wish for nothing
            given, item = line.given, items[line.number - 1] if 0 < line.number <= len(items) else None
            lines[line.number] = {
                "number": line.number, "item": item, "wish": given.wish, "reason": given.reason,
                "until": given.until.isoformat() if given.until else "", "why": _why_not(item, given.wish, line.words),
            }  # fmt: skip
        unclear = any(line.given.wish == "other" for line in read)
        for each in lines.values():
            each["why"] = each["why"] or (UNCLEAR if unclear else "")
        frozen = {
            "now": now.isoformat(), "put_aside": "", "messages": [], "labels": [], "state": None,
            "by": answer.sender.address, "lines": list(lines.values()),
        }  # fmt: skip
        self.context.journal.freeze_run(
            self.id, now, frozen, agent=self.post.agent.name, kind=self.kind, inbox_id=self.post.inbox_id,
            thread_id=self.payload["thread_id"], writer=None, subject=None, words=None,
            cause={name: self.payload[name] for name in CAUSES if name in self.payload},
        )  # fmt: skip
        because = f"{answer.sender.address} answered a review"
        self.context.journal.record_plan(self.id, said_in_plan(ALLOWED) | {"because": because, "came": {}}, [])
        return len(lines)

    # -- what is done -------------------------------------------------------------------------------------

    def _hand_in(self, line: Mapping[str, Any]) -> str:
        """Do what a line wishes, or have its run do it; keep which run that is, or why nothing is done."""
        plan, number = dict(self._row()["plan"]), str(line["number"])
        if number in plan["came"]:
            return str(plan["came"][number])
        if line["why"]:
            came = {"said": line["why"]}
        else:
            way = {"waiting": self._decide, "run": self._retry, "thread": self._move}[line["item"]["kind"]]
            came = way(line, line["item"])
        self.context.journal.update_run(self.id, plan={**plan, "came": {**plan["came"], number: came}})
        return str(came)

    def _decide(self, line: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, str]:
        approval = approvals.of_token(self.context.journal, item["token"])
        if approval is None:
            return {"said": "Nothing was sent: it is not there any more."}
        said = {name: line[name] for name in ("wish", "reason", "until")}
        return self._child(About.waiting(approval), line, {**said, "content": item["content"]})

    def _move(self, line: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, str]:
        agent, last = self.post.agent, self.context.journal.last_move(item["thread_id"])
        if last is None or last["id"] != item["move"]:
            return {"said": "Nothing was done: the thread has moved since the review."}
        if line["wish"] == "hand_back" and agent.hand_back is None:
            return {"said": f"{agent.name} takes no thread back; move it in AgentMail by its label."}
        return self._child(About.overseen(self.post, item["thread_id"]), line, {"wish": line["wish"]})

    def _child(self, about: About, line: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, str]:
        by = self._row()["frozen"]["by"]
        cause = {**about.cause, "answer": self.payload["answer"], "said": {**said, "by": by, "in": self.id}}
        at, answer = mailed_at(self.id), f"{self.payload['answer']}:{line['number']}"
        return {"run": hand_in(self.context, about, at, answer, cause)}

    def _retry(self, _line: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, str]:
        """Replay a run that is as it was shown; one that is at work since then was taken up before a crash of this."""
        run = self.context.journal.run(item["run_id"])
        stands = {name: run[name] for name in ("status", "attempts")} if run else {}
        if run and run["attempts"] == item["attempts"] + 1 and run["status"] in UNDER_WAY:
            return {"run": item["run_id"]}
        if run is None or any(item[name] != value for name, value in stands.items()):
            return {"said": "Nothing was done: it was taken up since the review."}
        if self._row()["frozen"]["by"] in approvals.requesters(self.context.journal, run):
            return {"said": "Nothing was done: it is about your own mail; somebody else has to say so."}
        try:
            dead_letters.replay(self.context, item["run_id"], by_clock=True)
        except dead_letters.NotReplayable as error:
            return {"said": f"Nothing was done: {error}"}
        return {"run": item["run_id"]}

    # -- what came of it ----------------------------------------------------------------------------------

    def _wait(self) -> bool:
        """Tell whether something that was handed in is under way still; then the clock hands this in again."""
        row = self._row()
        open_ = [came for came in row["plan"]["came"].values() if "run" in came and not self._came_of(came["run"])]
        if not open_ or row["attempts"] >= MOST_LOOKS:
            return False
        later = self.context.clock.now() + SOON * 2 ** row["attempts"]
        self.context.journal.update_run(self.id, status="queued", attempts=row["attempts"] + 1, retry_at=later)
        return True

    def _came_of(self, run_id: str) -> str:
        """Say what a run came to, "" while it is under way."""
        journal, run = self.context.journal, self.context.journal.run(run_id)
        if run is None or run["status"] in UNDER_WAY or run["retry_at"]:
            return ""
        if run["status"] == "dead":
            return f"it failed, and is kept for a replay: {run['error']}"
        verdict = (run["frozen"] or {}).get("verdict")
        if verdict is None:
            return str(run["note"] or run["status"])
        approval = approvals.of_token(journal, run["cause"]["approval"])
        held = journal.run(approval["run_id"]) if approval and verdict["comes_to"] == "approved" else None
        if held is not None:
            return str(held["note"] if held["status"] == "done" else f"it did not leave: {held['note']}")
        return str(verdict["say"] or verdict["note"])

    def _tell(self) -> str:
        """Plan the one notice to who answered: what came of each line."""
        row = self._row()
        came = row["plan"]["came"]
        told = [f"{line['number']}: {self._told(came[str(line['number'])])}" for line in row["frozen"]["lines"]]
        digest = self.payload["digest"].removeprefix("op-")[:8]
        of, by = (self.id, self.payload["thread_id"], digest), row["frozen"]["by"]
        for action in approvals.told(self.context, self.post, *of, by, "\n".join(told) or UNREAD):
            self.context.journal.add(actions, action)
        return "; ".join(told)

    def _told(self, came: Mapping[str, str]) -> str:
        said = came.get("said") or self._came_of(came["run"]) or "it is under way still; look at the page"
        return short(said, LONGEST_LINE)

    def _finish(self) -> str:
        row, rows = self._row(), self.context.journal.actions_of_run(self.id)
        self.ending.drop_op_labels(rows)
        self.context.journal.close_run(
            self.id, None, (), status="done", note=row["plan"]["because"], finished_at=self.context.clock.now()
        )
        return "done"


def _why_not(item: Row | Mapping[str, Any] | None, wish: str, words: str) -> str:
    """Say why nothing is done for a line, "" where its thing may get what is wished."""
    if item is None:
        return "Nothing was done: the review has no such number."
    if wish in WISHES[item["kind"]]:
        return ""
    how = HOW[item["kind"]]
    return f"Nothing was done: “{short(words, 60)}” is no plain answer to this, or one of two; write: {how}."
