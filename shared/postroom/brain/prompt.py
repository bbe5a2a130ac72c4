"""What Claude is told: first what stays the same from mail to mail and is cached, then the mail, fenced as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from postroom.agent_check import prompt_path
from postroom.brain.fence import Fence, defuse
from postroom.brain.offline import Example
from postroom.brain.question import BrainError, Question, plain
from postroom.brain.web_search import WebSearch
from postroom.decision import Decision
from postroom.mail import Message

HOUSE_RULES, SEARCH_RULES = (Path(__file__).with_name(f"{name}_rules.md") for name in ("house", "search"))
SHOWN = "train"
"""The split whose examples are shown; the others are for fitting and for an honest test."""
EXAMPLES_TOKENS = 4_000
EXAMPLE_TOKENS = 400
MAIL_TOKENS = 8_000
THREAD_TOKENS = 6_000
MOST_EARLIER = 3


def tokens_in(text: str) -> int:
    """Return how many tokens a text has, rather too many than too few: one for each three bytes."""
    return len(text.encode("utf-8", "replace")) // 3 + 1


def system_blocks(
    folder: Path, kind: type[Decision], examples: Sequence[Example], house_rules: Path = HOUSE_RULES
) -> list[dict[str, Any]]:
    """Return the system blocks of a decision: house rules and prompt, then examples; a cache point ends them.

    They depend on the agent alone, never on a mail. Raises BrainError when the prompt is missing.
    """
    path = prompt_path(folder, kind.__name__)
    if not path.is_file():
        raise BrainError(f"{kind.__name__} has no prompt: add prompts/{path.name} to {folder.name}")
    rules = house_rules.read_text(encoding="utf-8").strip()
    texts = [f"{rules}\n\n# The question: {kind.__name__}\n\n{path.read_text(encoding='utf-8').strip()}"]
    shown = chosen(kind, examples)
    if shown:
        texts.append("# Examples\n\n" + "\n\n".join(_as_text(example) for example in shown))
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in texts]
    blocks[-1]["cache_control"] = {"type": "ephemeral"}
    return blocks


def chosen(kind: type[Decision], examples: Sequence[Example]) -> list[Example]:
    """Choose examples to show: of each answer the first, then of each the second, up to a number of tokens.

    Examples of another split, too long ones and those that are no whole answer of this type are passed over.
    """
    groups: dict[str, list[Example]] = {}
    for example in examples:
        if example.split == SHOWN and tokens_in(example.text) <= EXAMPLE_TOKENS and _is_whole(kind, example):
            groups.setdefault(json.dumps(example.value, sort_keys=True), []).append(example)
    found: list[Example] = []
    left = EXAMPLES_TOKENS
    for example in filter(None, chain.from_iterable(zip_longest(*groups.values()))):
        left -= tokens_in(_as_text(example))
        if left < 0:
            break
        found.append(example)
    return found


def _is_whole(kind: type[Decision], example: Example) -> bool:
    try:
        kind.model_validate(example.value)
    except ValidationError:
        return False
    return True


def _as_text(example: Example) -> str:
    return f"<example>\n{defuse(example.text)}\n</example>\n{json.dumps(example.value, ensure_ascii=False)}"


@dataclass(frozen=True)
class _Piece:
    """A part of the user's turn: what code says about it, and the untrusted text, if any."""

    label: str
    kind: str = ""
    text: str = ""


def user_turn(question: Question) -> str:
    """Return the volatile part of a request, new marks each time: what was looked up, then the thread, newest first."""
    pieces = [*_given(question), *_earlier(question), *_thread(question)]
    fence = Fence.around(piece.text for piece in pieces)
    lines = [
        f"The number in the marks of this question is {fence.nonce}.",
        f"It is {question.thread.now:%A, %Y-%m-%d %H:%M} UTC; the thread's state is {question.thread.state.value}.",
    ]
    for piece in pieces:
        lines.append(f"{piece.label}\n{fence.wrap(piece.kind, piece.text)}" if piece.kind else piece.label)
    searches = question.web_search is not None
    lines.append("Search, and answer." if searches else f"Answer with the JSON of one {question.kind.__name__}.")
    return "\n\n".join(lines)


def _given(question: Question) -> Iterator[_Piece]:
    for name, value in question.context.items():
        if isinstance(value, WebSearch):
            continue
        yield _Piece(f"Our program looked up `{name}`:", "given", json.dumps(plain(value), ensure_ascii=False))


def _earlier(question: Question) -> Iterator[_Piece]:
    for past in question.earlier[:MOST_EARLIER]:
        text = f"Subject: {past.subject}\nOutcome: {past.outcome}"
        yield _Piece("An earlier thread of the same sender:", "earlier", text)


def _thread(question: Question) -> Iterator[_Piece]:
    """Yield the mail at hand, then the others of the thread, newest first, as many as fit, whole mails only."""
    at_hand = question.message
    if at_hand is not None:
        text, cut = _within(_mail(at_hand), MAIL_TOKENS)
        yield _Piece(f"The mail to judge, {_about(at_hand)}:", "mail", text)
        if cut or at_hand.left_out:
            yield _Piece(f"The mail goes on; its last {cut + at_hand.left_out} characters are left out.")
    others = [message for message in reversed(question.thread.messages) if message != at_hand]
    left = THREAD_TOKENS
    for number, message in enumerate(others):
        text = _mail(message)
        left -= tokens_in(text)
        if left < 0:
            yield _Piece(f"{len(others) - number} older mails of this thread are left out.")
            return
        yield _Piece(f"Also on this thread, {_about(message)}:", "mail", text)


def _about(message: Message) -> str:
    when = f"{message.timestamp:%Y-%m-%d %H:%M} UTC"
    if not message.received:
        return f"sent by us at {when}"
    vouched = "authenticated" if message.sender.authenticated else "not authenticated, perhaps forged"
    return f"received at {when}, sender {vouched}"


def _mail(message: Message) -> str:
    sender = message.sender
    # as people read it: a header would encode the name
    lines = [f"From: {sender.name} <{sender.address}>", f"Subject: {message.subject}"]
    if message.attachments:
        lines.append(f"Attachments: {', '.join(item.filename for item in message.attachments)}")
    return "\n".join([*lines, "", message.new_text])


def _within(text: str, tokens: int) -> tuple[str, int]:
    """Return as much of a text as has that many tokens, and the number of characters left out."""
    if tokens_in(text) <= tokens:
        return text, 0
    kept = text.encode("utf-8", "replace")[: 3 * tokens].decode("utf-8", "ignore")
    return kept, len(text) - len(kept)
