"""The page at `/`: what came in, what the agents decided and why, and what waits for a person."""

from postroom.console.guard import objection
from postroom.console.routes import SandboxControl, console_blueprint

__all__ = ["SandboxControl", "console_blueprint", "objection"]
