"""Whether a process can work: what a load balancer or an orchestrator asks."""

from __future__ import annotations

import time
from functools import partial

from postroom.intake.door import Door
from postroom.mailbox.client import logged
from postroom.runtime.context import Context

LOOKED_WITHIN = 300.0
"""Seconds since the last look at AgentMail that succeeded; there is one each minute."""


def faults(context: Context, door: Door) -> list[str]:
    """Return a line for each part that does not work: `database`, `engine`, `intake`; none where all is well."""
    found = []
    waiting = partial(context.engine.unfinished, context.name)
    for name, look in (("database", context.journal.switched_off), ("engine", waiting)):
        try:
            look()
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is that this part does not work
            found.append(f"{name}: {logged(error)}")
    ago = time.monotonic() - door.looked
    if ago > LOOKED_WITHIN:
        found.append(f"intake: AgentMail was last looked at {ago / 60:.0f} minutes ago; see the logs")
    return found
