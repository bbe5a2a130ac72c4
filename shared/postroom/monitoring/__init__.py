"""How the agents are: figures, incidents and the mails about them, readiness, and logs that tell no secrets."""
