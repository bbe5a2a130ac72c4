"""Attachments given by ``url``: fetched as AgentMail does, without credentials, and from public addresses only."""

import ipaddress
import socket
import threading
from dataclasses import dataclass

import httpx

from agentmail_sandbox.errors import Problem, rejected
from agentmail_sandbox.network import trusted_authorities

# AgentMail names some 30 MB a message; redirects are followed.
MOST_BYTES = 30 * 1024 * 1024
MOST_REDIRECTS = 5
# For one attachment, in seconds: for each answer of the server, and for all of it.
PATIENCE, LONGEST = 5.0, 20.0
CARRYING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))


@dataclass(frozen=True)
class Fetched:
    """What a URL gave; ``name`` is the end of its path."""

    content: bytes
    content_type: str | None
    name: str | None


def fetch(url: str, most: int, *, private: bool) -> Fetched:
    """Fetch up to ``most`` bytes. Problem, 403, when that cannot be done.

    Whoever may send mail names the URL, so that addresses of this machine and of private networks are refused
    unless ``private``: after each redirect anew, and with the connection going to the very address that was checked.
    """
    http = httpx.Client(verify=trusted_authorities(), timeout=PATIENCE, trust_env=False)
    # What comes in small steps never meets a timeout: its connection is taken away.
    ends = threading.Timer(LONGEST, http.close)
    ends.daemon = True
    ends.start()
    try:
        target = httpx.URL(url)
        for _ in range(MOST_REDIRECTS + 1):
            at, headers, tls = _pinned(target, private=private)
            with http.stream("GET", at, headers=headers, extensions=tls) as answer:
                if not answer.has_redirect_location:
                    return _read(target, answer, most)
                target = target.join(answer.headers["location"])
    except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, UnicodeError, ValueError) as wrong:
        late = f"it took more than {LONGEST:.0f} s"
        raise _unfetched(url, late if http.is_closed else f"{type(wrong).__name__}: {wrong}") from wrong
    finally:
        ends.cancel()
        http.close()
    raise _unfetched(url, f"it redirects more than {MOST_REDIRECTS} times")


def _pinned(target: httpx.URL, *, private: bool) -> tuple[httpx.URL, dict[str, str], dict[str, str]]:
    """Return the URL with a checked address for its host, and the header and TLS name (RFC 6066, 3) of that host."""
    if target.scheme not in ("http", "https") or not target.host:
        raise ValueError("it is no http or https URL")
    port = target.port or {"http": 80, "https": 443}[target.scheme]
    found = socket.getaddrinfo(target.host, port, type=socket.SOCK_STREAM)[0][4][0]
    address = ipaddress.ip_address(str(found).partition("%")[0])
    if not (private or _is_public(address)):
        raise ValueError("its host is this machine or in a private network; start the sandbox with private_urls")
    headers = {"Host": target.netloc.decode(), "Accept-Encoding": "identity"}
    return target.copy_with(host=str(found), userinfo=b""), headers, {"sni_hostname": target.host}


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    # 6to4 and NAT64 addresses carry an IPv4 address, which may be a private one.
    return address.is_global and not (address.is_multicast or any(address in network for network in CARRYING))


def _read(target: httpx.URL, answer: httpx.Response, most: int) -> Fetched:
    if not answer.is_success:
        raise ValueError(f"it answered {answer.status_code}")
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > most:
            raise ValueError(f"a message takes {MOST_BYTES // 1024 // 1024} MB of attachments by url")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    # A path may hold an encoded line break, which no header of a mail can carry.
    name = " ".join(target.path.rpartition("/")[2].splitlines())
    return Fetched(bytes(content), kind or None, name or None)


def _unfetched(url: str, why: str) -> Problem:
    return rejected(f"The attachment {url[:200]} could not be fetched: {why}.")
