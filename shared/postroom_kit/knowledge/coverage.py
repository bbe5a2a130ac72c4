"""Whether an article speaks of what a question asks: of its words, of what is to be done, and of what to do it to.

"How do I turn off alerts?" shares all but one word with an article that tells how to turn them on, and "how long is
the warranty on the cable?" all but one with the warranty of something else. A search score cannot see the difference;
the words the article lacks can. Words that mean the same, and opposites, are in `word_groups.txt` (English).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .articles import Article
from .sentences import LONGEST_QUESTION, sentences
from .word_groups import KINDS, WordGroups, phrasal

_FEWEST_WORDS = 2  # a question with fewer words of its own ("how do I invite her?") is about what was said before it
_ANYTHING = re.compile(r"\b(?:it|them|something|anything)\b", re.IGNORECASE)
_IT = "/it"  # stands in a text that speaks of its thing as "it"; no stem looks like this
_NOT = re.compile(r"\b(?:no|not|never|nobody|nothing|without|cannot|\w+n['’]t)\b", re.IGNORECASE)
_HOW = re.compile(r"\bhow\b(?! (?:much|many|long|often|far)\b)", re.IGNORECASE)
_LEFT_UNDONE = re.compile(r"\b(?:do|does|did|will|would)(?: not|n['’]t) \w+", re.IGNORECASE)
_HAPPENED = re.compile(r"(?<!\bbe )(?<!\bbe not )\b\w{3,}ed\b", re.IGNORECASE)
_OR = re.compile(r",? or ", re.IGNORECASE)
_WAY_OF_ASKING = re.compile(
    r"\b(?:how(?: long| much| many| often| far)?|when|where|which|what|who|why)\b", re.IGNORECASE
)
_YES_OR_NO = re.compile(
    r"\W*(?:(?:and|also|but|so|or|then|finally|lastly|(?:second|third)(?:ly)?|one more (?:thing|question))\b\W*)*"
    r"(?:do|does|did|is|are|was|were|has|have|can|could|may|will|would)\b",
    re.IGNORECASE,
)
# no part of a number is tried as the start of one: "1.1.1.1…" would take the square of its length
_AMOUNT = re.compile(r"[€$£]\s?\d[\d.,]*|\b(?<!\d[.,])\d[\d.,]*+\s?(?:€|eur\b|euros?\b)", re.IGNORECASE)
_PLAN = re.compile(r"(?<=\w )([A-Z][\w-]+) (?i:plans?)\b")
_THEIRS = re.compile(r"\b(?:of|from|by) (?:the |an? )?([A-Z][\w-]+(?: [A-Z][\w-]+)*)")
_WHEN = re.compile(
    r"\b(?:(?:an?|half an|one|two|three|four|five|a few|some|several|\d{1,2}) (?:minute|hour)s? ago|just now"
    r"|(?:a moment|moments) ago|at (?:present|the moment)"
    r"|(?:(?:since|over|until|before|after|by|for|at) the (?:end of the )?(?:weekend|week|month|year)"
    r"|(?:last|this|next) (?:night|weekend|week|month|quarter|year|day))\b(?![^.!?\n]{0,200}\?))\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b\d+ (?:(?:more|other|quick|short|small|further|last) )*(?:questions?|things?)\b", re.IGNORECASE
)
_SEASON = (
    r"(?:spring|summer|autumn|fall|winter|january|february|march|april|may|june|july|august|september|october|november"
    r"|december)"
)
_THEN = (
    rf"(?:(?:last|next) (?:week|month|quarter|year|season|{_SEASON})|in the past|back then"
    rf"|(?:in|before|from|since|until|after) (?:the )?(?:next year|{_SEASON}|(?:19|20)\d\d))\b"
)
# What an article says is so now, and of nobody's own use.
_ASKS_OTHER_TIME = re.compile(
    rf"\b(?:what|how (?:much|many|long|high))\b(?>[^?]*?\b(?:did|was|were)\b)[^?]*\b{_THEN}"
    rf"|\b(?:what|how (?:much|high))\b(?>[^?]*?\b(?:will|going to)\b)[^?]*\b{_THEN}"
    r"|\b(?:what|how much)\b[^?]*\bused? to (?:cost|be)\b"
    r"|\bhow (?:many|much)\b[^?]*\b(?:did|have) (?:i|we)\b(?! (?:to|got|for)\b)",
    re.IGNORECASE,
)
_ASKS_TIME = re.compile(
    r"\b(?:how (?:long|soon|fast|quick(?:ly)?|late|many (?:more )?(?:minutes|hours|days|weeks|months|years))"
    r"|(?:un)?till? when|by when|too late|deadline|time limit)\b|(?:^|(?<=[\n,.;:?!] )|(?<=and ))"
    r"when(?= (?:do|does|did|will|is|are|can|could|must|should|may|was|were)\b)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve) (?:[a-z]+ )?"
    r"(?:minute|hour|day|week|month|year)s?\b|\b\d\d:\d\d\b",
    re.IGNORECASE,
)
_NEAR_ACTION = 200  # characters: what stands further behind a verb is not what is done to it
_RECENT = 64  # texts: a question is cut into words for each thing asked of it
_WEIGHED = 4_096  # words kept with their weights: more than the customers of one company use
_ACTION = re.compile(
    r"(?:\b(?:can|could|may|should|would|will|must|do|does|did)(?:\s+(?:not|i|we|you|one|it|they|somebody|someone))+"
    r"|\b(?:can|could|may|should|must|do)\s+(?:my|our|the|an?|your)\s+[\w'’-]+"
    r"|\b(?:how|want|wants|need|like|wish|trying|try|possible|able|unable|way|allowed|have)\s+to|\bcan(?:no|['’])t"
    r"|\bplease|\bhelp\s+(?:me|us))\s+(?:(?:also|still|just|please|then|later|now|\w+ly)\s+)*(?P<verb>[\w'’-]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Hold what an article leaves open of a question; shares are of the weight of its words, rare ones weigh more.

    `foreign` is the share of words that only other articles have, `unknown` of those that none has. `other_action`:
    what is to be done stands nowhere in the article, or, of a question that asks how, only as what is done ("backups
    are erased"); `opposite`: only its opposite does; `apart`: it does, but never beside what it is to be done to.
    `lacking` are the words, stemmed. `unsaid` is the share of the article's nearest wording that the question has no
    word for: "about my order" lacks nothing, and asks nothing. `thin`: of one word, of which no wording asks in the
    same way. `other_kind`: it asks why, who, how many, how long, what is needed or what comes with it, of which the
    article says nothing, or of another time, or of a thing of somebody that no article knows.
    `negated`: it says that something is not, as no wording does. `verbatim`: it is a wording of it.
    """

    foreign: float = 0.0
    unknown: float = 0.0
    other_action: bool = False
    opposite: bool = False
    apart: bool = False
    lacking: tuple[str, ...] = ()
    unsaid: float = 1.0
    thin: bool = True
    other_kind: bool = False
    negated: bool = False
    verbatim: bool = False


