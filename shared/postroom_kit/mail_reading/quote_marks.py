"""The lines by which mail programs announce what is not the sender's own: quotes, header blocks, signatures, footers.

Languages: English, German, French, Spanish, Italian, Dutch, Portuguese, the Nordic ones, Polish, Czech, Russian,
Turkish and others where a program's wording is known (`quote_words.txt`).
"""

from __future__ import annotations

import re

from ..word_lists import sections

_WORDS = sections(__package__, "quote_words.txt")

QUOTED = re.compile(r"\s{0,3}>")
SIGNATURE = re.compile(r"\s*(?:--|—|––|__)\s*")
FENCE = re.compile(r"\s*(?:```|~~~)")

_LONGEST_ATTRIBUTION = 350  # characters, over all its lines
_LONGEST_LINE = 1_000  # characters of a divider
_SHORTEST_WRAPPED = 55  # characters of a line that a program broke
_MOST_LINES = 6  # an address on a line of its own, with blank lines around it, makes five

_OPENINGS, _VERBS = _WORDS["opening"], _WORDS["verb"]
_ENDING = rf"(?<!\w)(?:{_VERBS})(?!\w)[^\n]{{0,120}}[:：]"
_ADDRESSED = re.compile(r"[<(\[]\s*(?:mailto:)?[^<>()\[\]\s]+@[^<>()\[\]\s]+\s*[>)\]]")
_WHO = re.compile(rf'"[^"]*"|(?:(?<=[\s,])[\w.’-]+ )?{_ADDRESSED.pattern}')
_SENTENCE = re.compile(rf"(?<!\w)(?:{_VERBS})\s[a-zà-ÿ]+\s[a-zà-ÿ]+\s")  # "wrote down my number"
_BY_A_PERSON = re.compile(rf"(?<![\w@.'’-])(?:{_WORDS['by a person']})(?![\w@.-])")
_BY_SOMEBODY = re.compile(rf"(?<![\w@.'’-])(?:{_WORDS['by somebody']})(?![\w@.-])")
_YEAR = re.compile(r"\b\d{4}\b|\b\d{1,2}([./-])\s?\d{1,2}\1\s?\d{2}\b")
_TIME_OF_DAY = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}(?!\d)")
_DATED = re.compile(
    rf"(?-i:{_OPENINGS})\s(?=.*\d).{{3,300}}?{_ENDING}|(?:בתאריך|في)\s(?=.*\d).{{3,300}}<[^<>]*@[^<>]*>\s?:",
    re.IGNORECASE,
)
# Yahoo's app goes on with the old mail in the line of its attribution.
_GOES_ON = re.compile(rf"(?-i:{_OPENINGS})\s(?=.*\d).{{3,200}}?<[^<>]*@[^<>]*>\s(?:{_VERBS})[:：]\s\S.*", re.IGNORECASE)
# "Cancel it. On 5 May 2026 Ann <…> wrote:" has words of the sender's in one line with it.
_WORDS_BEFORE = re.compile(rf"(?!(?:{_OPENINGS})\s)[^<]{{0,300}}\S\s(?:{_OPENINGS})\s[^<]*\d{{4}}\b[^<]*<")
_DATE_START = r"(?:\d{1,4}[./-]?\s?|[^\W\d_]{2,15}[.,]{0,2}\s\d)"
_DATE_FIRST = re.compile(
    rf"{_DATE_START}(?=.*(?:\d{{4}}|\d:\d\d|@)).{{3,300}}?{_ENDING}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b[^\n]{0,120}<[^<>]*@[^<>]*>\s?:?"
    rf"|{_DATE_START}.{{3,120}}\d:\d\d.{{0,100}}<[^<>]*@[^<>]*>\s?:"
    # Tuta: "3 Nov 2026, 09:12 by ann@example.com:"
    rf"|{_DATE_START}.{{3,40}}\d:\d\d\s(?!to\s|an\s|à\s|para\s|a\s|aan\s)\w{{1,4}}\s[^\s@<>]+@[^\s@<>]+\s?:"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b[^\n]{0,120}のメール\s?[:：]|\d{4}년 \d{1,2}월 \d{1,2}일.{0,150}[:：]"
    r"|\d{4}年\d{1,2}月\d{1,2}日.{0,150}[:：]",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    rf"[^<>\n]{{0,80}}<[^<>]{{0,200}}@[^<>]{{0,200}}>(?:.{{0,60}}?{_ENDING}|.{{0,60}}[写寫]道\s?[:：]"
    r"|\s\[[\d:. /-]{10,25}\]:)"
    # Gmail in Catalan, Apple Mail in Polish.
    r"|(?:missatge de|wiadomość napisana przez)\s[^<>\n]{0,80}<[^<>]{0,200}@[^<>]{0,200}>.{5,60}\d[:.]\d\d\s?:",
    re.IGNORECASE,
)
# Programs with no more than a name; only above a quote that is marked.
_NAME_ALONE = re.compile(
    rf"\w[^<>:\n]{{2,50}}\s(?:{_VERBS})"
    r"(?:\s(?:(?:on|am|le|el|il|op|em|den|dne|dnia)\s(?:[^\W\d]{2,10}[.,]{0,2}\s)?)?\d[^\n]{5,40})?\s?[:：]"
    r"|在\s?\d{4}.{5,80}写道\s?[:：]|\d{4}[-.].{5,80}쓴 글\s?[:：]"
    r"|(?:quoting|zitat von|selon|citando|citazione di|citeren|citat från|cytat z|citace|цитирую) .{2,80}[:：]",
    re.IGNORECASE,
)

