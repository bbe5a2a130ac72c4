"""Mail addresses as people write them: ``Ada <ada@example.com>`` and lists of such."""

import re
from collections.abc import Collection
from contextlib import suppress
from email import utils
from functools import lru_cache
from typing import Any

from agentmail_sandbox.errors import invalid

# RFC 5322 with what real mail has besides: dots in a row, letters beyond ASCII (RFC 6532).
_WORD = r'[^\s\x00-\x1f\x7f<>()\[\]\\,;:"@]+'
ADDRESS = re.compile(rf'(?:{_WORD}|"(?:[^"\\\r\n\x00]|\\[^\r\n\x00])*")@(?:{_WORD}|\[[^\s\x00-\x1f\x7f\[\]\\]+\])')
_NEEDLESSLY_QUOTED = re.compile(rf'"(?!\.|.*\.[."])({_WORD})"')

# Newer Pythons give up a whole list for one odd address, unless told not to; older ones have no such choice.
_LENIENT: dict[str, Any] = {"strict": False} if getattr(utils, "supports_strict_parsing", False) else {}


@lru_cache(maxsize=256)
def bare(address: str) -> str:
    """Return the address alone, ``ada@example.com``, alike for all that mean this mailbox; empty if there is none.

    It is in lower case, its domain in ASCII (RFC 5890) without a dot behind it, its local part quoted only if need be.
    """
    local, at, domain = next((found for _, found in _pairs(address)), "").lower().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return _NEEDLESSLY_QUOTED.sub(r"\1", local) + at + domain.rstrip(".")


def parsed(value: str) -> list[tuple[str, str]]:
    """Split a header's value into (display name, address) pairs; what cannot be parsed is all address."""
    return list(_pairs(value)) or [("", value)] * bool(value.strip())


# Each mail asks for the same few many times over.
@lru_cache(maxsize=256)
def _pairs(value: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((name, address) for name, address in utils.getaddresses([value], **_LENIENT) if address)
    except RecursionError:  # hundreds of comments or groups within each other
        return ()


def mailbox(value: str) -> tuple[str, str] | None:
    """Return the display name and address of what names exactly one address that mail can go to, else None."""
    pairs = _pairs(value)
    return pairs[0] if len(pairs) == 1 and ADDRESS.fullmatch(pairs[0][1]) else None


def written(name: str | None, address: str) -> str:
    """Write an address with its display name, quoted where it has to be; ``bare`` finds the address again."""
    # a line break cannot stand in a header
    name = " ".join((name or "").split())
    if not name:
        return address
    plain = name.isprintable() and not set(name) & set('",<>@()[]\\;:.')
    return f"{name if plain else quoted(name)} <{address}>"


def quoted(name: str) -> str:
    """Write a display name as a quoted string."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def recipients(value: str | list[str] | None, field: str) -> list[str]:
    """Read the recipients of a request: nothing, one or several. 400 for what is no address."""
    found: list[str] = []
    for given in [value] * bool(value.strip()) if isinstance(value, str) else value or []:
        # A line end could smuggle in a header; one that is split off as white space would hide the attempt.
        pairs = [] if {"\r", "\n"} & set(given) else parsed(given)
        if not pairs or not all(ADDRESS.fullmatch(address) for _, address in pairs):
            raise invalid(f"{field} holds {given!r}, which is not a mail address.", field)
        found += [written(*pair) for pair in pairs]
    return found


def unique(addresses: list[str], without: Collection[str] = ()) -> list[str]:
    """Keep the first of each address, in order, leaving out those ``without`` names (bare)."""
    seen = set(without)
    kept: list[str] = []
    for address in addresses:
        if bare(address) not in seen:
            seen.add(bare(address))
            kept.append(address)
    return kept
