"""The mail that asks one of our people to approve what waits: whom it goes to, what it says, why it waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from postroom.letters import Letter, render, subject_line

HERE = Path(__file__).parent
LONGEST_QUOTE = 4000


def review(
    agent: str,
    token: str,
    reason: str,
    shown: Sequence[Mapping[str, Any]],
    about: Mapping[str, str],
    said: str = "",
    links_of: Path | None = None,
    page: str = "",
    *,
    many: bool = False,
) -> tuple[str, Letter]:
    """Return the subject and body of a review mail.

    It waits for that `reason`; `shown` has each thing that waits (`kind`, `text`, of mail `to` and `subject`), `about`
    the mail that led to it (`sender`, `subject`, `text`), `said` why it is asked again, `page` where it may be seen;
    `many` says that others like it may wait without such a mail.
    """
    values = {
        "agent": agent,
        "reason": reason or "it is held",
        **whole(shown),
        "about": {**about, "text": about["text"][:LONGEST_QUOTE]},
        "said": said,
        "token": token,
        "page": Markup(page),
        "many": many,
    }
    own = [each["kind"] if "proposed" in each else each.get("subject", "") for each in shown]
    subject = about["subject"] or next(filter(None, own), "(no subject)")
    title = subject_line(f"approve? {subject}", links_of or HERE)
    return f"[{agent} {token}] {title}", render(HERE, "review", values, links_of)


def whole(shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the template `shown` needs of what waits: each mail and text whole, and what happens with it."""
    return {
        "mails": [
            {
                "subject": "",
                **each,
                "to": ", ".join([*each.get("to", ()), *(f"copy to {copy}" for copy in each.get("cc", ()))]),
            }
            for each in shown
            if each["text"] or "to" in each
        ],
        "others": [each["kind"] for each in shown if not each["text"] and "to" not in each],
    }


def notice(agent: str, token: str, said: str) -> tuple[str, Letter]:
    """Return the subject and body of what somebody hears whose answer came to nothing, or to less than they wished."""
    return f"[{agent} {token}] your answer", render(HERE, "notice", {"said": said, "token": token})
