"""Who one is: ``/v0/auth/me`` and ``/v0/organizations``. A sandbox has one organization."""

from agentmail.auth import Identity
from agentmail.organizations import Organization
from flask import Blueprint, Response

from agentmail_sandbox.access import caller
from agentmail_sandbox.wire import answer, at, core, without_none

routes = Blueprint("account", __name__, url_prefix="/v0")


@routes.get("/auth/me")
def get_identity() -> Response:
    """Tell a key its scope: the most specific of inbox, pod and organization."""
    ids = {"inbox": caller().scope.inbox_id, "pod": caller().scope.pod_id, "organization": core().organization_id}
    narrowest = next(kind for kind, identifier in ids.items() if identifier is not None)
    identity = {f"{kind}_id": identifier for kind, identifier in ids.items()}
    told = {"scope_type": narrowest, "scope_id": ids[narrowest], "api_key_id": caller().api_key_id}
    return answer(Identity, without_none(identity | told))


@routes.get("/organizations")
def get_organization() -> Response:
    with core().store.transaction() as db:
        counts = {
            f"{kind}_count": db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for kind, table in (("inbox", "inboxes"), ("domain", "domains"))
        }
    made = at(core().created_at)
    about = {"organization_id": core().organization_id, "updated_at": made, "created_at": made}
    return answer(Organization, about | counts | dict(core().limits.shown()))
