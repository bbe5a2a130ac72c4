"""Who may see the page: a browser on this machine; from elsewhere whoever has the password, where one is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmail_sandbox.network import LOOPBACK, forwarding_header
from postroom.console.login import Login

OPEN_PATHS = ("/webhooks/", "/healthz", "/u/")
"""What may be reached from outside: each of these checks a signature or tells nothing."""
SIGN_IN = (("POST", "/login"), ("GET", "/console/console.css"), ("GET", "/console/icon.svg"))
"""What the form that asks for the password needs; anybody may read these files in our source."""
WANTS_LINK = (
    "POSTROOM_PUBLIC_URL is set, so this page wants a login: open the link that `postroom run` printed at its start "
    "(it works once; a restart prints a new one). The commands work without: postroom threads, postroom pause.\n"
)
NO_PASSWORD = (
    "This page has no login yet for callers from elsewhere, such as this one ({via} tells), so it answers on this "
    "machine alone. Open it on localhost, or set POSTROOM_PASSWORD, and POSTROOM_PUBLIC_URL to the address it then "
    "has, and start again.\n"
)
SANDBOX_HERE_ONLY = "The sandbox answers on this machine alone, not callers from elsewhere ({via} tells).\n"
OTHER_HOST = (
    "This page answers at localhost and its own port, and at the host of POSTROOM_PUBLIC_URL; the request asked for "
    "another host.\n"
)
WANTS_PASSWORD = "This page wants a login: open / in a browser and give the password (POSTROOM_PASSWORD).\n"

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""For the HTML of a mail: it may look as it likes, and neither run, load nor send anything."""
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For a file of a mail, should a browser open it all the same."""


def is_open(path: str) -> bool:
    """Tell whether a path answers anybody, from anywhere."""
    return any(path == name or (path.startswith(name) and name.endswith("/")) for name in OPEN_PATHS)


def is_local(environ: Mapping[str, Any]) -> bool:
    """Tell whether a WSGI request is one to this machine, by name and port, that nothing passed on."""
    return _is_own(environ) and not _passage(environ)


def _is_own(environ: Mapping[str, Any]) -> bool:
    host = LOOPBACK.fullmatch(environ.get("HTTP_HOST", ""))
    return host is not None and (host[1] or "80") == str(environ.get("SERVER_PORT"))


def _passage(environ: Mapping[str, Any]) -> str | None:
    """Return the header that tells that a request came through a tunnel or proxy, None where none does."""
    return forwarding_header(name[5:].replace("_", "-").title() for name in environ if name.startswith("HTTP_"))


def objection(environ: Mapping[str, Any], login: Login | None, *, here_only: bool = False) -> tuple[int, str] | None:
    """Return the status and sentence to refuse a WSGI request with, or None.

    `login` is given where POSTROOM_PUBLIC_URL or POSTROOM_PASSWORD is set; `here_only` is for what no password opens.
    A server that strips forwarding headers blinds this check: waitress needs `clear_untrusted_proxy_headers=False`.
    The Host check defeats DNS rebinding, where a page of a stranger's site reaches this port under its own name.
    """
    path = environ.get("PATH_INFO", "")
    if is_open(path):
        return None
    own, via = _is_own(environ), _passage(environ)
    public = not own and login is not None and login.is_public(environ.get("HTTP_HOST", ""))
    if (via or public) and (here_only or login is None or not login.password):
        return 403, (SANDBOX_HERE_ONLY if here_only else NO_PASSWORD).format(via=via or "Host")
    if not own and not public:
        return 400, OTHER_HOST
    if login is None or login.admits(environ, elsewhere=not is_local(environ)):
        return None
    if not login.password:
        return 403, WANTS_LINK
    return None if (environ.get("REQUEST_METHOD"), path) in SIGN_IN else (401, WANTS_PASSWORD)


def headers(policy: str) -> dict[str, str]:
    """Return the headers of every answer of the page."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
