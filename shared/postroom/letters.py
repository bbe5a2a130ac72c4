"""From an agent's `emails/*.md.j2` to the text and HTML of a mail.

Values are escaped as Markdown, so that words of a customer or a model can never become a link, an image or a
heading. Mail programs make links of bare addresses too: those of values stay whole only where the agent's own templates
or data hold the same one, so that nobody has us send theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape as escape_html
from pathlib import Path
from typing import Any

import jinja2
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!&])")
BLOCK_START = re.compile(r"^(\s*\d*)([-+=.)])", re.MULTILINE)
LINE_BREAK = re.compile(r"\r\n?")
LEADING_SPACE = re.compile(r"^[ \t]+", re.MULTILINE)
LINK = re.compile(
    r"(?:[a-z][a-z0-9+-]{0,20}://|www\.)[^\s<>\"'`|\\^{}()\[\]]+"
    r"|(?<![\w@.-])(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w@-])(?:[/?#:][^\s<>\"'`|\\^{}()\[\]]*)?",
    re.IGNORECASE,
)
"""What a mail program would make a link of: a URL, or the name of a host with or without a path; no mail address."""
PUNCTUATION = ".,;:!?"
OWN_TEXTS = (".csv", ".j2", ".json", ".jsonl", ".md", ".txt", ".yaml", ".yml")
STYLE = "font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:38em"


class LetterError(ValueError):
    """A template that does not exist or that asks for a value nobody gave, or a mail that would say nothing."""


@dataclass(frozen=True)
class Letter:
    """A rendered mail body, in both forms."""

    text: str
    html: str


def render(
    folder: Path, template: str, values: Mapping[str, Any], links_of: Path | None = None,
    footer: Mapping[str, Any] | None = None,
) -> Letter:  # fmt: skip
    """Render `emails/<template>.md.j2` of an agent's folder, with `emails/footer.md.j2` of the values `footer` behind.

    A link in a value stays one where the templates or data of `links_of` hold it too (`folder`, if not given); any
    other shows broken up, as `https[:]//evil[.]example`. Of the value `language` (ISO 639-1) depends the template:
    `emails/<template>.<language>.md.j2`, where there is one. Raises LetterError for a missing template or value, for a
    `body` without words, and where nothing is left to say.
    """
    try:
        source = _rendered(folder, template, values, values.get("language"), links_of)
        if footer is not None:
            source += f"\n\n{_rendered(folder, 'footer', footer, values.get('language'), links_of)}"
    except jinja2.TemplateNotFound as error:
        raise LetterError(f"{folder.name}: emails/{error.name} does not exist; add it") from error
    except jinja2.UndefinedError as error:
        raise LetterError(f"{folder.name}: emails/{template}.md.j2: {error}; pass the value in the action") from error
    markdown = _markdown()
    tokens = markdown.parse(source)
    text = _plain(tokens)
    if not text.strip():
        raise LetterError(f"{folder.name}: emails/{template}.md.j2 made an empty mail; pass it something to say")
    if "body" in values and not _says_something(values["body"]):
        raise LetterError(
            f"{folder.name}: emails/{template}.md.j2 is given the body {values['body']!r}, which says nothing; pass "
            "the words of the mail, or hand the thread over (Escalate) where there are none"
        )
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Letter(text, f'<div style="{STYLE}">\n{html}</div>\n')


def _rendered(
    folder: Path, template: str, values: Mapping[str, Any], language: str | None, links_of: Path | None
) -> str:
    names = [f"{template}.{language}.md.j2"] if language else []
    found = _environment(folder, links_of or folder).select_template([*names, f"{template}.md.j2"])
    return found.render(values)


def signed(letter: Letter, folder: Path, footer: Mapping[str, Any]) -> Letter:
    """Return a letter with the agent's `emails/footer.md.j2` of these values behind it."""
    end = render(folder, "footer", footer)
    return Letter(f"{letter.text.rstrip()}\n\n{end.text}", letter.html + end.html)


