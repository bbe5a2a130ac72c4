"""The page at `/`: what came in, what the agents decided and why, and what waits for a person."""

from postroom.console.guard import objection
from postroom.console.login import Login
from postroom.console.routes import console_blueprint

__all__ = ["Login", "console_blueprint", "objection"]
