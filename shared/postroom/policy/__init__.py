"""The gate: every mail that leaves us passes it at the moment it leaves. Pure rules over facts."""

from postroom.policy.gate import RULES, Facts, Outgoing, Verdict, judge
from postroom.policy.recipients import Addressed, address_answer

__all__ = ["RULES", "Addressed", "Facts", "Outgoing", "Verdict", "address_answer", "judge"]
