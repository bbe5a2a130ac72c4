"""Find in a mail what its sender newly wrote: without the quoted thread, forwarded headers, signature and footers.

Losing a customer's words is worse than keeping a quote, so where the two cannot be told apart the text stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .armour import without_armour
from .markup import html_to_text, points_to_html
from .pointing import CLOSING, answers_below, is_shown, points_to_signature
from .quote_marks import (
    FENCE,
    QUOTED,
    RULE,
    SIGNATURE,
    attribution_end,
    divides,
    header_block_end,
    passes_on,
    quoted_below,
)
from .signatures import GREETING, LONGEST_SIGNATURE, before_signature, is_footer, is_list_footer, no_signature

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_PICTURE = re.compile(r"\s*\[(?:cid|image|inline image)\b[^\]\n]*\]\s*", re.IGNORECASE)
_ONE_MARK = re.compile(r"\s{0,3}> ?")
_REST_OF_QUOTE = re.compile(r"(?:\s*\n[ \t]{0,3}>[^\n]*)+")
_SHORT_QUOTE = 10  # lines: a quote of at most this many with an answer below gives the answer its meaning
_LONGEST, _MOST_LINES = 150_000, 5_000  # characters and lines that are looked at one by one: a second's work


@dataclass(slots=True)
class _Parts:
    """Blocks of lines in the order of the mail; `quoted` says of each whether it is a quote."""

    blocks: list[list[str]] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    has_own_text: bool = False  # more than a greeting
    greets: bool = False
    announced: bool = False  # a line said that what follows is old

    def add(self, line: str, quoted: bool) -> None:
        if not self.blocks or self.quoted[-1] != quoted:
            self.blocks.append([])
            self.quoted.append(quoted)
        self.blocks[-1].append(line)
        if not quoted and line.strip():
            greets = bool(GREETING.fullmatch(line[:200]))
            self.greets |= greets
            self.has_own_text |= not greets


@dataclass(frozen=True, slots=True)
class Reply:
    """What a mail's sender newly wrote, and what it quotes of the thread before."""

    new: str
    quoted: str


def new_text(text: str | None, html: str | None, extracted_text: str | None = None, *, forwarded: bool = False) -> str:
    """Return the sender's own words from a mail's plain part, or from its HTML where it has none.

    A short quote that is answered below stays, for "yes" means little without it; so does everything in a mail
    that is a forward and nothing else: its program says so in a line of its own, or the subject does (`forwarded`).
    AgentMail's own extraction is used when neither part is there.
    """
    return read_reply(text, html, extracted_text, forwarded=forwarded).new


def read_reply(
    text: str | None, html: str | None, extracted_text: str | None = None, *, forwarded: bool = False
) -> Reply:
    """Tell what a mail's sender newly wrote from what it quotes; arguments and rules are those of `new_text`."""
    plain = text if text and text.strip() and not points_to_html(text, html or "") else ""
    whole = plain if plain and not is_footer_alone(plain) else html_to_text(html or "") or plain
    if not whole.strip():
        whole = extracted_text or ""
    whole, rest = _cut(without_armour(whole.replace("\r\n", "\n").replace("\r", "\n")))
    lines = _INVISIBLE.sub("", whole).replace("\u00a0", " ").split("\n")
    parts, history = _own_blocks(lines, forwarded)
    parts = _without_signature(parts, alone=not history and not any(parts.quoted))
    own, quotes = _without_quotes(parts)
    if quotes and not history and not parts.announced and not _says(own) and not _is_answered(quotes):
        # A program that marks all of a mail, or a person who begins with ">": there is nothing that this quotes.
        return Reply(_tidy([line for block in parts.blocks for line in block]) + rest, "")
    if quotes and not history and not _goes_on(parts) and answers_below(own):
        history, quotes = quotes, []
    if not history and (going_on := _REST_OF_QUOTE.match(rest)):
        quotes, rest = [*quotes, *going_on.group().strip("\n").split("\n")], rest[going_on.end() :]
    if history and answers_below(own):
        # The answers stand in the copy, marked by a colour that the text does not show.
        return Reply(_tidy([*own, "", *history]) + rest, _tidy(quotes))
    if history:
        return Reply(_tidy(own), _tidy(quotes + history) + rest)
    return Reply(_tidy(own) + rest, _tidy(quotes))


def holds_old_mail(words: str) -> bool:
    """Tell whether own words hold lines that announce an old mail: one that is shown, or answered inside."""
    lines = words[:_LONGEST].split("\n", _MOST_LINES)
    return any(_history_end(lines, number) is not None for number in range(len(lines)))


def is_footer_alone(text: str) -> bool:
    """Tell whether a plain part is what list software or a program adds below a mail, or stands for pictures.

    The words of such a mail are in its HTML alone.
    """
    lines = [line for line in text[:_LONGEST].splitlines() if line.strip()]
    if not lines or len(lines) > LONGEST_SIGNATURE + 1:
        return False
    return (
        bool(SIGNATURE.fullmatch(lines[0]))
        or is_list_footer(lines, 0)
        or all(is_footer(line) or _PICTURE.fullmatch(line) for line in lines)
    )


def _cut(whole: str) -> tuple[str, str]:
    """Part a text where the lines end that are looked at one by one; a line that is longer is cut."""
    whole = whole.rstrip()
    lines = whole[:_LONGEST].split("\n", _MOST_LINES)
    if len(lines) > _MOST_LINES:
        end = min(len(whole), _LONGEST) - len(lines[-1]) - 1
    elif len(whole) <= _LONGEST:
        return whole, ""
    else:
        end = whole.rfind("\n", 0, _LONGEST)
    end = end if end > 0 else _LONGEST
    return whole[:end], whole[end:]


