"""What an answer about what waits comes to. Only a plain yes of somebody who may, to what they saw, is one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from postroom.mailbox.client import patiently, there
from postroom.mailbox.reading import message_from, read_thread
from postroom.policy.gate import stopped
from postroom.runtime import approvals
from postroom.runtime.answers import OPERATOR, TOKEN, version_answered
from postroom.runtime.context import Context, Post
from postroom.runtime.correspondents import by_people_of_it
from postroom.runtime.ids import fingerprint
from postroom.runtime.journal import Row
from postroom.runtime.kill_switch import STOPS
from postroom.runtime.oversight import is_chatter
from postroom_kit.approval_answers import read_answer

HOW = "Answer with one of these alone: approve; reject, and why; edit, and below it the new text; tomorrow 9:00."
ADDED = ("files", *approvals.HIDDEN_ADDRESSES)
OF_PROGRAMS = (".p7s", ".p7m", ".asc", ".sig", ".vcf", ".dat", ".eml", ".png", ".jpg", ".jpeg", ".gif")
"""How files end that mail programs add to a mail: signatures, cards, logos."""
LOOK_AGAIN = timedelta(hours=1)
"""How often what is to be asked for is looked at while a switch is off, which would stop the mail that asks too."""
WISHES = ("approve", "reject", "edit", "defer", "take_over")
"""What may be wished of what waits."""


@dataclass(frozen=True)
class Verdict:
    """What an answer comes to, JSON throughout.

    `comes_to`: approved, rejected, expired, deferred, asked (again, of somebody), stopped, or nothing. `status` is the
    approval's from then on ("": as it was), `say` what the writer is to hear, `note` what stands in the journal.
    `content` is what is released, `after` whom the next review mail follows, `text` a new text of the draft, `scope`
    the wish that stops it.
    """

    comes_to: str
    note: str
    by: str = ""
    status: str = ""
    say: str = ""
    until: str = ""
    text: str = ""
    after: str = ""
    scope: str = "stop"
    approved_by: Sequence[str] = ()
    content: Sequence[Mapping[str, Any]] = field(default=())

    def kept(self) -> dict[str, Any]:
        """Return it as the journal keeps it."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Given:
    """What somebody answered; `seen` is the version, or on the page the hash, of the content they saw; with `files`."""

    by: str
    wish: str
    seen: int | str = 0
    text: str = ""
    reason: str = ""
    until: datetime | None = None
    files: bool = False


def judge(context: Context, post: Post, payload: Mapping[str, Any], now: datetime) -> Verdict:
    """Judge an answer, or what time brings, by what is so at this moment; nothing is changed."""
    approval = approvals.of_token(context.journal, payload["approval"])
    assert approval is not None, "an answer is handed in only to an approval that is known"
    run = context.journal.run(approval["run_id"])
    assert run is not None, "its approval names it"
    given = _given(context, post, payload, now)
    rows = approvals.held(context.journal, run["run_id"])
    off = stopped(post.agent.name, post.inbox_id, context.journal.switched_off())
    if given is None:
        verdict = _by_time(approval, rows, now)
        return _once_on(off.reason, now) if off and verdict.comes_to == "asked" else verdict
    if given.wish == "away" and (approval["status"] not in approvals.OPEN or not rows):
        return Verdict("nothing", f"{given.by} is away, and this is decided")
    if given.wish == "away":
        return Verdict("asked", f"{given.by} is away", after=given.by)
    if why := _may_not(context, post, approval, run, given.by):
        return _none(given, why)
    if given.wish in STOPS:
        # a notice of it would be stopped too
        return Verdict("stopped", f"{given.by} said {given.wish.replace('_', ' ')}", given.by, scope=given.wish)
    over = there(_over, context, post, approval, run, rows, now)
    if over is None:
        return _ended(given, "its thread was deleted")
    if over:
        return _none(given, over)
    if off and given.wish == "approve":  # a yes is kept for what can leave: it comes back, and is asked for again
        return _once_on(f"{given.by} approved it, but {off.reason}", now, given.by)
    if given.by in approval["approved_by"]:
        return _none(given, "you have approved it already; a second person has to")
    content = approvals.shown(context, post, rows)
    if content is None:
        return _ended(given, "its draft was deleted")
    if fingerprint(content) != approval["content"]:
        return Verdict("asked", "Its text was changed in AgentMail since it was shown.", given.by)
    if given.wish == "approve" and (why := _unfit(given, content)):
        return _none(given, why)
    if not given.seen:
        return _none(given, "answer the mail that shows the text, so that it is clear what you saw")
    if given.seen not in (approval["version"], approval["content"]):
        return _none(given, "the text changed since the mail that you answered; a newer one shows it")
    return _wished(approval, given, content, now)


