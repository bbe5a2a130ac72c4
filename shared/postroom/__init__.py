"""Postroom: production email agents on one tested core.

A handler reads a message and returns a `Transition`; the runtime checks it, records it, and performs each action
exactly once. These are the public names; everything else may change.
"""

from postroom.agent import Agent
from postroom.clock import Clock
from postroom.decision import Decision, Source
from postroom.delays import business_days, days, hours
from postroom.flow import Flow, State
from postroom.mail import Attachment, Inbox, Message, Sender, Thread
from postroom.refused import Refused
from postroom.running import run
from postroom.settings import Settings
from postroom.transition import (
    Actions,
    Cancel,
    Do,
    Escalate,
    Forward,
    Notify,
    Plan,
    Postpone,
    Propose,
    Reply,
    Send,
    Suppress,
    Transition,
)

__all__ = [
    "Actions",
    "Agent",
    "Attachment",
    "Cancel",
    "Clock",
    "Decision",
    "Do",
    "Escalate",
    "Flow",
    "Forward",
    "Inbox",
    "Message",
    "Notify",
    "Plan",
    "Postpone",
    "Propose",
    "Refused",
    "Reply",
    "Send",
    "Sender",
    "Settings",
    "Source",
    "State",
    "Suppress",
    "Thread",
    "Transition",
    "business_days",
    "days",
    "hours",
    "run",
]
