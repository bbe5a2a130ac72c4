"""`postroom mail-info`: what the mail reader makes of raw mails."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from postroom.cli.judging import standard_input
from postroom_kit.mail_reading import ParsedMail, parse


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def mail_info(files: tuple[str, ...]) -> None:
    """Print one line of JSON for each raw mail (.eml); - reads one from standard input.

    A line has file, kind, from, subject, date, text, reply_text, quoted_text, html_safe, attachments, bounce,
    auto_reply, authentication and problems. The kind is human, auto_reply, bounce, complaint or list; what a calendar
    program sends counts as auto_reply. For a file that cannot be read it has file and error, and the exit code is 1.
    """
    failed = False
    for name in files:
        try:
            raw = standard_input().read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            failed = True
            line = {"file": name, "error": f"cannot be read: {error.strerror or error}"}
        else:
            line = {"file": name, **as_json(parse(raw))}
        # Bytes: neither the terminal's charset nor a file name that is no UTF-8 may stop it.
        click.echo(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace"))
    sys.exit(int(failed))


def as_json(mail: ParsedMail) -> dict[str, Any]:
    """Return a mail as the command prints it: JSON values only, files by name, type and size in bytes."""
    bounce, away = mail.bounce, mail.auto_reply
    of_calendar = mail.kind == "calendar"
    return {
        "kind": "auto_reply" if of_calendar else mail.kind,
        "from": mail.from_,
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "quoted_text": mail.quoted_text,
        "html_safe": mail.html_safe,
        "attachments": [
            {"filename": item.filename, "content_type": item.content_type, "size": len(item.content)}
            for item in mail.attachments
        ],
        "bounce": bounce
        and {
            "recipients": list(bounce.recipients),
            "permanent": bounce.permanent,
            "action": bounce.action,
            "status": bounce.status,
            "diagnostic": bounce.diagnostic,
            "message_id": bounce.message_id,
        },
        "auto_reply": {"until": None} if of_calendar else away and {"until": away.until and away.until.isoformat()},
        "authentication": mail.authentication,
        "problems": list(mail.problems),
    }
