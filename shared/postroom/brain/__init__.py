"""What answers a decision: the offline brain, Claude, or a script in tests. All of them through one question."""

from postroom.brain.question import Answered, Brain, BrainAway, BrainError, Question
from postroom.mail import Earlier

__all__ = ["Answered", "Brain", "BrainAway", "BrainError", "Earlier", "Question"]
