"""What goes along with a mail of ours: the mail that it is about, or the files of one of our people."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from postroom.human.escalation import GONE, LARGEST_ORIGINAL, too_large
from postroom.mail import Attachment, Message
from postroom.mailbox.client import download, patiently, there
from postroom.runtime.context import Context
from postroom_kit.hiring.invitations import as_attachment

ORIGINAL = "original.eml"
OF_SIGNATURE = 20_000
"""Bytes up to which a picture within a text is taken for a signature's, which nobody misses."""


def attached(context: Context, inbox_id: str, frozen: Mapping[str, Any]) -> tuple[list[dict[str, str]], str]:
    """Return what to attach to a frozen mail, the same at each attempt, and why its original cannot be."""
    files = [_file(context, inbox_id, file) for file in frozen.get("files", ())]
    files += [_calendar(frozen["calendar"])] if "calendar" in frozen else []
    if "original" not in frozen:
        return files, ""
    raw = there(patiently, context.client.inboxes.messages.get_raw, inbox_id, frozen["original"])
    if raw is None:
        return files, GONE
    if raw.size > LARGEST_ORIGINAL:
        return files, too_large(raw.size, inbox_id, frozen["original"])
    content = base64.b64encode(download(context.http, raw.download_url)).decode()
    return [*files, {"filename": ORIGINAL, "content_type": "message/rfc822", "content": content}], ""


def _calendar(text: str) -> dict[str, str]:
    """Return an invitation as programs of calendars take it: with its method in the content type (RFC 6047)."""
    part = as_attachment(text)
    content = base64.b64encode(part["text"].encode()).decode()
    return {"filename": part["filename"], "content_type": part["content_type"], "content": content}


def going_along(message: Message) -> tuple[list[dict[str, str]], str]:
    """Return the files of a mail that leave with its words, frozen, and what to tell its writer of the others.

    The mail that our hand-over brought along does not go back, nor do other mails, which may hold what was said among
    us, nor the pictures of a signature.
    """
    mails = [file for file in message.attachments if _is_mail(file)]
    files = [file for file in message.attachments if not file.inline and file not in mails]
    pictures = any(file.inline and file.size > OF_SIGNATURE for file in message.attachments)
    told = "Pictures within the text were not: attach them. " if pictures else ""
    told += (
        "Attached mails were not: send them from the inbox." if any(mail.filename != ORIGINAL for mail in mails) else ""
    )
    if sum(file.size for file in files) > LARGEST_ORIGINAL:
        return [], f"Your files were not, they are too large ({_megabytes(files)}): send them from the inbox."
    return [_named(message, file) for file in files], told


def _is_mail(file: Attachment) -> bool:
    return file.content_type == "message/rfc822" or file.filename.lower().endswith((".eml", ".msg"))


def _megabytes(files: Iterable[Attachment]) -> str:
    return f"{sum(file.size for file in files) / 1e6:.1f} MB, and {LARGEST_ORIGINAL / 1e6:.0f} may be"


def _named(message: Message, file: Attachment) -> dict[str, str]:
    ids = {"message_id": message.message_id, "attachment_id": file.attachment_id}
    return {**ids, "filename": file.filename or "file", "content_type": file.content_type}


def _file(context: Context, inbox_id: str, file: Mapping[str, str]) -> dict[str, str]:
    """Fetch a file. Raises ApiError where its mail was deleted: words without it would say less than was meant."""
    get = context.client.inboxes.messages.get_attachment
    found = patiently(get, inbox_id, file["message_id"], file["attachment_id"])
    content = base64.b64encode(download(context.http, found.download_url)).decode()
    return {"filename": file["filename"], "content_type": file["content_type"], "content": content}