class Vocabulary:
    """The words of each article, ready to be compared with a question's. `stems` cuts a text into stems."""

    def __init__(self, articles: Sequence[Article], stems: Callable[[str], list[str]]) -> None:
        self._stems = stems
        self._joined = lru_cache(maxsize=_RECENT)(self._join)
        self.groups = WordGroups(stems)
        written = {article.id: (*article.questions, *sentences(article.answer)) for article in articles}
        self._texts = {name: [self._meant(text) for text in texts] for name, texts in written.items()}
        self._done = {
            name: [self._meant(_LEFT_UNDONE.sub(" ", text)) for text in texts] for name, texts in written.items()
        }
        self._to_do = {
            name: frozenset[str]().union(*(self._meant(_HAPPENED.sub(" ", text)) for text in texts))
            for name, texts in written.items()
        }
        self._wordings = {
            article.id: [words for text in article.questions for words in self._alternatives(text)]
            for article in articles
        }
        self._kinds = frozenset(stems(" ".join(KINDS)))
        self._timed = {
            article.id: [self._meant(text) for text in sentences(article.answer) if _TIME.search(text)]
            for article in articles
        }
        self._negated = {article.id for article in articles if any(map(_NOT.search, article.questions))}
        self._written = {article.id: article.questions for article in articles}
        self._verbatim = {article.id: [_plain(text) for text in article.questions] for article in articles}
        self._of_article = {name: frozenset[str]().union(*texts) for name, texts in self._texts.items()}
        self._known = frozenset[str]().union(*self._of_article.values())
        self._weigh = lru_cache(maxsize=_WEIGHED)(self._weight)

    def words(self, text: str) -> list[str]:
        """Return the stems that tell what `text` is about: phrasal verbs as one, no words that only ask, no amounts.

        Nor that something was "an hour ago" or, outside a question, "last month", or how many questions there are. The
        name of a plan tells: the "Business plan" is no plan of a business.
        """
        about = _COUNTED.sub(" ", _WHEN.sub(" ", _AMOUNT.sub(" ", text)))
        plans = set(self._stems(" ".join(_PLAN.findall(text))))
        return [word for word in self._joined(about) if word in plans or word not in self.groups.asking]

    def knows(self, word: str) -> bool:
        """Tell whether any article has the word, or one that means the same."""
        return any(not self._known.isdisjoint(self.groups.meaning(stem)) for stem in self.words(word))

    def tells(self, text: str) -> bool:
        """Tell whether `text` says by itself what it is about, in two words at least."""
        return len(set(self.words(text))) >= _FEWEST_WORDS

    def coverage(self, name: str, question: str, searched: str) -> Coverage:
        """Compare a question with the article of that id; a question of few words with all that was searched.

        A question without any word of its own is all open, and so is one longer than LONGEST_QUESTION.
        """
        words = list(dict.fromkeys(self.words(question))) if len(question) <= LONGEST_QUESTION else []
        if not words:
            return Coverage(unknown=1.0)
        if not self.tells(question):
            words = list(dict.fromkeys(self.words(f"{question}\n{searched}")))
        total = sum(map(self._weigh, words))
        article = self._of_article[name]
        lacking = [word for word in words if article.isdisjoint(self.groups.meaning(word))]
        foreign = [word for word in lacking if not self._known.isdisjoint(self.groups.meaning(word))]
        unknown = [word for word in lacking if word not in foreign]
        actions, how = self.actions(question), bool(_HOW.search(question))
        done = self._to_do[name] if how else article
        return Coverage(
            foreign=sum(map(self._weigh, foreign)) / total,
            unknown=sum(map(self._weigh, unknown)) / total,
            other_action=any(done.isdisjoint(self.groups.meaning(action)) for action, _ in actions),
            opposite=any(not article.isdisjoint(self.groups.opposites(word)) for word in lacking),
            apart=any(self._are_apart(name, action, thing, how=how) for action, thing in actions),
            lacking=tuple(lacking),
            unsaid=self._unsaid(name, searched),
            thin=len(words) < _FEWEST_WORDS and not self.asks_alike(name, question, words[0]),
            other_kind=not self._kinds.isdisjoint(lacking)
            or bool(_ASKS_OTHER_TIME.search(question))
            or not set(unknown).isdisjoint(self._stems(" ".join(_THEIRS.findall(question))))
            or (bool(_ASKS_TIME.search(question)) and not self._tells_time(name, question)),
            negated=bool(_NOT.search(question)) and name not in self._negated,
            verbatim=_plain(question) in self._verbatim[name],
        )

    def outside_wordings(self, name: str, text: str) -> float:
        """Return the share of the words of `text` that no wording of the article has; all of a text without words."""
        words = list(dict.fromkeys(self.words(text)))
        said = frozenset[str]().union(*(self.groups.meaning(word) for own in self._wordings[name] for word in own))
        return self._share_outside(words, said) if words else 1.0

    def rarest(self, text: str) -> str:
        """Return the word of `text` that the fewest articles have, as it is written; empty when it has none."""
        written = [word for word in re.findall(r"[\w'’-]+", text) if self.words(word)]
        return max(written, key=lambda word: max(map(self._weigh, self.words(word))), default="")

    def actions(self, question: str) -> list[tuple[str, str]]:
        """Return what the writer asks to do and what to do it to, as stems; the latter empty where nothing follows."""
        found = []
        text = phrasal(question)
        for match in _ACTION.finditer(text):
            verb = self.words(match["verb"])
            following = text[match.end() : match.end() + _NEAR_ACTION]
            things = self.words(re.split(r"[,.;:?!]", following, maxsplit=1)[0])
            if verb and verb[0] not in self._kinds:
                found.append((verb[0], next(iter(things), "")))
        return found

    def _are_apart(self, name: str, action: str, thing: str, *, how: bool) -> bool:
        """Tell whether an article has both words, but never in one sentence.

        What "does not stop" tells nobody who asks `how` how to stop it.
        """
        article, action_, thing_ = self._of_article[name], self.groups.meaning(action), self.groups.meaning(thing)
        texts = (self._done if how else self._texts)[name]
        if article.isdisjoint(action_) or article.isdisjoint(thing_):
            return False
        return not any(text & action_ and text & (thing_ | {_IT}) for text in texts)

    def _tells_time(self, name: str, question: str) -> bool:
        """Tell whether a wording asks for a time, or a sentence of the answer with one has all the question's words."""
        if any(map(_ASKS_TIME.search, self._written[name])):
            return True
        words = self.words(_ASKS_TIME.sub(" ", question))
        meanings = [self.groups.meaning(word) for word in words]
        return len(words) >= _FEWEST_WORDS and any(all(map(text.intersection, meanings)) for text in self._timed[name])

    def _unsaid(self, name: str, searched: str) -> float:
        said = frozenset[str]().union(*map(self.groups.meaning, self._joined(searched)))
        return min((self._share_outside(wording, said) for wording in self._wordings[name] if wording), default=1.0)

    def _alternatives(self, wording: str) -> list[list[str]]:
        """Return the words of a wording, and of each thing it names with "or" between them."""
        whole, *parts = (list(dict.fromkeys(self.words(part))) for part in (wording, *_OR.split(wording)))
        return [whole, *(part for part in parts if len(part) >= _FEWEST_WORDS)]

    def asks_alike(self, name: str, question: str, word: str = "") -> bool:
        """Tell whether a wording of the article asks in the same way ("when"), about that word if one is given.

        Of that word alone, where both are to be answered by yes or no: "do you have an API?" asks "is there an API?".
        """
        way, meaning = way_of_asking(question), self.groups.meaning(word) if word else frozenset[str]()
        for wording in self._written[name] if way else ():
            about = [not meaning.isdisjoint(self.groups.meaning(own)) for own in self.words(wording)]
            same = not word or (any(about) and (way != "yes or no" or all(about)))
            if same and way_of_asking(wording) == way:
                return True
        return False

    def _share_outside(self, wording: Sequence[str], said: frozenset[str]) -> float:
        outside = [word for word in wording if said.isdisjoint(self.groups.meaning(word))]
        return sum(map(self._weigh, outside)) / sum(map(self._weigh, wording))

    def _weight(self, word: str) -> float:
        """Weigh a word by how few articles have it."""
        meaning = self.groups.meaning(word)
        holders = sum(not article.isdisjoint(meaning) for article in self._of_article.values())
        return math.log(1 + len(self._of_article) / (holders + 0.5))

    def _meant(self, text: str) -> frozenset[str]:
        meant = frozenset[str]().union(*map(self.groups.meaning, self._joined(text)))
        return meant | {_IT} if _ANYTHING.search(text) else meant

    def _join(self, text: str) -> tuple[str, ...]:
        return tuple(self._stems(phrasal(text)))


def way_of_asking(text: str) -> str:
    """Return how a text asks: `how long`, `when`, `yes or no`; "" where it only names its thing."""
    way = _WAY_OF_ASKING.search(text)
    return way[0].lower() if way else "yes or no" if _YES_OR_NO.match(text) else ""


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
