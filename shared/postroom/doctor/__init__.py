"""`postroom doctor`: what is set and reachable here; `--live`: what AgentMail does where its docs are silent."""
