"""Everything that speaks to AgentMail: the client, its errors, inboxes, reading, labels."""
