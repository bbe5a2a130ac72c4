"""HTML mail: as text to read, and as HTML that is safe to show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape, unescape
from textwrap import dedent
from typing import Any

LONGEST = 1_000_000  # characters that are read; no person wrote more
_LONGEST_LAID_OUT = 150_000  # characters of HTML whose lines and lists are worth half a second
_LONGEST_POINTER, _MOST_WORDS_OF_POINTER = 500, 60  # of "Please use a program that shows HTML."
# Parsers take quadratic time for elements inside each other, and copy what emphasises into each paragraph that ends
# while it is open; they are slow with "&" as well. Threads quote each other some dozen deep.
_DEEPEST, _MOST_COPIES, _MOST_SIGNS = 400, 300_000, 50_000
_LESS_DEEP = 0.4  # of a box: elements that are none
_ELEMENT = re.compile(
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)([a-z][\w:-]*)", re.IGNORECASE
)
_ENDS_BY_ITSELF = {
    "html", "head", "body", "p", "li", "dd", "dt", "option", "td", "th", "tr",
    "tbody", "thead", "tfoot", "colgroup",
}  # fmt: skip
_EMPHASIS = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
_BOXES = {
    *_EMPHASIS, "address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "listing", "main", "menu", "nav", "ol",
    "pre", "search", "section", "span", "summary", "table", "ul",
}  # fmt: skip
_ANY_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(?:style|script|title)\b.*?(?:</|\Z)|<[a-z/!?][^>]*>?", re.I | re.S)
_LINE_END = re.compile(r"</(?:p|div|tr|li|h\d|blockquote)>|<br\s*/?>", re.IGNORECASE)
_LINE_START = re.compile(r"<(?:p|div|table|tr|ul|ol|li|h\d|blockquote|pre|hr)\b", re.IGNORECASE)
_CELL_END = re.compile(r"</t[dh]>", re.IGNORECASE)
# What takes room and says nothing: pictures pasted into the HTML itself, style sheets, scripts and comments.
_WEIGHT = (
    r"<!--.*?(?:-->|\Z)|<(?:style|script)\b.*?(?:</(?:style|script)\s*>|\Z)"
    r"|(?<=[\"'(=])data:[\w/+.-]{1,80}(?:;[\w=-]{1,40}){0,3};base64,[\w+/=%\s]*"
)
_TEXT_WEIGHT = re.compile(_WEIGHT, re.IGNORECASE | re.DOTALL)
_BYTES_WEIGHT = re.compile(_WEIGHT.encode(), re.IGNORECASE | re.DOTALL)
# How Apple Mail, Thunderbird, Gmail and Tuta mark the thread they quote; a bare blockquote may be the sender's own.
_QUOTES = {
    f"blockquote#{mark}": ["quote"] for mark in ("type=cite", "type=CITE", "class=gmail_quote", "class=tutanota_quote")
}
_CELL = {"colspan", "rowspan", "align", "style"}
_STYLED = {
    tag: {"style"} for tag in ("div", "p", "span", "table", "tr", "blockquote", "h1", "h2", "h3", "h4", "li", "ul")
}
_ATTRIBUTES = {**_STYLED, "a": {"href", "title"}, "td": _CELL, "th": _CELL, "ol": {"start", "style"}}
# No property here can name a file to load; position, size and display could hide or overlay text.
_CALL = re.compile(r"(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(|\\", re.IGNORECASE)
_STYLES = {"color", "background-color", "font-weight", "font-style", "text-align", "text-decoration"}


def html_to_text(html: str) -> str:
    """Return the text of `html`, lines and lists kept, a quoted thread marked by "> "; never raise."""
    from inscriptis import get_annotated_text
    from inscriptis.css_profiles import RELAXED_CSS_PROFILE
    from inscriptis.html_properties import Display
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.html_element import HtmlElement
    from inscriptis.model.tag import CustomHtmlTagHandlerMapping

    source = _encodable(html)
    if not source.strip():
        return ""
    if len(source) > _LONGEST_LAID_OUT or _too_deep(source):
        return _bare_text(source)
    # Programs put each line into boxes of any depth, which their readers do not see.
    boxes = RELAXED_CSS_PROFILE | {"div": HtmlElement(display=Display.block)}
    lists = CustomHtmlTagHandlerMapping({"ol": _begin_list}, {})
    config = ParserConfig(css=boxes, annotation_rules=_QUOTES, custom_html_tag_handler_mapping=lists)
    found = get_annotated_text(source, config)
    text: str = found["text"]
    if not text.strip():
        return _bare_text(source)
    spans = [(start, end) for start, end, _ in found.get("label", ())]
    lines: list[str] = []
    offset = 0
    for line in text.split("\n"):
        # A line between two quoted ones belongs to the quote as well.
        depth = sum(start <= offset < end or start < offset + len(line) <= end for start, end in spans)
        lines.append(f"{'>' * depth} {line.strip()}" if depth else line.rstrip())
        offset += len(line) + 1
    return dedent("\n".join(lines)).strip()


def _begin_list(state: Any, attributes: Mapping[str, str]) -> None:
    """Number a list from where it says: "3." is what the mail's reader saw."""
    start = attributes.get("start", "").strip()
    state.li_counter.append(int(start) if start.isdecimal() and len(start) < 6 else 1)


