"""A knowledge base of questions and answers: load it, search it, and check that a reply is grounded in it.

knowledge = Knowledge.load("data/knowledge.json")
passages = knowledge.search("how do I change my plan?")
unsupported_sentences(reply, passages)  # the sentences to cut, or the reason to ask a person
"""

from .articles import Article, KnowledgeError
from .grounding import Claim, supported, unsupported_sentences
from .index import Knowledge, Passage
from .sentences import questions, sentences

__all__ = [
    "Article",
    "Claim",
    "Knowledge",
    "KnowledgeError",
    "Passage",
    "questions",
    "sentences",
    "supported",
    "unsupported_sentences",
]