_EMPHASIS = re.compile(r"^[*_]{1,2}(?=\w)|(?<=\S)[*_]{1,2}$")  # and no bullet

_DIVIDER = re.compile(
    rf"\s*\W{{0,3}}[-_=*‐]{{2,}}\s*(?:{_WORDS['name of an old mail']})\s*:?\s*[-_=*‐]{{2,}}\W{{0,3}}\s*"
    rf"|\s*-{{10,}}\s*original\s*-{{10,}}\s*",
    re.IGNORECASE,
)
# Apple Mail's line above the mail that its sender passes on, marked as a quote; Gmail's has dashes.
_FORWARDED = re.compile(rf"\s*(?:{_WORDS['forwarded below']})\s*[:：]\s*", re.IGNORECASE)
_PASSES_ON = re.compile(_WORDS["passed on"], re.IGNORECASE)
_ABOVE = re.compile(
    rf"[\W_]*(?:(?:please|bitte|veuillez|por favor,?) )?(?:{_WORDS['reply']})\b.{{0,30}}"
    rf"\b(?:{_WORDS['above']})\b.{{0,30}}\b(?:{_WORDS['line']})"
    r"(?: to (?:add|post|comment|respond|reply)\b.{0,30})?[\W_]*",
    re.IGNORECASE,
)
# Help desks' "##- reply above this line -##", Zoho's "---- On … <address> wrote ---" in any language, GroupWise's
# ">>> Ann <address> 3/5/2026 10:12 >>>".
_FENCED = re.compile(
    r"\s*#{2,}\s?[-–—=].{5,150}[-–—=]\s?#{2,}\s*"
    r"|\s*-{3,}\s[^\n]{0,80}\d[^\n]{0,200}<[^<>\n]*@[^<>\n]*>[^\n]{0,60}\s-{3,}\s*"
    rf"|\s*-{{3,}}\s[^\n]{{0,80}}\d[^\n]{{0,60}}\s[^\s<>@]+@[^\s<>@]+\s(?:{_VERBS})\s-{{3,}}\s*"
    r"|\s*>>>\s[^\n]{0,150}\d[./]\d{1,2}[./]\d{2,4}\s\d{1,2}:\d\d[^\n]{0,10}\s>>>\s*"
)
RULE = re.compile(r"\s*[-_=*~]{3,}\s*")

SUBJECT = _WORDS["subject"]
_HEADER = re.compile(
    rf"\s*[*_]{{0,2}}(?:(?P<from>{_WORDS['from']})|(?P<subject>{SUBJECT})|(?P<alone>{_WORDS['header of mail alone']})"
    rf"|(?:{_WORDS['other header']}))\s?[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|$)(?P<value>.*)",
    re.IGNORECASE,
)

# "Status: offline", "Message: I want my money back": a form or a log, and no mail's header.
_OTHER_FIELD = re.compile(
    rf"\s*(?!(?:{_WORDS['seldom in a header']})\s?[:：])[^\W\d_][\w ()/-]{{1,25}}[:：]\s", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?<!\S)\d+(?!\S)")  # "Ann, 12 Elm Street" sends parcels, and no mail
