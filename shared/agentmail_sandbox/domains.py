"""Domains of one's own: which there are, which inboxes may use, and the DNS records they need."""

import sqlite3
from typing import Any

from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import Problem, invalid, not_found, unprocessable
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.store import set_row
from agentmail_sandbox.wire import at, without_none

DEFAULTS = {"feedback_enabled": True, "inbound_enabled": True, "subdomains_enabled": False, "tracking_enabled": False}


def publish(db: sqlite3.Connection, domain_id: str, *, published: bool) -> None:
    """Say whether the next verification finds the records of a domain; 404 if there is no such domain."""
    set_row(db, "domains", find(db, domain_id, Scope())["seq"], published=published)


def find(db: sqlite3.Connection, domain_id: str, scope: Scope) -> sqlite3.Row:
    """Return a domain's row; 404 if this scope has none such."""
    row = row_for(db, domain_id)
    if row is None or not scope.covers(row["pod_id"], None):
        raise not_found("Domain", domain_id)
    return row


def row_for(db: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    """Return a domain's row, or None. Its id is its name."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM domains WHERE domain = ?", (name.lower(),)).fetchone()
    return row


def _above(db: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    """Return the row of the nearest domain that this name lies below, or None."""
    labels = name.split(".")
    above = (row_for(db, ".".join(labels[at:])) for at in range(1, len(labels)))
    return next((row for row in above if row is not None), None)


def checked(core: Core, db: sqlite3.Connection, name: str | None, pod_id: str) -> str:
    """Return the domain for a new inbox of a pod, the sandbox's own when None.

    400 for one nobody added to this pod or the default one, 403 for one that is not verified, 422 for one below a
    domain without subdomains.
    """
    wanted = (name or core.domain).lower()
    if wanted == core.domain:
        return wanted
    row, parent = (
        row if row is not None and row["pod_id"] in (core.pod_id, pod_id) else None
        for row in (row_for(db, wanted), _above(db, wanted))
    )
    if row is None and parent is not None and not parent["subdomains_enabled"]:
        raise unprocessable(f"{wanted} lies below {parent['domain']}, which has no subdomains_enabled.")
    found = row or parent
    if found is None:
        raise invalid(f"The domain {wanted} is not verified; this sandbox has {core.domain}.", "domain")
    if found["status"] != "VERIFIED":
        text = f"The domain {found['domain']} is {found['status']}; verify it first (domains.verify)."
        raise Problem(403, "DomainNotVerifiedError", "domain_not_verified", text)
    return wanted


def is_ours(core: Core, db: sqlite3.Connection, address: str) -> bool:
    """Say whether mail to an address is for this sandbox, whether or not there is an inbox."""
    name = address.rpartition("@")[2]
    row, parent = row_for(db, name), _above(db, name)
    if row is None and parent is not None and parent["subdomains_enabled"]:
        row = parent
    return name == core.domain or (row is not None and row["status"] == "VERIFIED" and bool(row["inbound_enabled"]))


def records(row: sqlite3.Row, of: Core) -> list[dict[str, Any]]:
    """Return the DNS records a domain needs, of the kinds AgentMail asks for, with the sandbox's own values."""
    name, status = row["domain"], "VALID" if row["status"] == "VERIFIED" else "MISSING"
    wanted: list[tuple[str, str, str, int | None]] = [
        ("TXT", f"agentmail._domainkey.{name}", f"v=DKIM1; k=rsa; p={row['dkim_key']}", None),
        ("TXT", f"mail.{name}", f"v=spf1 include:{of.domain} ~all", None),
        ("MX", f"mail.{name}", f"feedback.{of.domain}", 10),
        ("TXT", f"_dmarc.{name}", "v=DMARC1; p=reject", None),
        *[("MX", name, f"inbound.{of.domain}", 10)] * bool(row["inbound_enabled"]),
        *[("MX", f"*.{name}", f"inbound.{of.domain}", 10)] * bool(row["subdomains_enabled"]),
    ]
    return [
        without_none({"type": kind, "name": host, "value": value, "status": status, "priority": priority})
        for kind, host, value, priority in wanted
    ]


def shown(row: sqlite3.Row, of: Core) -> dict[str, Any]:
    """Return a domain as the API shows it."""
    reason = {"reason": "dns_records_missing"} if row["status"] == "PENDING" else {}
    return item(row) | reason | {"status": row["status"], "records": records(row, of)}


def item(row: sqlite3.Row) -> dict[str, Any]:
    """Return a domain as lists show it: without status and records."""
    return {
        "pod_id": row["pod_id"],
        "domain_id": row["domain"],
        "domain": row["domain"],
        **{switch: bool(row[switch]) for switch in DEFAULTS},
        "updated_at": at(row["updated_at"]),
        "created_at": at(row["created_at"]),
    }
