"""The first mails of an agent's scenarios, to be sent from the page as they stand or after a change."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from agentmail_sandbox import Part

SHOWN = ("from", "subject", "text")
"""What the form has fields for; the rest of a scenario's mail goes with it unseen."""


@dataclass(frozen=True)
class FirstMail:
    """How a scenario begins. `more` is what `post_mail` takes beside the fields of the form."""

    key: str
    name: str
    sender: str
    subject: str
    text: str
    more: dict[str, Any] = field(default_factory=dict)


def first_mails(folder: Path) -> list[FirstMail]:
    """Return the first mail of each scenario in an agent's folder, by the scenario's name."""
    found = [first_mail(folder, path.stem) for path in (folder / "scenarios").glob("*.yaml")]
    return sorted((mail for mail in found if mail is not None), key=lambda mail: mail.name)


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
    return FirstMail(key, scenario["name"], mail["from"], mail.get("subject", ""), mail.get("text") or "", more)


def _part(item: dict[str, str]) -> Part:
    content = base64.b64decode(item["base64"]) if "base64" in item else item.get("text", "").encode()
    return Part(content, item["filename"], item.get("content_type"))
