"""What waits for a person as an approval: asked for by a review mail, bound to the content that was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from postroom.autonomy import UNASKED
from postroom.human.review import notice, review
from postroom.letters import Letter, from_text
from postroom.mailbox.client import patiently, there
from postroom.mailbox.reading import message_from
from postroom.runtime import alike
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import draft_of
from postroom.runtime.followups import as_written
from postroom.runtime.freezing import AUTO_GENERATED
from postroom.runtime.ids import fingerprint, op_id
from postroom.runtime.journal import Journal, Row
from postroom.runtime.planning import action_row
from postroom.runtime.tables import actions, approvals
from postroom.runtime.unreached import reached
from postroom.transition import APPROVAL

log = structlog.get_logger(__name__)

SILENCE = timedelta(hours=24)
"""How long one of our people is waited for before the next is asked."""
LASTS = timedelta(days=7)
"""How long what was shown may be approved."""
OPEN = ("open", "deferred")
HIDDEN_ADDRESSES = ("bcc", "reply_to")
"""What a person may have added to a draft in AgentMail, and what we would not send."""
MOST_NOTICES = 5
"""About one thing, to one of our people, in a day."""
REVIEWS = 1000
"""The numbers of a run's review mails are this and the version that they show."""


def of_run(journal: Journal, run_id: str) -> Row | None:
    """Return the approval that a run waits for, or waited for."""
    return _one(journal, approvals.c.run_id == run_id)


def of_token(journal: Journal, token: str) -> Row | None:
    """Return the approval of that token."""
    return _one(journal, approvals.c.token == token)


def waiting(journal: Journal) -> Sequence[Row]:
    """Return the approvals that nobody has decided and of which something waits still, oldest first."""
    still = sa.select(actions.c.run_id).where(actions.c.status == "held")
    chosen = (approvals.c.status.in_(OPEN), approvals.c.run_id.in_(still))
    query = sa.select(approvals).where(*chosen).order_by(approvals.c.asked_at)
    with journal.database.connect() as connection:
        return connection.execute(query).mappings().all()


def change(journal: Journal, token: str, **columns: Any) -> None:
    """Set columns of an approval."""
    with journal.audit.telling((approvals, {"token": token})) as connection:
        connection.execute(sa.update(approvals).where(approvals.c.token == token).values(**columns))


def held(journal: Journal, run_id: str) -> list[Row]:
    """Return the actions of a run that wait for a person."""
    return [row for row in journal.actions_of_run(run_id) if row["status"] == "held"]


def shown(context: Context, post: Post, rows: Sequence[Row]) -> list[dict[str, Any]] | None:
    """Return what waits as it stands in its drafts now; None where a draft is gone.

    What has no draft, as a `Do`, is shown as it was frozen.
    """
    found = []
    for row in rows:
        draft_id = draft_of(row)
        if draft_id is None:
            found.append({"op_id": row["op_id"], "frozen": fingerprint(row["frozen"]), **_undrafted(row)})
            continue
        draft = there(patiently, context.client.inboxes.drafts.get, post.inbox_id, draft_id)
        if draft is None:
            return None
        written = as_written(draft, row["frozen"])
        if written["html"].strip() != row["frozen"]["html"].strip():
            written["html"] = from_text(written["text"]).html  # the text is what is shown
        found.append({
            "op_id": row["op_id"], "kind": row["kind"], **written,
            "subject": draft.subject or "",
            "files": sorted(str(file.attachment_id) for file in draft.attachments or ()),
            **{name: list(given) for name in HIDDEN_ADDRESSES if (given := getattr(draft, name))},
        })  # fmt: skip
    return found


