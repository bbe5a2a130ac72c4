"""An AgentMail on your machine: its REST API, webhooks, WebSocket and SMTP, for the unmodified SDK.

``Sandbox`` is the whole of it; ``python -m agentmail_sandbox`` runs one on ports of its own.
"""

from agentmail_sandbox.chaos import Chaos
from agentmail_sandbox.clock import SandboxClock
from agentmail_sandbox.errors import FolderUnusable, PortTaken, UnknownInbox
from agentmail_sandbox.mime_read import Part
from agentmail_sandbox.outside import OutsideMail
from agentmail_sandbox.receiving import Received
from agentmail_sandbox.sandbox import Sandbox

__all__ = [
    "Chaos",
    "FolderUnusable",
    "OutsideMail",
    "Part",
    "PortTaken",
    "Received",
    "Sandbox",
    "SandboxClock",
    "UnknownInbox",
]
