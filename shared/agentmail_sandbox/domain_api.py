"""``…/domains`` of the organization and of a pod: add, switch, verify, delete."""

import re
import sqlite3
import uuid

from agentmail.domains import (
    CreateDomainRequest,
    Domain,
    GetSetupLinkResponse,
    ListDomainsResponse,
    UpdateDomainRequest,
)
from flask import Blueprint, Response

from agentmail_sandbox import domains, events
from agentmail_sandbox.access import scope
from agentmail_sandbox.errors import Problem, invalid
from agentmail_sandbox.store import add_row, set_row
from agentmail_sandbox.wire import answer, body_of, core, empty, fetch_page, paging, without_none

routes = Blueprint("domains", __name__)

# RFC 1035, 2.3.1 and 2.3.4, with digits in front (RFC 1123, 2.1), and at least two labels.
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})+")
# Switched on, these need another MX record.
NEED_MX = ("inbound_enabled", "subdomains_enabled")
ROOT, ONE = "/domains", "/domains/<domain_id>"


@routes.get(ROOT)
def list_domains() -> Response:
    with core().store.transaction() as db:
        within, params = scope().pods_own()
        rows, about = fetch_page(db, f"SELECT * FROM domains WHERE {within}", params, ("created_at", "seq"), paging())
    return answer(ListDomainsResponse, about | {"domains": [domains.item(row) for row in rows]})


@routes.post(ROOT)
def create_domain() -> Response:
    """Add a domain. The sandbox asks no DNS: conflicts with another provider are never found."""
    wanted = body_of(CreateDomainRequest)
    name = wanted.domain.strip().lower()
    if not NAME.fullmatch(name):
        raise invalid(f"{wanted.domain!r} is not a domain name.", "domain")
    now = core().stamp()
    switches = domains.DEFAULTS | without_none({switch: getattr(wanted, switch) for switch in domains.DEFAULTS})
    with core().store.transaction() as db:
        if name == core().domain or domains.row_for(db, name) is not None:
            raise Problem(403, "AlreadyExistsError", "already_exists", f"The domain {name} is there already.")
        core().limits.check_room(db, "domains")
        made = {"pod_id": scope().pod_id or core().pod_id, "domain": name, "dkim_key": uuid.uuid4().hex}
        add_row(db, "domains", **made, status="NOT_STARTED", **switches, created_at=now, updated_at=now)
        return _answer(domains.find(db, name, scope()))


@routes.get(ONE)
def get_domain(domain_id: str) -> Response:
    with core().store.transaction() as db:
        return _answer(domains.find(db, domain_id, scope()))


@routes.patch(ONE)
def update_domain(domain_id: str) -> Response:
    """Turn switches; a verified domain that then needs another record is pending until it is verified again."""
    wanted = body_of(UpdateDomainRequest)
    changes = without_none({switch: getattr(wanted, switch) for switch in domains.DEFAULTS})
    if not changes:
        raise invalid(f"Give at least one of {', '.join(domains.DEFAULTS)}.")
    with core().store.transaction() as db:
        row = domains.find(db, domain_id, scope())
        needs_more = any(changes.get(switch) and not row[switch] for switch in NEED_MX)
        status = "PENDING" if needs_more and row["status"] == "VERIFIED" else row["status"]
        set_row(db, "domains", row["seq"], **changes, status=status, updated_at=core().stamp())
        return _answer(domains.find(db, domain_id, scope()))


@routes.delete(ONE)
def delete_domain(domain_id: str) -> Response:
    with core().store.transaction() as db:
        row = domains.find(db, domain_id, scope())
        used = db.execute("SELECT 1 FROM inboxes WHERE inbox_id LIKE ? OR inbox_id LIKE ?", _inboxes_of(row)).fetchone()
        if used:
            text = f"The domain {row['domain']} has inboxes; delete them first."
            raise Problem(409, "CannotDeleteError", "cannot_delete", text)
        db.execute("DELETE FROM domains WHERE seq = ?", (row["seq"],))
    return empty()


def _inboxes_of(row: sqlite3.Row) -> tuple[str, str]:
    # A domain name holds no sign that LIKE reads as a pattern.
    return f"%@{row['domain']}", f"%@%.{row['domain']}"


@routes.get(f"{ONE}/zone-file")
def get_zone_file(domain_id: str) -> Response:
    """Return the records as a zone file (RFC 1035, 5.1)."""
    with core().store.transaction() as db:
        row = domains.find(db, domain_id, scope())
    lines = [f"$ORIGIN {row['domain']}."]
    for record in domains.records(row, core()):
        value = f'"{record["value"]}"' if record["type"] == "TXT" else f"{record['priority']} {record['value']}."
        lines.append(f"{record['name']}. 3600 IN {record['type']} {value}")
    return Response("\n".join([*lines, ""]), mimetype="text/plain")


@routes.get(f"{ONE}/setup-link")
def get_setup_link(domain_id: str) -> Response:
    """Say that the records are to be added by hand: no DNS provider has a template of the sandbox's."""
    with core().store.transaction() as db:
        domains.find(db, domain_id, scope())
    return answer(GetSetupLinkResponse, {"supported": False})


@routes.post(f"{ONE}/verify")
def verify_domain(domain_id: str) -> Response:
    """Look for the records: they count as published unless ``/sandbox/domains/{domain_id}`` says they are not."""
    with core().store.transaction() as db:
        row = domains.find(db, domain_id, scope())
        status = "VERIFIED" if row["published"] else "PENDING"
        set_row(db, "domains", row["seq"], status=status, updated_at=core().stamp())
        if status == "VERIFIED" != row["status"]:
            told = {"domain": domains.shown(domains.find(db, domain_id, scope()), core())}
            events.emit(core(), "domain.verified", told, pod_id=row["pod_id"])
    return empty()


def _answer(row: sqlite3.Row) -> Response:
    return answer(Domain, domains.shown(row, core()))
