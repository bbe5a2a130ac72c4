"""Mail addresses as people write them: ``Ada <ada@example.com>`` and lists of such."""

from collections.abc import Collection
from email.utils import getaddresses, parseaddr

from agentmail_sandbox.errors import invalid


def bare(address: str) -> str:
    """Return the address alone, in lower case: ``ada@example.com``; empty if there is none."""
    return parseaddr(address)[1].lower()


def parsed(value: str) -> list[tuple[str, str]]:
    """Split a header's value into (display name, address) pairs; what cannot be parsed is all address."""
    pairs = [(name, address) for name, address in getaddresses([value]) if address]
    return pairs or [("", value)] * bool(value.strip())


def written(name: str | None, address: str) -> str:
    """Write an address with its display name, quoted where it has to be; ``bare`` finds the address again."""
    if not name:
        return address
    plain = name.isprintable() and not set(name) & set('",<>@()[]\\;:.')
    quoted = name if plain else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{quoted} <{address}>"


def recipients(value: str | list[str] | None, field: str) -> list[str]:
    """Read the recipients of a request: nothing, one or several. 400 for what is no address."""
    given = [value] if isinstance(value, str) else list(value or [])
    if isinstance(value, str) and not {"\r", "\n"} & set(value):
        given = [written(*pair) for pair in parsed(value)]
    for address in given:
        local, _, domain = bare(address).rpartition("@")
        if not (local and domain) or "\n" in address or "\r" in address:
            raise invalid(f"{field} holds {address!r}, which is not a mail address.", field)
    return given


def unique(addresses: list[str], without: Collection[str] = ()) -> list[str]:
    """Keep the first of each address, in order, leaving out those ``without`` names (bare)."""
    seen = set(without)
    kept: list[str] = []
    for address in addresses:
        if bare(address) not in seen:
            seen.add(bare(address))
            kept.append(address)
    return kept