def _tidy(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n").strip()


def _own_blocks(lines: list[str], forwarded: bool) -> tuple[_Parts, list[str]]:
    """Sort lines into own and quoted ones, up to where an unmarked copy of the thread begins; return that too."""
    parts = _Parts()
    number, fenced, speaks = 0, False, False
    while number < len(lines):
        line = lines[number]
        fenced ^= bool(FENCE.match(line))
        if passes_on(line) and not (speaks := speaks or _speaks(parts)):
            lines = _passed_on(lines, number + 1)
        end = None if fenced else _history_end(lines, number)
        if end is None:
            parts.add(line, quoted=not fenced and bool(QUOTED.match(line)))
            number += 1
        elif parts.has_own_text and not quoted_below(lines, end) and not is_shown(lines, number):
            if _speaks(parts) or not (forwarded or passes_on(line)):
                return parts, lines[number:]
            # Nothing but what a program adds to each mail stands above what is passed on.
            parts, number = _Parts(), end
        else:
            # Nothing of the sender's own stands above, or the quote below is marked as such: pass over the line alone.
            # Below a greeting, or words that present it, it is what the sender tells of.
            if (parts.greets or parts.has_own_text) and not quoted_below(lines, end):
                for line in lines[number:end]:
                    parts.add(line, quoted=False)
            else:
                parts.announced = True
            number = end
    return parts, []


def _says(own: list[str]) -> bool:
    """Tell whether own lines are more than a greeting and rules."""
    return any(line.strip() and not RULE.fullmatch(line) and not GREETING.fullmatch(line[:200]) for line in own)


def _goes_on(parts: _Parts) -> bool:
    """Tell whether own words stand below the first quote."""
    first = parts.quoted.index(True)
    blocks = zip(parts.blocks[first:], parts.quoted[first:], strict=True)
    return any(not quoted and _says(block) for block, quoted in blocks)


def _is_answered(quotes: list[str]) -> bool:
    """Tell whether quoted lines begin with what a program says of an old mail, inside the marks (Apple Mail)."""
    inside = [_ONE_MARK.sub("", line) for line in quotes[:20]]
    return _history_end(inside, min(_next_filled(inside, 0), len(inside) - 1)) is not None


def _speaks(parts: _Parts) -> bool:
    """Tell whether there are words that their sender typed, and not only what a program adds to each mail."""
    if not parts.has_own_text:
        return False
    own = [line for block, quoted in zip(parts.blocks, parts.quoted, strict=True) if not quoted for line in block]
    filled = [line for line in own if line.strip() and not RULE.fullmatch(line)]
    said = [line for line in before_signature(filled, text_above=True) if not GREETING.fullmatch(line[:200])]
    if len(filled) > LONGEST_SIGNATURE + 1 or not said:
        return bool(said)
    # Outlook puts no "--" above a signature.
    return not CLOSING.fullmatch(said[0][:200]) or any(no_signature(said, number) for number in range(len(said)))


def _passed_on(lines: list[str], start: int) -> list[str]:
    """Return lines with those from `start` on, of a mail that is passed on, without its quote marks if all have one."""
    marked = all(QUOTED.match(lines[number]) or not lines[number].strip() for number in range(start, len(lines)))
    return lines[:start] + [_ONE_MARK.sub("", line) for line in lines[start:]] if marked else lines


def _history_end(lines: list[str], number: int) -> int | None:
    """Return the index after the lines that announce old text at `number`, or None."""
    if divides(lines[number]):
        following = _next_filled(lines, number + 1)
        return header_block_end(lines, following) or number + 1 if following < len(lines) else number + 1
    return header_block_end(lines, number) or attribution_end(lines, number)


def _next_filled(lines: list[str], number: int) -> int:
    while number < len(lines) and not lines[number].strip():
        number += 1
    return number


def _without_signature(parts: _Parts, *, alone: bool) -> _Parts:
    """Drop signatures after "--" and the lines that phones add, from each own block.

    A signature stays that own words point to, "my address is below"; without an old thread (`alone`) "see below" does.
    """
    kept = _Parts(announced=parts.announced)
    said: list[str] = []
    for block, quoted in zip(parts.blocks, parts.quoted, strict=True):
        lines = block if quoted else before_signature(block, bool(kept.blocks))
        if not quoted and len(lines) < len(block) and points_to_signature([*said, *lines], alone=alone):
            lines = [line for line in block if not is_footer(line)]
        said += [] if quoted else lines
        for line in lines:
            kept.add(line, quoted)
    return kept


def _without_quotes(parts: _Parts) -> tuple[list[str], list[str]]:
    """Join the own blocks, with the short quotes that have an answer below them; return the other quotes too."""
    answered = [
        number
        for number, (block, quoted) in enumerate(zip(parts.blocks, parts.quoted, strict=True))
        if not quoted and any(line.strip() and not RULE.fullmatch(line) for line in block)
    ]
    last = answered[-1] if answered else -1
    lines: list[str] = []
    quotes: list[str] = []
    for number, (block, quoted) in enumerate(zip(parts.blocks, parts.quoted, strict=True)):
        if not quoted or (number < last and sum(bool(line.strip()) for line in block) <= _SHORT_QUOTE):
            lines += block
        else:
            quotes += block
    while lines and (not lines[-1].strip() or RULE.fullmatch(lines[-1])) and not FENCE.match(lines[-1]):
        lines.pop()
    return lines, quotes