def _wished(approval: Row, given: Given, content: Sequence[Mapping[str, Any]], now: datetime) -> Verdict:
    """Return what the wish of one who may decide comes to."""
    by = given.by
    match given.wish:
        case "approve" if len({*approval["approved_by"], by}) < approval["needed"]:
            said = f"{given.by} approved it; it needs a second person."
            return Verdict("asked", said, by, approved_by=(by,), say="Thank you. A second person is asked now.")
        case "approve":
            return Verdict("approved", f"approved by {given.by}", by, "approved", approved_by=(by,), content=content)
        case "reject":
            return Verdict("rejected", f"rejected by {given.by}: {given.reason or 'no reason given'}", by, "rejected")
        case "take_over":
            return Verdict("rejected", f"{given.by} answers this", by, "rejected")
        case "edit":
            if (texts := len(approvals.editable(content))) != 1:
                return _none(given, f"{texts} texts wait in this step; edit their drafts in AgentMail")
            return Verdict("asked", f"The text was changed by {given.by}.", by, text=given.text)
        case "defer" if given.until and now < given.until < approval["expires_at"]:
            until = given.until
            said = f"It comes back on {until:%Y-%m-%d %H:%M} UTC."
            return Verdict("deferred", f"put off by {given.by}", by, "deferred", said, until.isoformat())
        case "defer":
            return _none(given, f"it can wait until {approval['expires_at']:%Y-%m-%d %H:%M} UTC at most")
    return _none(given, f"this is no plain answer. {HOW}")


def _unfit(given: Given, content: Sequence[Mapping[str, Any]]) -> str:
    """Say why a yes would send something else than was meant, "" if it would not."""
    if any(each.get(name) for each in content for name in ADDED):
        added = "files, a Bcc or a Reply-To were added to its draft in AgentMail"
        return f"{added}: send it there, and it counts as approved"
    if given.files:
        return "the files of your answer would not go along: put them into the draft in AgentMail, and send it there"
    return "" if all(each["text"].strip() for each in content if "draft_id" in each) else "its text is empty"


def _ended(given: Given, why: str) -> Verdict:
    return Verdict("rejected", why, given.by, "rejected", f"Nothing was done: {why}.")


def _once_on(note: str, now: datetime, by: str = "") -> Verdict:
    """Ask again, once a kill switch lets mail leave."""
    return Verdict("deferred", note, by, "deferred", until=(now + LOOK_AGAIN).isoformat())


def _none(given: Given, why: str) -> Verdict:
    done = "done" if given.wish in ("reject", "take_over", "edit", "defer") else "sent"
    return Verdict("nothing", why, given.by, say=f"Nothing was {done}: {why}")


def _by_time(approval: Row, rows: Sequence[Row], now: datetime) -> Verdict:
    if approval["status"] not in approvals.OPEN or now < approval["due_at"]:
        return Verdict("nothing", "nothing is due")
    if not rows:
        return Verdict("nothing", "nothing of it waits any more", status="stale")
    if now >= approval["expires_at"]:
        return Verdict("expired", "nobody approved it in time", status="expired")
    off = "You put this off until now, or approved it while all was stopped."
    said = off if approval["status"] == "deferred" else "Nobody has answered yet."
    return Verdict("asked", said, status="open", after=approval["asked"])


def _over(context: Context, post: Post, approval: Row, run: Row, rows: Sequence[Row], now: datetime) -> str:
    """Say why nothing is left to decide, "" while there is."""
    if approval["status"] not in approvals.OPEN:
        return f"this was {approval['status']} before ({approval['reason']})"
    if not rows:
        return f"it is out of date ({run['note'] or 'its thread went on'})"
    if now >= approval["expires_at"]:
        return "it was shown too long ago"
    return "the customer wrote again meanwhile; you are asked anew" if wrote_again(context, post, run) else ""


def wrote_again(context: Context, post: Post, run: Row) -> bool:
    """Tell whether newer mail of the thread's people came in than the run has read, handled or not."""
    read = (run["frozen"] or {}).get("messages", [])
    if not run["thread_id"] or not read:
        return False
    messages = read_thread(context.client, post.inbox_id, run["thread_id"], read[-1:]).messages()
    theirs = by_people_of_it(messages)
    ids = [message.message_id for message in messages]
    # by no mail's time, which its sender's clock may have told; what is older than all that was read is left out
    first = min((ids.index(known) for known in read if known in ids), default=len(ids))
    unread = [each for each in messages[first:] if each.message_id not in read and not is_chatter(each)]
    return any(message.message_id in theirs for message in unread)


def _may_not(context: Context, post: Post, approval: Row, run: Row, by: str) -> str:
    """Say why somebody may not decide this, "" where they may."""
    if by == OPERATOR:
        return ""
    if by not in post.approvers_of(approval["rule"]):
        return f"{by} is not among those who may approve this"
    own = approvals.requesters(context.journal, run)
    return "you asked for this yourself; somebody else has to approve it" if {by, approvals.untagged(by)} & own else ""


def _given(context: Context, post: Post, payload: Mapping[str, Any], now: datetime) -> Given | None:
    """Return what was answered, by mail or on the page; None where time alone has come."""
    if said := payload.get("said"):
        until = datetime.fromisoformat(said["until"]) if said.get("until") else None
        return Given(
            said["by"], said["wish"], said.get("content", ""), said.get("text", ""), said.get("reason", ""), until
        )
    if "answer" not in payload:
        return None
    # where the mail is gone by now, its run is tried again, and people see that
    message = message_from(patiently(context.client.inboxes.messages.get, post.inbox_id, payload["answer"]))
    read = read_answer(
        message.new_text, subject=message.subject, writer=message.sender.name, html=message.html,
        now=now, zone=post.agent.zone,
    )  # fmt: skip
    named = TOKEN.search(message.subject)  # of another than the mail that is answered: nobody knows which is meant
    seen = 0 if named and named["token"] != payload["approval"] else version_answered(context, message)
    files = any(not file.inline and not file.filename.lower().endswith(OF_PROGRAMS) for file in message.attachments)
    return Given(message.sender.address, read.wish, seen, read.text, read.reason, read.until, files)
