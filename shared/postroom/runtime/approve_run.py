"""One answer about what waits, one durable run: who answered, what it comes to, and what is done because of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from postroom.letters import from_text
from postroom.mailbox import labels as marks
from postroom.mailbox.client import patiently, there
from postroom.policy.gate import ALLOWED, KEPT_BACK
from postroom.runtime import approvals, lessons, records, sent_drafts, starts
from postroom.runtime.drafts import find_sent, withdraw_held
from postroom.runtime.effects import Effects
from postroom.runtime.endings import Ending
from postroom.runtime.ids import fingerprint
from postroom.runtime.journal import Row
from postroom.runtime.kill_switch import STOPS, press
from postroom.runtime.planning import said_in_plan
from postroom.runtime.run import Run
from postroom.runtime.scene import OPEN, Scene
from postroom.runtime.tables import actions
from postroom.runtime.timers import replay_payload
from postroom.runtime.verdicts import Verdict, judge, wrote_again

ENDS = ("approved", "rejected", "expired")
"""What an answer may come to after which nothing waits any more."""


class Decided(Ending):
    """Ends a run that waited, once it is decided."""

    def released(self, plan: Mapping[str, Any], note: str) -> str:
        """End a held run whose step was approved and done, but for what the gate refused at the last moment."""
        rows = self.context.journal.actions_of_run(self.id)
        refused = [row for row in rows if row["status"] in ("held", "refused") and row["rule"] not in KEPT_BACK]
        note = "; ".join([note, *(f"{row['rule']}: {row['reason']}" for row in refused)])
        if refused:
            return self.turned_down(plan, note)
        moved = self._move(plan, None, self.context.clock.now(), []) if self.payload["thread_id"] else {}
        return self._end("done", **{"note": note, "rows": rows, **moved})

    def turned_down(self, plan: Mapping[str, Any], note: str) -> str:
        """End a held run that was not approved, or that could not leave: its thread waits for a person."""
        rows = self.context.journal.actions_of_run(self.id)
        # a thread that was deleted waits for nobody
        now = there(self._standing, None, plan.get("state")) if self.payload["thread_id"] else None
        if now is not None:
            self._label(now, now.state, add=[marks.NEEDS_HUMAN])
        return self._end("refused", note, rows)


class ApproveRun(Run):
    """Carries out what one of our people answered, or what time brings, about a run that waits.

    What it comes to is fixed before anything is done, so that a crash changes neither that nor what may leave.
    """

    def _go(self) -> None:
        self.step("judge", self._judge)
        verdict = self._verdict()
        self.step("record", lambda: self._record(verdict))
        if verdict.comes_to == "approved":
            for shown in verdict.content:
                self.step(f"release:{shown['op_id']}", partial(self._release, shown))
            self.step("refusals", lambda: self._tell_of_refusals(verdict))
        for op in self._mails():
            self.step(f"act:{op}", partial(self._effects(self.bare()).perform, op))
        self.step("settle", lambda: self._end(verdict))

    # -- what it comes to ---------------------------------------------------------------------------------

    def _judge(self) -> str:
        row = self.context.journal.run(self.id)
        if row is None or not row["frozen"]:
            now = self.context.clock.now()
            if self.payload["thread_id"]:  # a draft that a person sent was not deleted
                sent_drafts.settle(self.context, self.post, self.payload["thread_id"])
            verdict = judge(self.context, self.post, self.payload, now)
            frozen = {"now": now.isoformat(), "messages": [], "labels": [], "put_aside": "", "verdict": verdict.kept()}
            frozen |= {"answer": verdict.comes_to} if self.kind == "approve" else {}
            self.context.journal.freeze_run(
                self.id, now, frozen, agent=self.post.agent.name, kind=self.kind, inbox_id=self.post.inbox_id,
                thread_id=self.payload["thread_id"], writer=None, subject=None, words=None,
                cause={"approval": self.payload["approval"]},
            )  # fmt: skip
            self.context.journal.record_plan(self.id, said_in_plan(ALLOWED) | {"because": verdict.note}, [])
        return self._verdict().comes_to

    def _verdict(self) -> Verdict:
        return Verdict(**self._row()["frozen"]["verdict"])

    def _approval(self) -> Row:
        found = approvals.of_token(self.context.journal, self.payload["approval"])
        assert found is not None, "judge has seen it"
        return found

    def _held_run(self) -> Row:
        found = self.context.journal.run(self._approval()["run_id"])
        assert found is not None, "its approval names it"
        return found

    # -- what is done -------------------------------------------------------------------------------------

    def _record(self, verdict: Verdict) -> str:
        """Write down what an answer came to, and plan what our people are to hear of it; safe to repeat."""
        approval, now = dict(self._approval()), self.context.clock.now()
        journal, token = self.context.journal, approval["token"]
        if verdict.status:
            # what waits still keeps the reason that it waits for
            over = {} if verdict.status in approvals.OPEN else {"reason": verdict.note}
            approvals.change(
                journal, token, **over, status=verdict.status, decided_at=now,
                approved_by=sorted({*approval["approved_by"], *verdict.approved_by}),
            )  # fmt: skip
        match verdict.comes_to:
            case "rejected" | "expired":
                withdraw_held(
                    self.context, self.post.inbox_id, approvals.held(journal, approval["run_id"]), verdict.note,
                    rule=verdict.comes_to,
                )  # fmt: skip
            case "stopped":
                press(self.context, STOPS[verdict.scope].format(self.post.agent.name), verdict.note)
            case "deferred":
                assert verdict.until
                approvals.look_again(self.context, approval, datetime.fromisoformat(verdict.until), "")
            case "asked":
                self._ask_again(approval, verdict)
        self._tell(verdict, verdict.say)
        return verdict.comes_to

    def _tell(self, verdict: Verdict, said: str) -> None:
        """Plan a notice to who answered; who answered a periodic review hears of all its lines in one."""
        if said and verdict.by in self.context.people and "in" not in self.payload.get("said", {}):
            of = (self.id, self.payload["thread_id"], self.payload["approval"], verdict.by, said)
            for row in approvals.told(self.context, self.post, *of):
                self.context.journal.add(actions, row)

    def _tell_of_refusals(self, verdict: Verdict) -> str:
        """Tell who approved what the gate refused all the same."""
        rows = filter(None, (self.context.journal.action(shown["op_id"]) for shown in verdict.content))
        said = "; ".join(f"{row['rule']}: {row['reason']}" for row in rows if row["status"] in ("held", "refused"))
        self._tell(verdict, said and f"It did not leave. {said}")
        return said

    def _ask_again(self, approval: Mapping[str, Any], verdict: Verdict) -> None:
        """Show what waits again: with a new text, after a change of it, to a second person, or to the next one."""
        journal, run = self.context.journal, self._held_run()
        if verdict.text:
            self._rewrite(approvals.held(journal, run["run_id"]), verdict.text)
        content = approvals.shown(self.context, self.post, approvals.held(journal, run["run_id"]))
        if content is None:
            return
        changed = fingerprint(content) != approval["content"]
        columns: dict[str, Any] = {
            "status": "open",
            "approved_by": sorted({*approval["approved_by"], *verdict.approved_by}),
        }
        if changed:
            columns |= {"content": fingerprint(content), "version": approval["version"] + 1, "approved_by": []}
        approvals.change(journal, approval["token"], **columns)
        approvals.show(
            self.context, self.post, {**approval, **columns}, run, content,
            said=verdict.note, after=verdict.after, because_of=self.id,
        )  # fmt: skip

    def _rewrite(self, rows: Sequence[Row], text: str) -> None:
        """Put a new text into the one draft that waits, or into the one thing that is proposed."""
        letter = from_text(text)
        for row in rows:
            if row["kind"] == "Propose":
                values = {**row["frozen"]["values"], "text": text.strip()}
                self.context.journal.update_action(row["op_id"], frozen={**row["frozen"], "values": values})
            if draft_id := (row["result"] or {}).get("draft_id"):
                patiently(
                    self.context.client.inboxes.drafts.update, self.post.inbox_id, draft_id,
                    text=letter.text, html=letter.html,
                )  # fmt: skip

    def _release(self, shown: Mapping[str, Any]) -> str:
        """Do what was approved, as it was shown; mails leave with their headers, but for the mark of automatic mail."""
        row = self.context.journal.action(shown["op_id"])
        if row is None:
            return "unknown"
        held = self._held_run()
        run = Run(self.context, self.post, replay_payload(self.context, held))
        if row["status"] in OPEN and not row["first_attempt_at"]:
            # between the verdict and this a process may have died: the thread may have gone on for hours
            sent = find_sent(self.context, self.post.inbox_id, row["op_id"]) if "draft_id" in shown else None
            if sent is not None:
                sent_drafts.record(self.context, self.post, row, sent)
                return "done"
        if row["status"] in OPEN and wrote_again(self.context, self.post, held):
            return self._overtaken_release(held, row)
        if row["status"] == "held":
            frozen = dict(row["frozen"])
            if "draft_id" in shown:
                lessons.keep(self.context, row, shown["text"])
                names = ["to", "cc", "text", "html", "draft_id"]
                names += ["subject"] if frozen["purpose"] != "answer" else []  # AgentMail makes that of an answer
                headers = {name: value for name, value in frozen["headers"].items() if name != "Auto-Submitted"}
                frozen |= {"headers": headers, **{name: shown[name] for name in names}}
            if "proposed" in shown:  # a text that was put in since then nobody has approved
                frozen["values"] = {**frozen["values"], "text": shown["text"]}
            self.context.journal.update_action(row["op_id"], status="planned", rule="", reason="", frozen=frozen)
        effects = self._effects(run.scene_of(held["frozen"]), state=held["plan"].get("state"), released=True)
        return effects.perform(shown["op_id"])

    def _overtaken_release(self, held: Row, row: Row) -> str:
        ending = Decided(self.context, self.post, replay_payload(self.context, held))
        return ending.leave_undone(row, "newer mail came in before it left")

    def _mails(self) -> list[str]:
        """Return the mails to our people that are still to leave, of this run and of the one that waits."""
        journal = self.context.journal
        rows = [*journal.actions_of_run(self.id), *journal.actions_of_run(self._approval()["run_id"])]
        return [row["op_id"] for row in rows if row["kind"] in ("Review", "Notify") and row["status"] == "planned"]

    def _effects(self, scene: Scene, state: str | None = None, *, released: bool = False) -> Effects:
        return Effects(self.context, self.post, scene, state or scene.thread.state.value, released)

    def _end(self, verdict: Verdict) -> str:
        held = self._held_run()
        payload = replay_payload(self.context, held)
        if held["kind"] == "start" and verdict.comes_to == "approved":
            begun = starts.begun(self.context, self.post.inbox_id, held["run_id"], payload["record"])
            payload |= {"thread_id": begun}
        ending = Decided(self.context, self.post, payload)
        if verdict.comes_to == "approved":
            ending.released(held["plan"], verdict.note)
        elif verdict.comes_to in ("rejected", "expired"):
            ending.turned_down(held["plan"], verdict.note)
        if held["kind"] == "start" and not payload["thread_id"] and verdict.comes_to in ENDS:
            records.change(self.context.journal, payload["record"], only=["held"], status="refused", note=verdict.note)
        self.context.journal.close_run(
            self.id, None, (), status="done", note=verdict.note, finished_at=self.context.clock.now()
        )
        return "done"
