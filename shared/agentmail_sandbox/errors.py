"""What the API answers when it cannot do what was asked: AgentMail's error envelope."""

import sqlite3
from typing import Any


class Problem(Exception):
    """An answer other than 2xx: HTTP status, AgentMail's ``code`` to branch on, and a sentence that helps."""

    def __init__(
        self,
        status: int,
        name: str,
        code: str,
        message: str,
        *,
        path: tuple[str, ...] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.code = code
        self.message = message
        # Whole seconds, for the header Retry-After.
        self.retry_after = retry_after
        self.errors = None if path is None else [{"code": "custom", "path": list(path), "message": message}]

    def envelope(self) -> dict[str, Any]:
        """Return the JSON body."""
        body: dict[str, Any] = {"name": self.name, "code": self.code, "message": self.message}
        return body if self.errors is None else body | {"errors": self.errors}


# What AgentMail names the problems of a status, and the code they have unless there is a more precise one.
NAMED = {
    400: ("ValidationError", "validation_error"),
    401: ("UnauthorizedError", "unauthorized"),
    403: ("ForbiddenError", "forbidden"),
    404: ("NotFoundError", "not_found"),
    409: ("ConflictError", "conflict"),
    422: ("UnprocessableError", "unprocessable"),
    429: ("RateLimitExceededError", "rate_limit_exceeded"),
    500: ("InternalError", "internal_error"),
    503: ("ServiceUnavailableError", "service_unavailable"),
}


def problem_of(
    status: int,
    message: str,
    code: str | None = None,
    *,
    path: tuple[str, ...] | None = None,
    retry_after: int | None = None,
) -> Problem:
    """Return the problem AgentMail has with this status, under its usual code unless another is given."""
    name, usual = NAMED.get(status, ("HttpError", "http_error"))
    return Problem(status, name, code or usual, message, path=path, retry_after=retry_after)


def invalid(message: str, *path: str) -> Problem:
    """400: the request itself is wrong; ``path`` names the field."""
    return problem_of(400, message, path=path)


def not_found(kind: str, identifier: str) -> Problem:
    """404: there is no such thing here."""
    return problem_of(404, f"{kind} not found: {identifier}")


def existing(row: sqlite3.Row | None, noun: str, name: str) -> sqlite3.Row:
    """Return the row that was looked for; 404 if there is none."""
    if row is None:
        raise not_found(noun, name)
    return row


def conflict(message: str) -> Problem:
    """409: it clashes with something that is, or is just happening."""
    return problem_of(409, message)


def unprocessable(message: str) -> Problem:
    """422: well formed, but cannot be done."""
    return problem_of(422, message)


def rejected(message: str) -> Problem:
    """403: AgentMail refuses to send this message."""
    return Problem(403, "MessageRejectedError", "message_rejected", message)


def unauthorized(code: str, message: str) -> Problem:
    """401: no key, or not one we know."""
    return problem_of(401, message, code)


class UnknownInbox(LookupError):
    """Mail came for an address on which the sandbox has no inbox."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"There is no inbox {address} in this sandbox. Create it (inboxes.create) or check the address."
        )
        self.address = address


class FolderUnusable(OSError):
    """The sandbox cannot open its database."""

    def __init__(self, database: str, reason: str) -> None:
        super().__init__(
            f"The sandbox cannot use {database}: {reason}. "
            "Stop the sandbox that runs on this folder, or give another data folder."
        )


class PortTaken(OSError):
    """A port the sandbox was told to listen on is in use."""

    def __init__(self, what: str, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host}, wanted for {what}, is in use by another program. "
            "Stop that program, or give another port (0 takes a free one)."
        )
        self.port = port
