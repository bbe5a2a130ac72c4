"""Web pages as sources: few, small, public ones, fetched over https and never from a network of ours.

Before each request, after each redirect too, the host's addresses are looked up; one that is not public refuses the
page, and the connection goes to the very address that was looked at, so that a second answer of the name server
changes nothing. `robots.txt` is heeded as RFC 9309 says. Text that a page hides from its readers may still be read:
what a page says is data, and a claim of it is checked like any other.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from ..mail_reading import html_to_text
from .robots import AGENT, allows

_REDIRECTS = {301, 302, 303, 307, 308}
_READ = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_NOT_PUBLIC = (".local", ".localhost", ".internal", ".lan", ".home", ".corp", ".intranet", ".arpa", ".onion")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_DATED = re.compile(
    r"<meta[^>]{0,300}?(?:article:published_time|datePublished|dc\.date(?:\.issued)?|[\"']date[\"'])[^>]{0,300}>"
    r"|\"datePublished\"\s*:\s*\"[^\"]{0,40}\"",
    re.IGNORECASE,
)
_TIMED = re.compile(r"<time[^>]{0,300}\bdatetime[^>]{0,300}>", re.IGNORECASE)
_DAY = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Limits:
    """Hold how much of the web is read for one page."""

    most_bytes: int = 1_000_000
    seconds: float = 10.0
    redirects: int = 3
    robots: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a server's answer: header names in lower case, and of the body at most one byte more than was allowed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Get(Protocol):
    """Ask for one address, once: no redirects, no cookies; raise OSError where no whole answer comes in time."""

    def __call__(self, url: str, address: str, limits: Limits) -> Answer:
        """Ask the server at `address` for `url`, whose name its certificate must bear."""


Resolve = Callable[[str], Sequence[str]]
"""Returns all addresses of a host; raises OSError."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hold a page that was read: where it was in the end, its text, and the day it says it is of."""

    url: str
    text: str
    dated: date | None


class PageRefused(Exception):
    """A page that is not read; the message says why, for people."""


def read_page(url: str, get: Get, resolve: Resolve, limits: Limits = Limits()) -> Page:
    """Fetch a page and return its text; raise PageRefused."""
    rules: dict[str, str] = {}
    for _ in range(limits.redirects + 1):
        parts = _parts(url)
        where = f"https://{parts.netloc}"
        if limits.robots:
            rules[where] = rules[where] if where in rules else _robots(where, get, resolve, limits)
            _heed(rules[where], parts)
        answer = _ask(url, get, resolve, limits)
        if answer.status not in _REDIRECTS:
            return _page(url, answer)
        url = urljoin(url, answer.headers.get("location", ""))
    raise PageRefused(f"more than {limits.redirects} redirects")


def public_addresses(host: str, resolve: Resolve) -> Sequence[str]:
    """Return the addresses of a host; raise PageRefused where one of them is not public."""
    try:
        found = resolve(host)
    except OSError as error:
        raise PageRefused(f"{host} is not known: {error}") from error
    if not found:
        raise PageRefused(f"{host} has no address")
    for address in found:
        if not is_public(address):
            raise PageRefused(f"{host} is {address}, which is not public")
    return found


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet, and no other is wrapped into it."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if wrapped:
            return is_public(str(wrapped)) and ip.ipv4_mapped is not None
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def _parts(url: str) -> SplitResult:
    """Take an address apart; raise PageRefused for one that is not plainly that of a public page."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii").lower(), parts.port
    except (ValueError, UnicodeError) as error:
        raise PageRefused(f"that is no address of a page: {error}") from error
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise PageRefused("the address of a page holds no spaces and no backslash")
    if parts.scheme != "https":
        raise PageRefused(f"pages are read over https, and this is {parts.scheme or 'no address'}")
    if parts.username is not None or parts.password is not None:
        raise PageRefused("the address names a user")
    if port not in (None, 443):
        raise PageRefused(f"pages are read on port 443, and this is {port}")
    if not _HOST.fullmatch(host) or host.endswith(_NOT_PUBLIC):
        raise PageRefused(f"{host or 'this'} is no name of a public host")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return SplitResult("https", host, path, quote(parts.query, safe="/?%:@!$&'()*+,;=~-._"), "")


def _ask(url: str, get: Get, resolve: Resolve, limits: Limits) -> Answer:
    parts = _parts(url)
    address = public_addresses(parts.netloc, resolve)[0]
    try:
        answer = get(parts.geturl(), address, limits)
    except OSError as error:
        raise PageRefused(f"{parts.netloc} did not answer: {error or type(error).__name__}") from error
    if len(answer.body) > limits.most_bytes:
        raise PageRefused(f"it is larger than {limits.most_bytes:,} bytes")
    return answer


def _robots(where: str, get: Get, resolve: Resolve, limits: Limits) -> str:
    """Return the rules of a host, "" where it has none; raise PageRefused where they cannot be known."""
    url = f"{where}/robots.txt"
    for _ in range(limits.redirects + 1):
        answer = _ask(url, get, resolve, limits)
        if answer.status not in _REDIRECTS:
            break
        url = urljoin(url, answer.headers.get("location", ""))
    if answer.status >= 500 or answer.status in _REDIRECTS:
        raise PageRefused(f"its robots.txt answers {answer.status}, so nobody may read it")
    return answer.body.decode("utf-8", "replace") if answer.status < 300 else ""


def _heed(rules: str, parts: SplitResult) -> None:
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if not allows(rules, path):
        raise PageRefused(f"its robots.txt does not let {AGENT} read {parts.path}")


def _page(url: str, answer: Answer) -> Page:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status != 200:
        raise PageRefused(f"it answers {answer.status}")
    if kind not in _READ:
        raise PageRefused(f"it is {kind or 'of no known type'}, and only text is read")
    if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise PageRefused("it is packed, and that was not asked for")
    charset = _CHARSET.search(answer.headers.get("content-type", ""))
    try:
        text = answer.body.decode(charset[1] if charset else "utf-8", "replace")
    except LookupError:
        text = answer.body.decode("utf-8", "replace")
    is_html = "html" in kind
    # Of several days the earliest: an old page must not pass for a new one.
    dated = (min(_days(_DATED, text), default=None) or min(_days(_TIMED, text), default=None)) if is_html else None
    return Page(url, html_to_text(text) if is_html else text.strip(), dated)


def _days(said_by: re.Pattern[str], html: str) -> Iterator[date]:
    """Yield the days that a page says it is of."""
    for said in said_by.finditer(html[:200_000]):
        for day in _DAY.finditer(said[0]):
            try:
                yield date(int(day[1]), int(day[2]), int(day[3]))
            except ValueError:
                continue
