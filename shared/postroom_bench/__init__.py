"""Scenarios, graders and load: how an agent behaves, as something that can be run and counted."""
