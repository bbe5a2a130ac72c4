"""A scope: the whole organization, one pod or one inbox. Which rows lie within one is decided here alone."""

from dataclasses import dataclass

Condition = tuple[str, list[str | None]]


@dataclass(frozen=True)
class Scope:
    """Everything in ``inbox_id``, else everything in ``pod_id``, else everything. An inbox's scope names its pod."""

    pod_id: str | None = None
    inbox_id: str | None = None

    def covers(self, pod_id: str | None, inbox_id: str | None) -> bool:
        """Say whether what belongs to this pod and (None: not to) this inbox lies within."""
        return self.inbox_id == inbox_id if self.inbox_id is not None else self.pod_id in (None, pod_id)

    def owned(self, pod: str = "pod_id", inbox: str = "inbox_id") -> Condition:
        """Return SQL, and its parameters, for rows that name pod and inbox in these columns."""
        if self.inbox_id is not None:
            return f"{inbox} = ?", [self.inbox_id]
        return ("1", []) if self.pod_id is None else (f"{pod} = ?", [self.pod_id])

    def pods_own(self) -> Condition:
        """Return SQL, and its parameters, for rows that name only a pod: none of them lies within an inbox."""
        return ("0", []) if self.inbox_id is not None else self.owned()

    def mail(self, inbox: str = "inbox_id") -> Condition:
        """Return SQL, and its parameters, for rows that name only their inbox."""
        if self.inbox_id is None and self.pod_id is not None:
            return f"{inbox} IN (SELECT inbox_id FROM inboxes WHERE pod_id = ?)", [self.pod_id]
        return self.owned(inbox=inbox)
