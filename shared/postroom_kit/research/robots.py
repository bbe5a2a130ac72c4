"""What `robots.txt` lets us read, by RFC 9309: the longest rule counts, and of two as long the one that allows."""

from __future__ import annotations

from urllib.parse import quote, unquote

AGENT = "postroom-research"
_MOST = 500_000  # characters; the RFC asks for 500 kibibytes at least
_PLAIN = "/?%:@!$&'()*+,;=~-._"


def allows(rules: str, path: str, agent: str = AGENT) -> bool:
    """Tell whether `agent` may read `path`, its query included; rules for it by name go before those for all."""
    groups = _groups(rules[:_MOST])
    mine = groups.get(agent.lower(), groups.get("*", []))
    wanted = _even(path)
    best = max(((len(rule), allowed) for allowed, rule in mine if _matches(rule, wanted)), default=(0, True))
    return best[1]


def _groups(rules: str) -> dict[str, list[tuple[bool, str]]]:
    """Return the rules of each agent named; groups of one name count together."""
    found: dict[str, list[tuple[bool, str]]] = {}
    named: list[str] = []
    ended = True
    for line in rules.lstrip("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent" and colon:
            named = [value.lower()] if ended else [*named, value.lower()]
            ended = False
            found.setdefault(named[-1], [])
        elif name in ("allow", "disallow") and colon:
            ended = True
            for agent in named if value else ():
                found[agent].append((name == "allow", _even(value)))
    return found


def _matches(rule: str, path: str) -> bool:
    """Tell whether a rule, with `*` for anything and `$` for the end, begins a path. Takes no more than one look."""
    anchored = rule.endswith("$")
    pieces = rule.removesuffix("$").split("*")
    if not path.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for number, piece in enumerate(pieces[1:], 1):
        if anchored and number == len(pieces) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= at
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not anchored or at == len(path)


def _even(path: str) -> str:
    """Return a path in one spelling, however its letters were escaped."""
    return quote(unquote(path, errors="replace"), safe=_PLAIN)