def from_text(text: str) -> Letter:
    """Return a letter of words as a person wrote them, in both forms."""
    paragraphs = [escape_html(part).replace("\n", "<br>\n") for part in re.split(r"\n\s*\n", text.strip())]
    body = "".join(f"<p>{part}</p>\n" for part in paragraphs)
    return Letter(f"{text.strip()}\n", f'<div style="{STYLE}">\n{body}</div>\n')


def _says_something(value: object) -> bool:
    """Tell whether a value has a sign that shows: greeting and signature around nothing are no mail."""
    return any(sign.isprintable() and not sign.isspace() for sign in str(value))


def escape(value: object) -> str:
    """Escape a value for Markdown: it shows as written and forms no markup, no link, no image and no list."""
    if isinstance(value, Markup):
        return str(value)
    # Markdown counts a lone carriage return as a line break, regular expressions do not
    text = LINE_BREAK.sub("\n", str(value))
    text = LEADING_SPACE.sub("", MARKDOWN_SPECIAL.sub(r"\\\1", text))
    return BLOCK_START.sub(r"\1\\\2", text)


@lru_cache(maxsize=64)
def _environment(folder: Path, links_of: Path) -> jinja2.Environment:
    known = known_links(links_of)

    def said(value: object) -> str:
        if value is None:
            raise jinja2.UndefinedError("a value it shows is None")
        return escape(defused(value, known))

    def shown(value: object) -> object:
        return value if isinstance(value, jinja2.Undefined) else said(value)

    def quoted(value: object) -> Markup:
        """Set a value as a quotation of as many lines as it has (`{{ text | quoted }}`)."""
        return Markup("> " + said(value).replace("\n", "\n> "))

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder / "emails"),
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = quoted
    return environment


@lru_cache(maxsize=64)
def known_links(folder: Path) -> frozenset[str]:
    """Return the links that an agent's own templates and data hold, in lower case."""
    files = [path for part in ("emails", "data") for path in (folder / part).rglob("*") if path.suffix in OWN_TEXTS]
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in files)
    return frozenset(found.rstrip(PUNCTUATION).lower() for text in texts for found in LINK.findall(text))


def defused(value: object, known: Collection[str] = ()) -> object:
    """Break up the links in a value that are not `known`, so that no mail program makes links of them."""

    def broken(found: re.Match[str]) -> str:
        link = found[0]
        if link.rstrip(PUNCTUATION).lower() in known:
            return link
        return link.replace("://", "[:]//").replace(".", "[.]")

    return value if isinstance(value, Markup) else LINK.sub(broken, str(value))


def subject_line(words: str, links_of: Path) -> str:
    """Return a subject in one line, which a decoded header need not be, with strangers' links broken up as in a body.

    A link stays one where the templates or data of `links_of` hold it too.
    """
    return str(defused(" ".join(words.split()), known_links(links_of)))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True})


def _plain(tokens: Sequence[Token]) -> str:
    """Write the parsed Markdown as plain text: paragraphs, `- ` lists, `> ` quotes, links as `words (address)`."""
    blocks: list[str] = []
    prefix: list[str] = []
    for token in tokens:
        if token.type in ("list_item_open", "blockquote_open"):
            prefix.append("- " if token.type == "list_item_open" else "> ")
        elif token.type in ("list_item_close", "blockquote_close"):
            prefix.pop()
        elif token.type == "hr":
            blocks.append("--")
        elif token.type == "inline":
            lead = "".join(prefix)
            following = lead.replace("- ", "  ")
            blocks.append(lead + _inline(token.children or []).replace("\n", f"\n{following}"))
    text = "\n\n".join(blocks)
    return re.sub(r"\n\n(?=(?:> )*- )", "\n", text) + "\n"


def _inline(children: Sequence[Token]) -> str:
    words: list[str] = []
    addresses: list[str] = []
    for token in children:
        if token.type == "link_open":
            addresses.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            words.append(f" ({addresses.pop()})")
        elif token.type in ("softbreak", "hardbreak"):
            words.append("\n")
        else:
            words.append(token.content)
    return "".join(words)
