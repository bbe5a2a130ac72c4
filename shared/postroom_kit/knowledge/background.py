"""What a mail says beside its questions, and whether it speaks against the answer that these would get otherwise.

"How do I export my data?" has an answer; beside "The Export button is greyed out." it is the wrong one. What leads up
to a question tells why it is asked, so that only trouble counts there that the article says nothing of, and what we are
told to do, however far off. What follows one mostly tells why the usual answer will not do: there only what is known to
be harmless is, and what the article's own wordings say. Words of trouble are known in seven languages; the rest is for
English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .courtesy import behind_closing, is_courtesy, is_sender
from .coverage import Vocabulary

_LEFT_OPEN_BEFORE = 0.5  # of a lead's words; chosen on the labelled mails
_LEFT_OPEN_BEHIND = 0.35
_NEAR = 2  # sentences before a question that lead up to it; what stands further off tells a story
_TROUBLE = re.compile(
    r"\b(?:not|never|no (?:longer|more|one)|nothing|nobody|neither|cannot|can['’]?t|\w+n['’]t|missing|missed|errors?"
    r"|fail(?:s|ed|ure)?|gr[ea]y(?:ed)?(?: out)?|stuck|broken?|breaks|wrong(?:ly)?|refuses?d?|but|however|although"
    r"|despite|already|tried|try|twice|again|still|instead|other(?:wise)?|except|unless|gone|empty|blank"
    r"|disappear(?:s|ed)?|vanished|lost|crash(?:es|ed)?|reject(?:s|ed)?|declined|denied|blocked|invalid|damaged|cracked"
    r"|fell|fallen|dropped|spilled|spilt|burn(?:s|ed|t)|melted|soaked|drowned|flooded|chewed|stepped on"
    r"|stolen|bent|torn"
    r"|froze|frozen|hangs|loops?|useless|rather than|(?:weeks|months|years) ago"
    r"|nicht|kein(?:e[nmrs]?)?|nie|niemals|nichts|fehlt|fehler|kaputt|aber|schon|bereits|trotzdem|leider|wieder"
    r"|pas|jamais|rien|aucune?|erreur|mais|déjà|pourtant|malheureusement|manque"
    r"|nunca|nada|ningún|pero|falta|roto|sin embargo|desgraciadamente"
    r"|non|mai|niente|nessun[oa]?|errore|però|già|purtroppo|manca|rotto"
    r"|niet|geen|nooit|niets|fout|maar|helaas|kapot|ontbreekt"
    r"|não|nenhum[a]?|erro|infelizmente|quebrad[oa])\b"
    r"|\b[A-Z]{1,4}-?\d{3,}\b",
)
_BUT = re.compile(r",?\s+(?:but|yet|although|though)\s+", re.IGNORECASE)
_DONE = re.compile(
    r"\b(?:i|we)(?: have|['’]ve| had| already| just)* (?!need)"
    r"(?:\w{2,}ed|did(?! not)|sent|paid|got|took|reset|put|set|went|made|gave|wrote|read|cut|left|kept|told|ran)\b",
    re.I,
)
# What reads as something done too ("put the hub") is not among the verbs.
_COMMAND = re.compile(
    r"\W*(?:(?:and|then|so|now|just|also|first(?:ly)?|second(?:ly)?|hi|hello|hey|ok(?:ay)?|pl[sz]|immediately)\b\W*)*"
    r"(?:(?:re)?activate|add|amend|apply|approve|arrange|block|book|call|cancel|change|charge|close|collect|confirm"
    r"|contact|correct|credit|deactivate|delete|deliver|disable|dispatch|downgrade|edit|enable|end|erase|exchange|extend"
    r"|fix|forward|freeze|get|give|grant|invoice|issue|lock|make|move|pause|refund|reimburse|remove|renew|repair|replace"
    r"|(?:re)?send|reserve|reset|resume|return|ship|stop|suspend|swap|switch|take|terminate|transfer|unlock|update"
    r"|upgrade)(?: (?:off|back|down|out|up|all|both|of|from|to))* "
    r"(?:my|our|me|us|it|this|that|these|those|them|the|an?|another|one|two|three|four|five|\d+|order|[A-Z]+-\d+)\b"
    r"|.*\bhereby\b|.*\b(?:must|ha(?:s|ve) to|needs? to) be"
    r" (?:cancel+ed|changed|corrected|deleted|refunded|removed|replaced|returned|sent|stopped)\b",
    re.IGNORECASE,
)
_FOR_US = re.compile(
    r"\b(?:send|give|get|ship|make) (?:me|us)\b|\b(?:today|tomorrow|now|immediately|asap)\b", re.IGNORECASE
)
_WISH = re.compile(r"\b(?:need|want|must|require|insist|demand|expect|should)", re.I)
# What a mail tells its reader to write is asked of nobody, and ends in no answer of ours.
_HARMLESS = re.compile(
    r"(?:(?:also|and|then) )?(?:add|append|include|write|repeat) (?:the|this|these) (?:sentence|words|text|line)\b|"
    r"(?:(?:many |much )?thank|cheers|looking forward|(?:i |we )?(?:hope|look forward|appreciate)|any help|sorry"
    r"|(?:it|that) would (?:be (?:great|nice|lovely|helpful|perfect)\W*$|help)|have a|sent from"
    r"|please (?:help|advise|reply|answer|let (?:me|us) know)"
    r"|(?:and |also )?(?:i['’ ]a?m|we['’ ](?:a?re|run|own|have|work|manage|live|use|plan)"
    r"|i (?:run|own|have|work|manage|live|use|plan|ask because)|(?:my|our) \w+(?: and i)? (?:is|are|asks? for)"
    r"|(?:it|this) is for|it['’]s for|(?:this|that) is all|just (?:curious|wondering|asking)"
    r"|(?:\w+ ){1,2}asks? too)\b)",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"p\.? ?s\b", re.IGNORECASE)


def speaks_against(vocabulary: Vocabulary, name: str, sentence: str, *, is_english: bool, leads: bool) -> bool:
    """Tell whether a sentence beside a question speaks against answering that with the article of id `name`.

    `leads`: it stands before the question, not behind.
    """
    trouble = bool(_TROUBLE.search(sentence) or _TROUBLE.search(sentence.lower()))
    if not is_english:
        return trouble and not leads
    words = vocabulary.words(sentence)
    if leads:
        left = vocabulary.coverage(name, sentence, sentence)
        lacks = bool(words) and left.foreign + left.unknown >= _LEFT_OPEN_BEFORE
        if is_command(sentence):
            return lacks or bool(_FOR_US.search(sentence))
        return trouble and (lacks or is_in_vain(vocabulary, name, sentence))
    if trouble or _DONE.search(sentence):
        return bool(_DONE.search(sentence)) or vocabulary.outside_wordings(name, sentence) >= _LEFT_OPEN_BEHIND
    if _WISH.search(sentence):
        return True
    return bool(words) and not (
        _HARMLESS.match(sentence) or vocabulary.outside_wordings(name, sentence) < _LEFT_OPEN_BEHIND
    )


def is_command(sentence: str) -> bool:
    """Tell whether a sentence tells us to do something: "Cancel my plan.", "My order must be cancelled." English."""
    return bool(_COMMAND.match(sentence))


def is_in_vain(vocabulary: Vocabulary, name: str, sentence: str) -> bool:
    """Tell whether the writer did something already and trouble is left that no wording of the article has.

    "I reset my password but the link does not work": to those who did it, how to do it is no answer.
    """
    if not _DONE.search(sentence) or not _TROUBLE.search(sentence):
        return False
    parts = [part for part in (sentence, *_BUT.split(sentence)) if vocabulary.words(part)]
    return any(vocabulary.outside_wordings(name, part) >= _LEFT_OPEN_BEHIND for part in parts)


def is_past_remedy(vocabulary: Vocabulary, name: str, report: str) -> bool:
    """Tell whether one side of a report's "but" says mostly what no wording of the article of id `name` does.

    "The light is steady green but the app says offline": that a green light is to be awaited is all the article says.
    """
    halves = _BUT.split(report)
    return len(halves) > 1 and any(
        vocabulary.outside_wordings(name, half) >= _LEFT_OPEN_BEFORE for half in halves if vocabulary.tells(half)
    )


def statements(clauses: Sequence[str], asked: Sequence[str]) -> list[tuple[int, tuple[str, bool]]]:
    """Return what a mail says beside its questions, each with its place and whether a question follows.

    Nothing of its signature, and nothing where no question stands out: there the whole mail is what is asked.
    """
    wanted = set(asked)
    places = [number for number, clause in enumerate(clauses) if clause in wanted]
    if not places:
        return []
    last = places[-1]
    said: list[tuple[int, tuple[str, bool]]] = []
    signed = False
    for number, clause in enumerate(clauses):
        phrase = clause.strip(" ,.;:!")
        following = next((place for place in places if place > number), number)
        if number > last:
            signed = (signed or _signs(phrase)) and not _POSTSCRIPT.match(phrase)
        if number in places or signed or clause.endswith("?") or is_courtesy(phrase):
            continue
        if following - number <= _NEAR or is_command(clause):
            said.append((number, (clause, number < last)))
    return said


def _signs(phrase: str) -> bool:
    """Tell whether a line closes a mail or names its writer; "Cheers, the button is grey" does neither."""
    closing, *behind = phrase.split(",")
    closes = behind_closing(closing) is not None
    if closes and closing.strip().lower() in {"cheers", "bye", "best"}:
        closes = all(is_sender(part) or is_courtesy(part.strip()) for part in behind)
    return closes or is_sender(phrase)
