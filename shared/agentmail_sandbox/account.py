"""Who one is: ``/v0/auth/me`` and ``/v0/organizations``. A sandbox has one organization and one key."""

from agentmail.auth import Identity
from agentmail.organizations import Organization
from flask import Blueprint, Response

from agentmail_sandbox.wire import answer, at, core

routes = Blueprint("account", __name__, url_prefix="/v0")


@routes.get("/auth/me")
def get_identity() -> Response:
    organization = core().organization_id
    identity = {"scope_type": "organization", "scope_id": organization, "organization_id": organization}
    return answer(Identity, identity | {"api_key_id": "key_sandbox"})


@routes.get("/organizations")
def get_organization() -> Response:
    with core().store.transaction() as db:
        inbox_count = db.execute("SELECT count(*) FROM inboxes").fetchone()[0]
    made = at(core().created_at)
    counts = {"inbox_count": inbox_count, "domain_count": 1}
    about = {"organization_id": core().organization_id, "updated_at": made, "created_at": made}
    return answer(Organization, about | counts)
