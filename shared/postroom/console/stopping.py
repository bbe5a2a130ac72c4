"""The kill switch on the page: what it could not stop any more is shown to whoever pressed it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from postroom.console.entrance import back_path
from postroom.console.frame import Problem
from postroom.runtime import kill_switch
from postroom.runtime.app import Runtime

KEPT = 50
ALL_STOPPED = "nothing was under way, and no draft was to leave by itself"


class Presses:
    """What the latest presses of the switch led to, each by a name that only the address of who pressed it holds."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, Sequence[str]] = OrderedDict()

    def keep(self, told: Sequence[str]) -> str:
        """Keep what a press led to; return its name."""
        name = secrets.token_urlsafe(12)
        self._told[name] = told
        while len(self._told) > KEPT:
            self._told.popitem(last=False)
        return name

    def told(self, name: str) -> Sequence[str]:
        """Return what that press led to, nothing where a restart or later presses forgot it."""
        return self._told.get(name, ())


def stop_pages(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the form that stops agents, an inbox or all, and lets them go on."""
    journal, presses = runtime.context.journal, Presses()

    @blueprint.context_processor
    def surroundings() -> dict[str, Sequence[str]]:
        return {
            "scopes": kill_switch.scopes(runtime.context),
            "pressed": presses.told(request.args.get("pressed", "")),
        }

    @blueprint.post("/switch")
    def switch() -> Response:
        scope = request.form.get("scope", "")
        if scope not in (*kill_switch.scopes(runtime.context), *journal.switched_off()):
            raise Problem(400, f"There is nothing called {scope!r} to switch off.")
        if request.form.get("to") == "on":
            kill_switch.release(runtime.context, scope)
            return redirect(back_path(resumed=1, pressed=""), 303)
        reason = request.form.get("reason", "").strip() or "switched off on the page"
        told = kill_switch.press(runtime.context, scope, reason).told() or [ALL_STOPPED]
        return redirect(back_path(pressed=presses.keep(told), resumed=""), 303)
