"""What makes a handler's answer happen: journal, engine, runs, timers, dead letters."""
