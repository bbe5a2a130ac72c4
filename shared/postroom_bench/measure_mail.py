"""Measure the mail reader on public labelled mails: `python -m postroom_bench.measure_mail`.

The data is not part of this repository. Point POSTROOM_DEV_DATA at a folder (default `../shared/data`) with
`reply_text/` (discourse/email_reply_trimmer, MIT), `bounces/` (flufl.bounce, Apache-2.0) and `mime/`
(zbateson/mail-mime-parser, BSD-2). Rules are made by looking at two thirds of the bounces; the third kept back, chosen
by hash, is told apart. Last comes how long mails made to cost time take. Takes about 20 s.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from postroom_kit.mail_reading import ParsedMail, new_text, parse

FOLDERS = ("reply_text", "bounces", "mime")
_HOSTILE = (
    # words and lines
    "lorem ipsum\n", "w", "lorem ", "\n", " \n", "a\n", "user ", "until 14 ", "nummer", "here is ", "住所",
    # quotes, header blocks, signatures, fences
    "> quoted\n", "> a\nb\n", "From: a\n", "to: ", "On 1\n", "On 5 May 2026 at 10:00\n",
    "On 1 May 2020, x@y.example wrote:\n", "--\n", "--\nx\n", "_" * 30 + "\n", "```\n",
    # delivery reports
    "<a@b.example>: 550\n", "<a@", "5.1.",
    # HTML
    "<", "<b>x</b> ", "<p>\n", "<div>", "&amp;",
    # MIME and what programs put into a text
    "=", "--b\n", "--b--b", "=?utf-8?q?a?= ", "begin 644 a\n",
    "-----BEGIN PGP SIGNED MESSAGE-----\n", "-----BEGIN PGP SIGNATURE-----\n",
)  # fmt: skip
"""What a text is made of that could take a careless reader the square of its length."""
_HEADS = (
    "From: a@example.com\nSubject: Re: order\n\nHi",
    "From: MAILER-DAEMON@example.com\nSubject: Undeliverable: x\n\n",
    "From: a@example.com\nAuto-Submitted: auto-replied\nDate: Sat, 1 Aug 2026 09:00:00 +0000\n\n",
    "From: a@example.com\nContent-Type: text/html\n\n",
    "From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n",
    "From: a@example.com\nSubject: ",
)
_END = "x\n\n-- \nAnn Cole\n12 Elm Street\nLeeds LS1 4AB\n+44 20 7946 0000"  # what is blank at the end is cut off
_NOT_BOUNCES = {"groupwise_03.txt", "qmail_08.txt"}  # a person's mail and a responder's, kept to be told apart


@dataclass(slots=True)
class Score:
    """Rows measured, and those right in whom they name, in whether delivery goes on, in what is to blame."""

    rows: int = 0
    recipients: int = 0
    delayed: int = 0
    permanent: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, row: Mapping[str, Any], mail: ParsedMail) -> None:
        """Count a row of `expected.json`: file, recipients, temporary."""
        bounce = mail.bounce
        found = sorted(address.lower() for address in bounce.recipients) if bounce else []
        named = found == sorted(address.lower() for address in row["recipients"])
        self.rows += 1
        self.recipients += named
        # Nobody named, nothing to compare.
        nobody = not row["recipients"]
        self.delayed += named and (nobody or (bounce is not None and (bounce.action == "delayed") == row["temporary"]))
        self.permanent += named and (nobody or (bounce is not None and bounce.permanent != row["temporary"]))
        self.wrong += [] if named else [row["file"]]


def main() -> int:
    """Print all figures; return 1 when the data is not there."""
    folder = Path(os.environ.get("POSTROOM_DEV_DATA", "../shared/data"))
    missing = [str(folder / name) for name in FOLDERS if not (folder / name).is_dir()]
    if missing:
        click.echo(f"Not there: {', '.join(missing)}. Set POSTROOM_DEV_DATA to a folder that has them.", err=True)
        return 1
    _replies(folder / "reply_text")
    _bounces(folder / "bounces")
    _mime(folder / "mime")
    _hostile(50_000)
    return 0


def _replies(folder: Path) -> None:
    exact, lost = 0, []
    mails = sorted((folder / "emails").iterdir())
    for mail in mails:
        found = new_text(mail.read_text("utf-8"), None).split()
        expected = (folder / "trimmed" / mail.name).read_text("utf-8").split()
        exact += found == expected
        if set(expected) - set(found):
            lost.append(mail.name)
    kinds = [parse(b"From: ann@example.com\nSubject: Hello\n\n" + mail.read_bytes()).kind for mail in mails]
    click.echo(f"reply text: {exact} of {len(mails)} exactly as people cut them; words lost in {lost or 'none'}")
    click.echo(f"            taken for a machine's: {len(kinds) - kinds.count('human')}")


def _bounces(folder: Path) -> None:
    started = time.perf_counter()
    mails = {path.name: parse(path.read_bytes()) for path in sorted(folder.glob("*.txt"))}
    seconds = time.perf_counter() - started
    scores = {"looked at": Score(), "kept back": Score()}
    for row in json.loads((folder / "expected.json").read_text("utf-8")):
        scores["kept back" if kept_back(row["file"]) else "looked at"].add(row, mails[row["file"]])
    for part, score in scores.items():
        click.echo(
            f"bounces, {part}: recipients {score.recipients} of {score.rows}, and delayed or failed {score.delayed},"
            f" and `permanent` as in that set {score.permanent}; wrong: {', '.join(score.wrong) or 'none'}"
        )
    others = [name for name, mail in mails.items() if name not in _NOT_BOUNCES and mail.kind != "bounce"]
    click.echo(f"         not of kind bounce: {others or 'none'}; {1_000 * seconds / len(mails):.0f} ms a mail")


def kept_back(name: str) -> bool:
    """Tell whether a file belongs to the third that rules are not made from."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def _mime(folder: Path) -> None:
    texts = [path.read_bytes() for path in folder.glob("*.txt")]
    truths = [" ".join(raw.decode("cp1252").split()) for raw in texts if b"\nSubject:" not in raw]
    mails = {path.name: parse(path.read_bytes()) for path in _hard_mails(folder)}
    written = {name: " ".join(mail.text.split()) for name, mail in mails.items() if len(mail.text) > 100}
    right = [name for name, words in written.items() if any(truth in words for truth in truths)]
    files = list(_known_files(folder, mails))
    click.echo(
        f"mime: text right in {len(right)} of {len(written)}; files right {sum(files)} of {len(files)};"
        f" taken for a machine's: {sum(mail.kind != 'human' for mail in mails.values())} of {len(mails)}"
    )
    click.echo(f"      text not right: {', '.join(sorted(set(written) - set(right))) or 'none'}")


def _hard_mails(folder: Path) -> list[Path]:
    return sorted([*folder.glob("m[0-9]*.txt"), *folder.glob("github*.txt"), *folder.glob("invalid*.txt")])


def _known_files(folder: Path, mails: Mapping[str, ParsedMail]) -> Iterator[bool]:
    """Yield for each attachment that lies in the folder too whether its content is the same."""
    for mail in mails.values():
        for file in mail.attachments:
            if file.filename and (original := folder / file.filename).is_file():
                yield file.content.split() == original.read_bytes().split()


def _hostile(characters: int) -> None:
    took: dict[tuple[str, str], float] = {}
    for head, piece in itertools.product(_HEADS, _HOSTILE):
        raw = (head + piece * (characters // len(piece)) + _END).encode()
        started = time.process_time()
        parse(raw)
        took[head, piece] = time.process_time() - started
    (head, piece), seconds = max(took.items(), key=lambda each: each[1])
    slowest = f"{seconds:.1f} s, for {piece!r} below {head.splitlines()[1]!r}"
    click.echo(f"{len(took)} mails made to cost time, {characters:,} characters each: the slowest {slowest}")


if __name__ == "__main__":
    sys.exit(main())
