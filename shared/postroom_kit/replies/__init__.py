"""What replies to outreach say: no more mail, no, who left, who is meant, when to write again, which days and times."""