_ANY_FIELD = re.compile(r"\s*[*_]{0,2}[^\s:：<>@*_][^:：<>@\n]{0,30}[:：][*_]{0,2}(?:\s|$)(.*)")
# An address as programs write it: all of the value, or between brackets behind a name.
_ALL_ADDRESS = re.compile(r"\W{0,3}[^\s<>@]+@[^\s<>@]+")
_BRACKETED = re.compile(r"[<\[]\s?(?:mailto:)?[^<>\[\]\s]+@[^<>\[\]\s]+")
_ADDRESS = re.compile(r"[^\s<>\[\]:@]+@[^\s<>\[\]]+")
_OF_FORM = re.compile(rf"[\W_]*(?:{_WORDS['field of a form']})", re.IGNORECASE)


def attribution_end(lines: list[str], start: int) -> int | None:
    """Return the index after an "On … wrote:" that begins on line `start`, or None if none does."""
    first = _EMPHASIS.sub("", lines[start].strip())
    if QUOTED.match(first) or _WORDS_BEFORE.match(first[:_LONGEST_ATTRIBUTION]):
        return None
    if _NAME_ALONE.fullmatch(first[:100]) and quoted_below(lines, start + 1):
        return start + 1
    if _GOES_ON.fullmatch(first[:1_000]):
        return start + 1
    return _of_form(lines, start, _attribution_form(first)) or _in_any_language(lines, start)


def _of_form(lines: list[str], start: int, form: re.Pattern[str] | None) -> int | None:
    """Return the index after an attribution of this form, in a language whose words we know."""
    if form is None:
        return None
    joined = ""
    for end in range(start + 1, min(start + _MOST_LINES, len(lines)) + 1):
        line = _EMPHASIS.sub("", lines[end - 1].strip())
        if joined and not _is_broken(joined, line, form):
            return None
        joined = f"{joined} {line}".strip()
        # Only a program that puts the address on a line of its own leaves a blank line inside.
        if len(joined) > _LONGEST_ATTRIBUTION or (not line and form is not _DATED):
            return None
        if line and form.fullmatch(joined):
            # "On 5 May at 10:00 your colleague wrote:" may be the sender's own; a program names an address or year.
            named = _ADDRESSED.search(joined) or (_TIME_OF_DAY.search(joined) and _YEAR.search(joined))
            program = named and not _SENTENCE.search(joined)
            marked = quoted_below(lines, end)
            # The Bat! puts "you wrote:" above a quote that it marks.
            said = _WHO.sub("", joined.replace("you wrote", "") if marked else joined)
            nameless = _BY_SOMEBODY.search(said) or (is_introduced(lines, start) and not marked)
            if _BY_A_PERSON.search(said) or (nameless and not _ADDRESSED.search(joined)):
                return None
            return end if program or marked else None
    return None


def _is_broken(above: str, line: str, form: re.Pattern[str]) -> bool:
    """Tell whether a line goes on with the attribution above: "Cancel 47" stands above one that begins."""
    begun = _attribution_form(line) if _YEAR.search(line) else None
    if form is _NAME_FIRST:
        return begun is not _DATED and not (begun is _DATE_FIRST and "<" in line)
    return begun not in (_DATED, _DATE_FIRST) and bool(_YEAR.search(above) or _TIME_OF_DAY.search(above))


def _in_any_language(lines: list[str], start: int) -> int | None:
    """Return the index after a paragraph with an address and a time that ends in a colon above a marked quote.

    Its lines but the last are as long as a program makes them; a short one above is the sender's own.
    """
    if start and lines[start - 1].strip():
        return None
    joined = ""
    for end in range(start + 1, min(start + 3, len(lines)) + 1):
        joined += f" {lines[end - 1].strip()}"
        if joined.endswith((":", "：")) and _ADDRESSED.search(joined) and _TIME_OF_DAY.search(joined):
            return end if quoted_below(lines, end) else None
        if len(lines[end - 1].strip()) < _SHORTEST_WRAPPED or len(joined) > _LONGEST_ATTRIBUTION:
            return None
    return None


def _attribution_form(first: str) -> re.Pattern[str] | None:
    """Choose by its first line how an attribution must go on; a paragraph above must not count as its name."""
    if re.match(rf"(?:{_OPENINGS})\s.*\d", first):
        return _DATED
    if re.match(_DATE_START, first):
        return _DATE_FIRST
    return _NAME_FIRST if "<" in first else None


def quoted_below(lines: list[str], number: int) -> bool:
    """Tell whether the next line with text, from index `number` on, is a quoted one."""
    following = next((line for line in lines[number:] if line.strip()), "")
    return bool(QUOTED.match(following))