def points_to_html(text: str, html: str) -> bool:
    """Tell whether the plain text of a mail only asks for a program that shows its HTML."""
    short = len(text) <= _LONGEST_POINTER and len(text.split()) <= _MOST_WORDS_OF_POINTER
    if not short or not re.search(r"(?<![\w./-])html\b", text, re.IGNORECASE):
        return False
    shown = html_to_text(html)
    return bool(re.search(r"\w", shown)) and "html" not in shown.casefold()


def lightened(html: str) -> str:
    """Return `html` without what takes room in it, where it is longer than what is read."""
    return _TEXT_WEIGHT.sub("", html) if len(html) > LONGEST else html


def lightened_bytes(html: bytes) -> bytes:
    """Do the same for HTML whose characters are not known yet."""
    return _BYTES_WEIGHT.sub(b"", html) if len(html) > LONGEST else html


def safe_html(html: str) -> str:
    """Return `html` with nothing left that runs, loads or submits.

    Pictures go (a remote one tells its sender that the mail was read; `cid:` ones would show broken), links open in a
    new tab without a referrer, and of styles only colours and emphasis stay.
    """
    import nh3

    source = _encodable(html)
    if _too_deep(source):
        return escape(_bare_text(source))
    return nh3.clean(
        source,
        tags=nh3.ALLOWED_TAGS - {"img", "map", "area"},
        attributes=_ATTRIBUTES,
        attribute_filter=_without_calls,
        clean_content_tags={"script", "style", "title", "noscript", "template", "svg", "math"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",
    )


def _without_calls(_: str, attribute: str, value: str) -> str | None:
    """Drop a style that calls a function other than a colour's, such as `url()`, or hides one behind an escape."""
    return None if attribute == "style" and _CALL.search(value) else value


def _bare_text(html: str) -> str:
    """Return what is left without any tag: for HTML too large or too deep for a parser to lay out."""
    lines = _LINE_START.sub(r"\0\g<0>", _CELL_END.sub(" ", _LINE_END.sub("\n", html)))
    text = _ANY_TAG.sub("", lines)
    return unescape(re.sub(r"(?<=\S)\0+", "\n", text).replace("\0", "")).strip()


def _too_deep(html: str) -> bool:
    """Tell whether a parser would take seconds for `html`; what closes another element than it says closes nothing."""
    opened: Counter[str] = Counter()
    depth, ends, emphasised, most_emphasised = 0.0, 0, 0, 0
    for closing, written in _ELEMENT.findall(html):
        name = written.lower()
        ends += name in _ENDS_BY_ITSELF or bool(closing and name not in _EMPHASIS)
        if name in _ENDS_BY_ITSELF or (closing and not opened[name]):
            continue
        step = -1 if closing else 1
        opened[name] += step
        depth += step if name in _BOXES else step * _LESS_DEEP
        emphasised += step * (name in _EMPHASIS)
        most_emphasised = max(most_emphasised, emphasised)
        if depth > _DEEPEST:
            return True
    return most_emphasised * ends > _MOST_COPIES or html.count("&") > _MOST_SIGNS


def _encodable(html: str) -> str:
    """Replace what UTF-8 cannot carry, such as lone surrogates from a wrongly decoded mail, and NUL."""
    return lightened(html)[:LONGEST].encode("utf-8", "replace").decode().replace("\0", "")
