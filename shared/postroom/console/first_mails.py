"""The first mails of an agent's scenarios, to be sent from the page as they stand or after a change."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from agentmail_sandbox import Part

SHOWN = ("from", "subject", "text")
"""What the form has fields for; the rest of a scenario's mail goes with it unseen."""
ALONE, GOES_ON = "One mail", "How longer stories begin"


@dataclass(frozen=True)
class FirstMail:
    """How a scenario begins. `more` is what `post_mail` takes beside the fields of the form.

    `goes_on` says that the scenario has more steps than this mail.
    """

    key: str
    name: str
    sender: str
    subject: str
    text: str
    more: dict[str, Any] = field(default_factory=dict)
    goes_on: bool = False


def first_mails(folder: Path) -> list[FirstMail]:
    """Return the first mail of each scenario in an agent's folder, by the scenario's name."""
    found = [first_mail(folder, path.stem) for path in (folder / "scenarios").glob("*.yaml")]
    return sorted((mail for mail in found if mail is not None), key=lambda mail: mail.name.lower())


def grouped(mails: Sequence[FirstMail]) -> dict[str, list[FirstMail]]:
    """Return mails under headings: what a scenario's name has before a colon, else whether the story goes on.

    What goes well comes first.
    """
    groups: dict[str, list[FirstMail]] = {ALONE: [], GOES_ON: []}
    for mail in sorted(mails, key=lambda mail: not mail.key.startswith("happy")):
        kind, colon, rest = mail.name.partition(": ")
        heading, name = (kind, rest) if colon else (GOES_ON if mail.goes_on else ALONE, mail.name)
        groups.setdefault(heading, []).append(replace(mail, name=name))
    return {heading: found for heading, found in groups.items() if found}


def first_mail(folder: Path, key: str) -> FirstMail | None:
    """Return the first mail of one scenario; None when there is no such scenario or it begins without mail."""
    path = folder / "scenarios" / f"{key}.yaml"
    if path not in (folder / "scenarios").glob("*.yaml"):  # the key comes from a browser: only names that exist
        return None
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    mail = next((step["mail"] for step in scenario.get("steps", ()) if "mail" in step), None)
    if mail is None:
        return None
    more = {name: mail[name] for name in ("html", "cc", "headers", "auth") if name in mail}
    if "attachments" in mail:
        more["attachments"] = [_part(item) for item in mail["attachments"]]
    if isinstance(more.get("cc"), str):
        more["cc"] = [more["cc"]]
    return FirstMail(
        key,
        scenario["name"],
        mail["from"],
        mail.get("subject", ""),
        mail.get("text") or "",
        more,
        len(scenario["steps"]) > 1,
    )


def _part(item: dict[str, str]) -> Part:
    content = base64.b64decode(item["base64"]) if "base64" in item else item.get("text", "").encode()
    return Part(content, item["filename"], item.get("content_type"))
