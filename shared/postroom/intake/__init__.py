"""Three ways in (webhook, WebSocket, polling) and the one door they end at."""
