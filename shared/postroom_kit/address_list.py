"""Whether an address is on a list of addresses and domains, as people write one."""

from __future__ import annotations

from collections.abc import Iterable


def is_listed(address: str, entries: Iterable[str]) -> bool:
    """Tell whether an address, its domain (`shop.example` or `@shop.example`) or one above that is on a list."""
    address = address.strip().lower()
    labels = address.rpartition("@")[2].split(".")
    domains = {".".join(labels[start:]) for start in range(len(labels))}
    listed = {entry.strip().lower().removeprefix("@") for entry in entries} - {""}
    return bool(({address} | domains) & listed)
