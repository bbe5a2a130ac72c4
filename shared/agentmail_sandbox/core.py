"""What every part of one sandbox shares: its settings, store, clock, and who wants to know of what happens."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from agentmail_sandbox.chaos import Chaos
from agentmail_sandbox.clock import SandboxClock, stamp
from agentmail_sandbox.limits import Limits
from agentmail_sandbox.store import Store, add_row


@dataclass(frozen=True)
class Event:
    """Something that happened to mail; ``payload`` is the JSON each subscriber gets."""

    event_type: str
    pod_id: str
    inbox_id: str
    payload: str


@dataclass
class Core:
    """One sandbox: an organization with one domain, a default pod and a main key."""

    store: Store
    clock: SandboxClock
    domain: str
    api_key: str
    base_url: str | None = None
    relay: tuple[str, int] | None = None
    chaos: Chaos = field(default_factory=Chaos)
    limits: Limits = field(default_factory=Limits)
    # Whether attachments by url may come from this machine and from private networks.
    private_urls: bool = False
    # Idempotency keys of sends under way in this process.
    sending_keys: set[str] = field(default_factory=set)
    sending_lock: threading.Lock = field(default_factory=threading.Lock)
    on_event: list[Callable[[Event], None]] = field(default_factory=list)
    # Called when there is new work: a webhook to deliver, a draft to time, a mail to relay.
    on_work: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.organization_id = self.store.remember("organization_id", lambda: str(uuid.uuid4()))
        self.pod_id = self.store.remember("pod_id", lambda: str(uuid.uuid4()))
        self.created_at = self.store.remember("created_at", self.stamp)
        self.url_secret = self.store.remember("url_secret", lambda: uuid.uuid4().hex)
        self._keep_default_pod()
        self.clock.on_move(self.work)

    def _keep_default_pod(self) -> None:
        """Make the pod of everything made without one; of folders older than pods, that is all there is."""
        with self.store.transaction() as db:
            if db.execute("SELECT 1 FROM pods WHERE pod_id = ?", (self.pod_id,)).fetchone() is None:
                made = {"created_at": self.created_at, "updated_at": self.created_at}
                add_row(db, "pods", pod_id=self.pod_id, name="Default Pod", **made)
                db.execute("UPDATE inboxes SET pod_id = ?", (self.pod_id,))
                db.execute("UPDATE webhooks SET owner_pod_id = ? WHERE owner_inbox_id IS NOT NULL", (self.pod_id,))
            db.execute("UPDATE domains SET pod_id = ? WHERE pod_id IS NULL", (self.pod_id,))

    def stamp(self) -> str:
        """Return the sandbox's time as the database writes it."""
        return stamp(self.clock.now())

    def publish(self, event: Event) -> None:
        """Tell whoever listens of an event that has been committed."""
        for call in self.on_event:
            call(event)
        self.work()

    def work(self) -> None:
        """Wake the workers."""
        for call in self.on_work:
            call()
