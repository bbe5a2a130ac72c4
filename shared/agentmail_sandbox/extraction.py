"""What of a mail is new: its text and HTML without the mail they quote."""

import logging
import re

import lxml.html
import quotequail

# Quote removal walks a mail line by line; beyond this the rest counts as quoted.
QUOTE_LINES = 5000
# And it takes a second for each megabyte: of anything longer, all counts as new.
QUOTE_LENGTH = 300_000
# "On Monday, 3 November, Bob <bob@example.com> wrote:", wrapped, and a blank line
INTRO_LINES, LONGEST_INTRO = 5, 350
# The header lines that Outlook puts above the mail it answers: From, Sent, To and Subject, by language. Without To
# they may be the fields of a form that somebody filled in.
COLON = r"\b(?:\s|\*|&nbsp;|</?\w[^<>]*>){0,9}:"
FROM = rf"(?:From|Von|De|Da|Van|Från|Fra){COLON}"
SENT = (
    r"(?:Sent|Date|Gesendet|Datum|Envoyé|Enviad[oa](?: el| em)?|Fecha|Inviato|Data|Verzonden|Skickat|Sendt|Dato)"
    rf"{COLON}"
)
TO = rf"(?:To|An|À|Para|A|Aan|Till|Til){COLON}"
SUBJECT = rf"(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Ämne|Emne){COLON}"
# In text and in HTML, by how a line begins.
HEADERS_IN_TEXT, HEADERS_IN_HTML = (
    re.compile(
        rf"{line}(?={FROM}(?>.{{1,400}}?{line}{SENT})(?>.{{1,400}}?{line}{TO}).{{1,1500}}?{line}{SUBJECT})",
        re.DOTALL | re.MULTILINE,
    )
    for line in (r"^[ \t*]*", r">(?:\s|&nbsp;)*")
)
# By which `quotequail` knows where they begin.
RULE = "_" * 32
# One of these stands where `quotequail` would see a quote begin: most mails have none, and it takes its time to look.
QUOTING = re.compile(r":\s*$|---|___|>", re.MULTILINE)
log = logging.getLogger(__name__)


def new_text(text: str | None) -> str | None:
    """Return a text without the mail it quotes."""
    if not text or len(text) > QUOTE_LENGTH:
        return text or None
    blocks = _unquoted(text)
    above = _without_intro("\n".join(block for new, block in blocks if new)).strip()
    below = [part for new, block in blocks if not new for part in _beside(block)]
    return "\n\n".join(filter(None, [above, *below])) or None


def new_html(html: str | None) -> str | None:
    """Return HTML without the mail it quotes."""
    if not html or not html.strip():
        return None
    if len(html) > QUOTE_LENGTH:
        return html
    try:
        marked = HEADERS_IN_HTML.sub(rf"\g<0><br>{RULE}<br>", html, count=1)
        blocks = quotequail.quote_html(marked, limit=QUOTE_LINES, quote_intro_line=True)
        return "".join(block if new else _beside_in_html(block) for new, block in blocks).strip() or None
    except Exception:  # lxml raises many kinds on markup that is none
        log.warning("could not look for quotes in HTML; keeping all of it", exc_info=True)
        return html


def _unquoted(text: str) -> list[tuple[bool, str]]:
    marked = HEADERS_IN_TEXT.sub(rf"{RULE}\n\g<0>", text, count=1)
    if not QUOTING.search(marked) and marked.count("\n") < QUOTE_LINES - 1:
        return [(True, marked)]
    blocks: list[tuple[bool, str]] = quotequail.quote(marked, limit=QUOTE_LINES, quote_intro_line=True)
    return blocks


def _without_intro(text: str) -> str:
    # Lines that start with ">" but have no introduction stay in quotequail's first block.
    lines = text.rstrip().split("\n")
    while lines and lines[-1].startswith(">"):
        lines.pop()
    return "\n".join(lines)


def _beside(quote: str) -> list[str]:
    """Return the paragraphs below a quote whose lines are marked with ">", or between them: people answer there."""
    intro, _, marked = quote.partition(f"\n{RULE}\n")[0].partition("\n>")
    # Not marked throughout, the quoted mail may itself hold marked lines and answers to them: those are old.
    if not intro.rstrip().endswith(":") or intro.count("\n") >= INTRO_LINES:
        return []
    # What follows a marked line at once may be the end of it, wrapped on the way.
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*(?=\n)", marked)[1:]]
    return [f"\n{part}".partition("\n>")[0].strip() for part in parts]


def _beside_in_html(quote: str) -> str:
    """Return what stands below a quoted blockquote, or between two of them, as in text."""
    if not quote.strip():
        return ""
    tree = lxml.html.fragment_fromstring(quote.partition(f"<br>{RULE}<br>")[0], create_parent="div")
    quoted = tree.xpath(".//blockquote[not(ancestor::blockquote)]")
    above = quoted[0].xpath("preceding::text()") if quoted else []
    intro = "".join(above).strip()
    if not intro.endswith(":") or len(intro) > LONGEST_INTRO:
        return ""
    for text in above:
        setattr(text.getparent(), "tail" if text.is_tail else "text", None)
    for each in quoted:
        each.drop_tree()
    below: str = lxml.html.tostring(tree, encoding="unicode")
    return below if tree.text_content().strip() else ""
