"""Web pages: public ones alone, few bytes of them, and as their robots.txt allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.research import Limits, PageRefused, read_page
from postroom_kit.research.pages import Answer, is_public
from postroom_kit.research.robots import AGENT, allows

PUBLIC = "93.184.216.34"
HTML = {"content-type": "text/html; charset=utf-8"}


class Web:
    """A few pages, and what is asked of them."""

    def __init__(
        self, pages: Mapping[str, Answer | OSError], addresses: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.pages = pages
        self.addresses = addresses or {}
        self.asked: list[tuple[str, str]] = []

    def get(self, url: str, address: str, limits: Limits) -> Answer:
        self.asked.append((url, address))
        found = self.pages.get(url, Answer(404, {}, b""))
        if isinstance(found, OSError):
            raise found
        return found

    def resolve(self, host: str) -> Sequence[str]:
        return self.addresses.get(host, [PUBLIC])

    def read(self, url: str, limits: Limits = Limits()) -> object:  # noqa: B008
        return read_page(url, self.get, self.resolve, limits)


def page(body: str, **headers: str) -> Answer:
    return Answer(200, {**HTML, **{name.replace("_", "-"): value for name, value in headers.items()}}, body.encode())


def to(url: str) -> Answer:
    return Answer(302, {"location": url}, b"")


def refused(web: Web, url: str = "https://k.example/a", limits: Limits = Limits()) -> str:  # noqa: B008
    with pytest.raises(PageRefused) as why:
        web.read(url, limits)
    return str(why.value)


def test_a_page_is_read_as_text_with_its_earliest_day() -> None:
    body = """<html><head><meta property="article:published_time" content="2026-02-11T08:00:00Z">
    <script>var x = "no";</script></head><body><time datetime="2020-01-01">x</time>
    <p>Kestrel opened a depot.</p></body>"""
    found = Web({"https://k.example/a": page(body)}).read("https://k.example/a")
    assert found.dated == date(2026, 2, 11)
    assert "Kestrel opened a depot." in found.text
    assert "no" not in found.text.split()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://k.example/a", "over https"),
        ("file:///etc/passwd", "over https"),
        ("//k.example/a", "over https"),
        ("https://user:pw@k.example/a", "names a user"),
        ("https://user@k.example/a", "names a user"),
        ("https://k.example:8443/a", "port 443"),
        ("https://127.0.0.1/a", "no name of a public host"),
        ("https://[::1]/a", "no name of a public host"),
        ("https://2130706433/a", "no name of a public host"),
        ("https://0x7f.1/a", "no name of a public host"),
        ("https://localhost/a", "no name of a public host"),
        ("https://metadata.google.internal/a", "no name of a public host"),
        ("https://printer.local/a", "no name of a public host"),
        ("https://k.example\\@evil.example/a", "backslash"),
        ("https://k.example/a b", "spaces"),
        ("https://k.example:99999/", "no address of a page"),
        ("https:///a", "no name of a public host"),
    ],
)
def test_an_address_that_is_not_plainly_a_public_page_is_not_asked(url: str, reason: str) -> None:
    web = Web({})
    assert reason in refused(web, url)
    assert web.asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "2002:7f00:1::", "2001:0:0:0:0:0:f5ff:fffe", "198.18.0.1", "nonsense"],
)  # fmt: skip
def test_a_name_that_means_an_address_of_ours_is_refused(address: str) -> None:
    web = Web({}, {"k.example": [PUBLIC, address]})
    assert "not public" in refused(web)
    assert web.asked == []


def test_public_addresses_are_known_as_such() -> None:
    assert all(map(is_public, [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"]))


@given(st.ip_addresses())
def test_whatever_is_private_link_local_or_loopback_is_not_public(address: object) -> None:
    if address.is_private or address.is_link_local or address.is_loopback or address.is_multicast:
        assert not is_public(str(address)) or (address.version == 6 and address.ipv4_mapped)


def test_each_redirect_is_looked_at_like_the_first_address() -> None:
    inside = Web({"https://k.example/a": to("https://in.example/")}, {"in.example": ["10.0.0.1"]})
    assert "in.example is 10.0.0.1" in refused(inside)
    assert all(host == PUBLIC for _, host in inside.asked)
    assert "over https" in refused(Web({"https://k.example/a": to("http://k.example/b")}))
    assert "redirects" in refused(Web({"https://k.example/a": to("/a")}))
    web = Web({"https://k.example/a": to("/b"), "https://k.example/b": page("<p>here</p>")})
    assert web.read("https://k.example/a").text == "here"


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    answers = iter([[PUBLIC], [PUBLIC], ["127.0.0.1"]])
    web = Web({"https://k.example/a": page("x")})
    read_page("https://k.example/a", web.get, lambda _: next(answers))
    assert {address for _, address in web.asked} == {PUBLIC}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page("x" * 1001), "larger than 1,000 bytes"),
        (page("x", content_type="application/pdf"), "application/pdf"),
        (Answer(200, {}, b"x"), "of no known type"),
        (page("x", content_encoding="gzip"), "packed"),
        (Answer(403, HTML, b"x"), "answers 403"),
        (TimeoutError("slow"), "did not answer: slow"),
    ],
)
def test_a_page_beyond_the_limits_is_refused_with_the_reason(answer: Answer | OSError, reason: str) -> None:
    assert reason in refused(Web({"https://k.example/a": answer}), limits=Limits(most_bytes=1000))


def test_a_name_nobody_knows_is_refused() -> None:
    def unknown(host: str) -> Sequence[str]:
        raise OSError("no such host")

    with pytest.raises(PageRefused, match="not known"):
        read_page("https://k.example/a", Web({}).get, unknown)


def test_robots_are_heeded_on_each_host_and_said_so() -> None:
    rules = page("User-agent: *\nDisallow: /a", content_type="text/plain")
    web = Web({"https://k.example/robots.txt": rules, "https://k.example/a": page("x")})
    assert refused(web) == f"its robots.txt does not let {AGENT} read /a"
    assert web.read("https://k.example/a", Limits(robots=False)).text == "x"
    other = Web({"https://o.example/a": to("https://k.example/a"), **web.pages})
    assert "robots.txt" in refused(other, "https://o.example/a")


@pytest.mark.parametrize("status", [500, 503])
def test_rules_that_cannot_be_known_allow_nothing(status: int) -> None:
    web = Web({"https://k.example/robots.txt": Answer(status, {}, b""), "https://k.example/a": page("x")})
    assert f"robots.txt answers {status}" in refused(web)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\nAllow: /news", "/news/1", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nAllow: /\nDisallow: /private", "/private/x", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?x", True),
        (f"User-agent: *\nDisallow: /\n\nUser-agent: {AGENT}\nDisallow: /x", "/a", True),
        (f"User-agent: one\nUser-agent: {AGENT}\nDisallow: /a # no", "/a", False),
        ("user-agent: *\ndisallow: /%7Ejo", "/~jo/x", False),
        ("Disallow: /", "/a", True),
    ],
)
def test_rules_are_read_as_the_rfc_says(rules: str, path: str, allowed: bool) -> None:
    assert allows(rules, path) is allowed


@given(st.text(alphabet="*$/ab", max_size=40), st.text(alphabet="/ab", max_size=60))
def test_a_rule_matches_as_its_expression_would(rule: str, path: str) -> None:
    import re

    body = rule.removesuffix("$").replace("$", "\0")
    if "\0" in body or not rule.strip():
        return
    expression = ".*".join(map(re.escape, body.split("*"))) + ("$" if rule.endswith("$") else "")
    assert allows(f"User-agent: *\nDisallow: {rule}", path) is (re.match(expression, path) is None)