def editable(content: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return what of it is a text that may be written anew: a mail that stands as a draft, or what is proposed."""
    return [each for each in content if "draft_id" in each or "proposed" in each]


def _undrafted(row: Row) -> dict[str, Any]:
    """Return how an action without a draft is shown: a follow-up as the mail it is, a call with all it is given."""
    frozen = row["frozen"]
    if "mail" in frozen:
        mail = {name: frozen["mail"][name] for name in ("to", "cc", "subject", "text")}
        return {"kind": f"{row['kind']} for {frozen['due_at'][:16].replace('T', ' ')}", **mail}
    if row["kind"] == "Propose":
        return {"kind": frozen["title"], "text": frozen["values"]["text"], "proposed": frozen["key"]}
    given = ", ".join(f"{name} {value}" for name, value in frozen.get("values", {}).items())
    return {"kind": f"{row['kind']} {frozen.get('function', '').rpartition(':')[2]}: {given}", "text": ""}


def ask(context: Context, post: Post, run: Row, *, in_its_run: bool = True) -> str:
    """Ask for the approval of a run that waits, once; return its token, "" where nothing of it waits.

    Where that is not done `in_its_run`, as after a lost database, the clock has a run of its own ask.

    The first of those who may approve gets a review mail; the others follow when nobody answers. None does of what is
    suggested, nor beside a hand-over, with which our people have the thread: that waits on the page, and in AgentMail.
    """
    rows = held(context.journal, run["run_id"])
    content = shown(context, post, rows) if rows else None
    if content is None:
        return ""
    token = op_id(run["run_id"], REVIEWS).removeprefix("op-")[:8]
    journal, now = context.journal, context.clock.now()
    # of a hand-over the step goes on, and what is beside it waits
    by = run["plan"] if run["plan"]["outcome"] == "hold" else rows[0]
    rule = by["rule"]
    row = {
        "token": token, "run_id": run["run_id"], "agent": post.agent.name, "inbox_id": post.inbox_id,
        "thread_id": run["thread_id"], "rule": rule, "needed": 2 if rule in post.agent.two_people else 1,
        "content": fingerprint(content), "version": 1, "status": "open", "asked_at": now, "expires_at": now + LASTS,
        "due_at": now, "asked": "", "approved_by": [], "reason": by["reason"],
    }  # fmt: skip
    journal.add(approvals, row)
    if rule in UNASKED or any(each["kind"] == "Escalate" for each in journal.actions_of_run(run["run_id"])):
        look_again(context, row, row["expires_at"], "")
    else:
        show(context, post, row, run, content) if in_its_run else look_again(context, row, now, "")
    return token


def show(
    context: Context,
    post: Post,
    approval: Mapping[str, Any],
    run: Row,
    content: Sequence[Mapping[str, Any]],
    *,
    said: str = "",
    after: str = "",
    because_of: str = "",
) -> None:
    """Plan the review mail to the next of those who may approve, the first where `after` is none of them.

    `because_of` is the run of the answer that led to it: each leads to one. Where nobody is left it waits on the page
    and under its label, until it expires; so it does for a day while they have a review mail of one that is alike.
    """
    journal, now = context.journal, context.clock.now()
    if not approval["asked"] and approval["version"] == 1 and alike.another_is_asked(journal, approval):
        look_again(context, approval, min(now + SILENCE, approval["expires_at"]), "")
        return
    may = may_approve(context, post, approval, run)
    to = next(iter(may[may.index(after) + 1 :] if after in may else may), None)
    due = min(now + SILENCE, approval["expires_at"]) if to else approval["expires_at"]
    look_again(context, approval, due, to or "")
    if to is None:
        log.warning("nobody can be asked to approve what waits", agent=post.agent.name, token=approval["token"])
        return
    what, about = (post.agent.name, approval["token"], approval["reason"], content), led_to(context, run)
    waits = held(journal, run["run_id"])[:1]
    many = any(each["campaign"] for each in waits)
    subject, letter = review(*what, about, said, post.agent.folder, context.page, many=many)
    because = {name: held_by[name] for held_by in waits for name in ("writer", "led_by")}
    mail = to_one_of_us(to, subject, letter) | {name: value for name, value in because.items() if value}
    number = REVIEWS + approval["version"]
    once = op_id(because_of or run["run_id"], REVIEWS)
    journal.add(actions, action_row(post, run["run_id"], number, "Review", run["thread_id"], mail, op_id=once))


def may_approve(context: Context, post: Post, approval: Mapping[str, Any], run: Row) -> list[str]:
    """Return the addresses of those to ask, whom mail reaches: never who asked for it, nor who has approved."""
    without = requesters(context.journal, run).union(approval["approved_by"])
    named = post.approvers_of(approval["rule"])
    return [address for address in reached(context.journal, named) if not {address, untagged(address)} & without]


def requesters(journal: Journal, run: Row) -> set[str]:
    """Return because of whom a run's mail leaves, as written and untagged: they never approve it themselves."""
    writers = {row["writer"] for row in journal.actions_of_run(run["run_id"])} | {run["writer"]}
    return {each for writer in writers if writer for each in (writer, untagged(writer))}


def untagged(address: str) -> str:
    """Return an address without its tag: mail to bo+shop@example.com reaches bo@example.com."""
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def look_again(context: Context, approval: Mapping[str, Any], due: datetime, asked: str) -> None:
    """Have an approval looked at then: to ask the next after `asked`, to come back when put off, to expire."""
    change(context.journal, approval["token"], due_at=due, asked=asked)
    context.journal.add_timer({
        "timer_id": f"{APPROVAL}-{approval['token']}-{int(due.timestamp())}", "agent": approval["agent"],
        "inbox_id": approval["inbox_id"], "thread_id": approval["thread_id"], "name": APPROVAL, "state": "",
        "plan": {"approval": approval["token"]}, "set_at": context.clock.now(), "due_at": due, "fired_at": None,
    })  # fmt: skip


def told(
    context: Context, post: Post, run_id: str, thread_id: str, case: str, to: str, said: str,
    number: int = 0, *, once_more: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the action that tells somebody what their answer came to; none where they heard so often enough today.

    A responder that does not say that it is one answers each notice.
    """
    about = actions.c.frozen["subject"].as_string() == notice(post.agent.name, case, said)[0]
    today = (actions.c.recipient == to, actions.c.done_at > context.clock.now() - timedelta(days=1))
    with context.journal.database.connect() as connection:
        before = connection.execute(sa.select(sa.func.count()).where(*today, about)).scalar_one()
    said += " You hear no more of your answers to this today." if before == MOST_NOTICES - 1 else ""
    mail = to_one_of_us(to, *notice(post.agent.name, case, said)) | ({"once_more": True} if once_more else {})
    return [action_row(post, run_id, number, "Notify", thread_id, mail)] if before < MOST_NOTICES else []


def to_one_of_us(to: str, subject: str, letter: Letter) -> dict[str, Any]:
    """Return a frozen mail to one of our people."""
    body = {"subject": subject, "text": letter.text, "html": letter.html, "headers": dict(AUTO_GENERATED)}
    return {"purpose": "internal", "to": [to], "cc": [], **body}


def led_to(context: Context, run: Row) -> dict[str, str]:
    """Return the mail that led to a run, as far as it is still there."""
    message_id = run["cause"].get("message_id")
    raw = there(patiently, context.client.inboxes.messages.get, run["inbox_id"], message_id) if message_id else None
    if raw is None:
        return {"sender": "", "subject": "", "text": ""}
    found = message_from(raw)
    return {"sender": str(found.sender), "subject": found.subject or "(no subject)", "text": found.new_text}


def _one(journal: Journal, *where: Any) -> Row | None:
    with journal.database.connect() as connection:
        return connection.execute(sa.select(approvals).where(*where)).mappings().first()
