"""How the agents are: figures, incidents and the mails about them, readiness, and logs that tell no secrets."""

from postroom.monitoring.figures import figures, hourly
from postroom.monitoring.incidents import Incident, incidents

__all__ = ["Incident", "figures", "hourly", "incidents"]