def divides(line: str) -> bool:
    """Tell whether a line like "-----Original Message-----" or "reply above this line" starts what is not new."""
    line = line.replace("&nbsp;", " ")  # QQ's plain text
    return len(line) <= _LONGEST_LINE and any(form.fullmatch(line) for form in (_DIVIDER, _FORWARDED, _ABOVE, _FENCED))


def passes_on(line: str) -> bool:
    """Tell whether a line is what a program puts above a mail that is passed on, and never above one answered."""
    if len(line) > _LONGEST_LINE:
        return False
    return bool(_FORWARDED.fullmatch(line) or (_DIVIDER.fullmatch(line) and _PASSES_ON.search(line)))


def header_block_end(lines: list[str], start: int) -> int | None:
    """Return the index after a From/Sent/To/Subject block that begins on line `start`, or None if none does.

    At least three header lines with a From and a Subject, or beginning with a From that has an address, and no other
    field among them. "From: Paris, To: Rome, Date: 3 May, Subject: flight" and the form of a bank transfer are a
    person's: they have no field that mail alone has, and no address where a program puts it.
    """
    first = _HEADER.fullmatch(lines[start])
    if not first:
        return _header_in_any_language(lines, start)
    if start and _HEADER.fullmatch(lines[start - 1]):
        return None
    found: list[re.Match[str]] = []
    end = start
    for number in range(start, min(start + 14, len(lines))):
        match = _HEADER.fullmatch(lines[number])
        if match:
            found, end = [*found, match], number + 1
        elif len(found) < 3 and number == end and _OTHER_FIELD.match(lines[number]):
            return _header_in_any_language(lines, start)
        elif lines[number].strip() and number > end:
            break
    senders, subjects = (any(match[name] for match in found) for name in ("from", "subject"))
    certain = (senders and subjects) or (first["from"] and "@" in lines[start])
    return end if len(found) >= 3 and certain and _is_of_mail(lines, start, end, found) else None


def _is_of_mail(lines: list[str], start: int, end: int, fields: list[re.Match[str]]) -> bool:
    """Tell whether header lines are those of a mail, and not of what a person fills in."""
    alone = any(match["alone"] for match in fields)
    values = [match["value"] for match in fields if not match["subject"]]
    bracketed = any(_BRACKETED.search(value) for value in values)
    bare = any(_ALL_ADDRESS.fullmatch(value.strip()) for value in values)
    if alone and (bracketed or bare):
        return True
    # What is introduced, or goes on from or in other fields, is a person's.
    around = [*lines[max(0, start - 1) : start], *lines[end : end + 1]]
    if is_introduced(lines, start) or any(_OTHER_FIELD.match(line) for line in around):
        return False
    if not (bracketed or bare) and any(match["from"] and _NUMBERED.search(match["value"]) for match in fields):
        return False
    return alone or bracketed or (bare and any(_TIME_OF_DAY.search(value) for value in values))


def _header_in_any_language(lines: list[str], start: int) -> int | None:
    """Return the index after fields as Outlook writes them: a sender's address, a time, a recipient's, a title.

    They stand alone, and each address where a program puts it. A form that a customer fills in has one person's
    address twice, or a field with a name that mail has in no language: "Order".
    """
    fields = [_ANY_FIELD.fullmatch(line) for line in lines[start : start + 4]]
    values = [field[1].strip() for field in fields if field]
    if len(values) < 4 or (start and lines[start - 1].strip() and not RULE.fullmatch(lines[start - 1])):
        return None
    sender, sent, recipient = (value[:_LONGEST_ATTRIBUTION] for value in values[:3])
    addresses = [found[0].lower() for value in (sender, recipient) if (found := _ADDRESS.search(value))]
    if len({*addresses}) < 2 or any(_OF_FORM.match(line) for line in lines[start : start + 4]):
        return None
    timed = _TIME_OF_DAY.search(sent) and _YEAR.search(sent)
    addressed = _BRACKETED.search(sender) and (_BRACKETED.search(recipient) or _ALL_ADDRESS.fullmatch(recipient))
    end = start + 4
    while end < min(start + 7, len(lines)) and _ANY_FIELD.fullmatch(lines[end]):
        end += 1
    alone = end == len(lines) or not lines[end].strip()
    return end if timed and addressed and alone and not is_introduced(lines, start) else None


def is_introduced(lines: list[str], number: int) -> bool:
    """Tell whether a person's line that ends in a colon stands above the one at `number`: "My details:"."""
    above = next((line.strip() for line in reversed(lines[max(0, number - 3) : number]) if line.strip()), "")
    return above.endswith((":", "：")) and not divides(above)
