"""The sentences a reply may hold without a source: greetings, thanks, offers of more help, closings; mails of thanks.

The list is short on purpose and matched as a whole; thanks stand in `thanks_words.txt`. What has a hard fact
(`hard_facts`) is never courtesy, whatever else it says.
"""

from __future__ import annotations

import re
from collections.abc import Set

from ..grave import opts_out, says_more_than_thanks
from ..mail_reading.languages import words_of_customers
from ..word_lists import plain, word_list
from .commitments import commitments

_NAME = r"(?: (?!\d)[A-ZÀ-ÞŁŚŻŽŠČĐ][^\W\d_]*(?:['’.-][^\W\d_]+)*\.?){0,4}"  # up to four capitalised words
_OPENER = re.compile(
    r"hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|bonsoir|ch(?:er|ère)s?|madame|monsieur|hola|estimad[oa]s?|buongiorno"
    r"|buonasera|salve|ciao|gentile|beste|goede(?:morgen|middag|navond)|geachte|olá|prezad[oa]|car[oa]",
    re.IGNORECASE,
)
_GREETING = re.compile(
    rf"(?i:{_OPENER.pattern}|good (?:morning|afternoon|evening|day)|guten (?:tag|morgen|abend)|sehr geehrte[r]?"
    r"|buenos días|buenas tardes|bom dia|boa tarde)(?i: there| all| team)?" + _NAME
)
_SENDER = re.compile(r"(?:(?:the|your|from|at|of|and|team|support|von|van|de|der|di|da|equipo|équipe)(?: |$))*")
_CLOSING = re.compile(
    r"(?:(?:many thanks and |thank you and |thanks and |with )?"
    r"(?:best|kind(?:est)?|warm(?:est)?|many)(?: regards| wishes| greetings)?"
    r"|regards|sincerely|yours(?: sincerely| truly)?|cheers|all the best|take care|bye(?: bye| for now)?"
    r"|(?:mit )?(?:freundlichen|besten|vielen|herzlichen) gr(?:üß|üss|uess)en|mfg"
    r"|(?:(?:viele|beste|liebe|freundliche|herzliche|schöne) )+gr(?:üß|üss|uess)e"
    r"|(?:(?:lieben|besten|schönen) )?gru(?:ß|ss)"
    r"|(?:bien )?cordialement|bien à vous|sincères salutations"
    r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente"
    r"|cordiali saluti|distinti saluti|un saluto|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groetjes"
    r"|(?:com os melhores )?cumprimentos|atenciosamente)"
)
_LONGEST_CLOSING = 5  # words
_SHORT_CLOSING = re.compile(r"best|kind(?:est)?|warm(?:est)?|many")  # "Best Hub" names no writer
_ALSO_BEGINS = re.compile(r"\w+|take care|all the best|bye .*")  # a sentence: "Take care of it"
_PHRASES = re.compile(
    "|".join(
        (
            # English
            r"(?:we are|we're|i am|i'm) (?:very |really |so )?sorry (?:to hear (?:that|this)"
            r"|for the (?:trouble|inconvenience))",
            r"sorry (?:to hear (?:that|this)|for the (?:trouble|inconvenience))",
            r"(?:we|i) hope (?:this|that) helps",
            r"(?:i am|i'm|we are|we're) (?:happy|glad) to help(?: you)?(?: with (?:this|that))?",
            r"if (?:this|that|it) (?:does not|doesn't|did not|didn't) (?:help|work|answer your question)"
            r",? (?:please )?(?:just )?(?:reply|write back|answer)(?: to this (?:mail|email|e-mail"
            r"|message))?",
            r"(?:if you have|should you have) (?:any )?(?:more|other"
            r"|further) questions,? (?:please )?(?:just |feel free to )?"
            r"(?:reply|write back|let us know|ask|write to us)(?: to this (?:mail|email|e-mail|message))?",
            r"(?:please )?(?:just )?(?:reply to this (?:mail|email|e-mail|message)|let us know)"
            r"(?: if (?:you have (?:any )?(?:more|other|further) questions|(?:this|that) does(?: not"
            r"|n't) help))?",
            r"have a (?:nice|good|great|lovely) (?:day|week|weekend|evening|one)",
            r"you(?: are|'re) welcome",
            # German
            r"(?:es )?tut (?:uns|mir) leid(?:,? das zu hören)?",
            r"(?:wir hoffen|ich hoffe),? das hilft(?: ihnen| dir)?(?: weiter)?",
            r"(?:wenn|falls|sollte) (?:das|dies) nicht (?:hilft|helfen),? (?:antworten sie"
            r"|antworte) (?:bitte )?(?:einfach)?"
            r"(?: auf diese (?:e-mail|mail|nachricht))?",
            r"bei (?:weiteren )?fragen (?:antworten sie|antworte) (?:bitte )?einfach(?: auf diese (?:e-mail"
            r"|mail|nachricht))?",
            # French
            r"(?:nous sommes|je suis) désolée?s?(?: (?:de l'apprendre|pour la gêne occasionnée))?",
            r"(?:nous espérons|j'espère) que cela vous aide(?:ra)?",
            r"si cela ne (?:vous )?(?:suffit|aide) pas,? (?:répondez(?: simplement)?(?: à ce (?:message|mail"
            r"|e-mail))?)",
            # Spanish
            r"(?:sentimos|siento|lamentamos|lamento) (?:las molestias|oír eso)",
            r"(?:esperamos|espero) que (?:esto )?(?:le|te) (?:ayude|sirva)",
            r"si (?:esto|eso) no (?:ayuda|(?:le|te) sirve),? (?:responda|responde)(?: a este (?:mensaje"
            r"|correo))?",
            # Italian
            r"(?:ci scusiamo|mi scuso) per (?:il disagio|l'inconveniente)",
            r"(?:speriamo|spero) che (?:questo )?(?:le|ti) sia (?:utile|d'aiuto)",
            # Dutch
            r"(?:het spijt (?:ons|me)|excuses voor het ongemak)",
            r"(?:wij hopen|we hopen|ik hoop) dat dit helpt",
            # Portuguese
            r"(?:lamentamos|lamento|pedimos desculpa) (?:o|pelo) (?:incómodo|incômodo|transtorno)",
            r"(?:esperamos|espero) que (?:isto|isso) (?:ajude|o ajude)",
        )
    )
)
THANKS = "thanks_words.txt"
_REQUESTS = "request_words.txt"
_WORD = re.compile(r"[^\W_]+")
SMILE = re.compile(
    r"(?<!\w)[:;]-?\)+|[\u2764\u2665\u263a\u2705\U0001f642\U0001f60a\U0001f600-\U0001f604\U0001f609\U0001f60d\U0001f60e"
    r"\U0001f917\U0001f929\U0001f970\U0001f973\U0001f389\U0001f44b-\U0001f44d\U0001f44f\U0001f493\U0001f495-\U0001f49c"
    r"\U0001f4aa\U0001f4af\U0001f64c\U0001f64f\U0001f91d\U0001f3fb-\U0001f3ff\ufe0f]"
)
"""Signs of content, and what gives them their colour."""
_APART = re.compile(r"[.!,;…]|\s[-–—]\s")
_REACHES = re.compile(r"[\d@/&+|•]|\w\.\w|^[a-z]{1,2}:$")
_ORDER = re.compile(
    r"(?!(?:AT|BE|CH|CZ|DE|DK|EE|ES|FI|FR|HR|IT|LI|LT|LU|LV|NL|NO|PL|PT|SE|SI|SK)-\d{4,5} )[A-Z]{2,}-\d{4,}\b|#\d"
)
"""The number of an order; behind the code of a country it is that of a town."""
_SMALL = re.compile(r"the|of|at|and|for|von|van|de|der|di|da|&|-")
_LONGEST_LINE, _MOST_LINES = 80, 7
"""Characters and number of the lines from a name on."""
_LONGEST_THANKS = 120  # characters of a phrase
_LONGEST_MAIL = 2_000  # characters of a mail that only thanks; longer ones take seconds to tell, and say more
_LEAD_IN = re.compile(
    r"(?:also|and|in addition|as (?:for|to) your (?:first|second|third|other|last) question"
    r"|for your (?:first|second|third|"
    r"other|last) question|außerdem|und|zu ihrer (?:ersten|zweiten|weiteren) frage|de plus|et|además|y"
    r"|inoltre|e|ook|en|além disso)"
)
_HARD = re.compile(
    r"\d|[€$£¥₹%@]|://|www\.|\w\.(?:com|org|net|io|ai|eu|de|fr|es|it|nl|pt|uk|test|example)\b", re.IGNORECASE
)
_BETWEEN_WORDS = re.compile(r"\s+(?![€$£¥₹%])")  # "50 €" is one fact


def hard_facts(sentence: str) -> list[str]:
    """Return what must come from a passage: numbers, amounts, dates, URLs, addresses and words of promise."""
    found = [word for word in _BETWEEN_WORDS.split(sentence) if _HARD.search(word)]
    found += [words for said in commitments(sentence).values() for words in said]
    return list(dict.fromkeys(word.strip(".,;:!?()\"' ") for word in found))


def is_courtesy(phrase: str) -> bool:
    """Tell whether a sentence or clause, without outer punctuation, states nothing."""
    lowered = phrase.lower()
    polite = (
        _GREETING.fullmatch(phrase)
        or _PHRASES.fullmatch(lowered)
        or _LEAD_IN.fullmatch(lowered)
        or _CLOSING.fullmatch(lowered)
        or is_thanking(phrase)
    )
    return bool(polite) and not hard_facts(phrase)


def is_thanking(phrase: str) -> bool:
    """Tell whether a phrase, without outer punctuation, thanks."""
    return bool(word_list(THANKS)["thanks"].fullmatch(plain(phrase)))


def is_thanks(text: str, writer: str = "") -> bool:
    """Tell whether a mail thanks and says nothing else; that all is well now, and a name below it, are nothing else.

    `writer` is the name that the mail gives its sender: a name below the mail must share a word with it. Each phrase
    must be known as a whole: to drop a complaint is worse than to have people read one mail too many.
    """
    if len(text) > _LONGEST_MAIL:
        return False
    named = set(_WORD.findall(writer.casefold()))
    began = signed = False
    for line in above_name(text, writer).splitlines():
        before = ""
        for phrase in filter(None, (part.strip(" ,.;:!") for part in _APART.split(SMILE.sub("", line)))):
            if not is_grateful(phrase):
                below = began and not before and (signed or not named)
                theirs = began and not named.isdisjoint(_WORD.findall(phrase.casefold()))
                ours = below or is_closing(before) or theirs
                if not (ours and _is_name(phrase, named)):
                    return False
                signed = True
            signed = signed or is_closing(phrase)
            began, before = True, phrase
    return bool(word_list(THANKS)["thanks"].search(plain(text)))


def above_name(text: str, writer: str) -> str:
    """Return a mail without the lines from its writer's name on, where they hold nothing but who that is and where.

    That is names, a company, numbers and addresses: no line that says something.
    """
    named = set(_WORD.findall(writer.casefold()))
    lines = text.rstrip().splitlines()
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in filter(None, filled[-_MOST_LINES:]):
        line = lines[number]
        is_name = not named.isdisjoint(_WORD.findall(line.casefold())) and is_sender(line.strip(" ,.-"))
        if is_name and all(_tells_who(below, named) for below in filter(str.strip, lines[number:])):
            return "\n".join(lines[:number]).rstrip()
    return text


def _tells_who(line: str, writer: Set[str]) -> bool:
    """Tell whether a line of a signature names or says where to reach somebody; "Still Broken" does neither.

    `writer` are the words of the writer's name.
    """
    words = line.split()
    named = all(not word[0].islower() or _SMALL.fullmatch(word) or _REACHES.search(word) for word in words)
    letters = re.sub(r"\d", "", line)
    says = _names_nobody(line, writer) or bool(_ORDER.search(line))
    says = says or "?" in line or "!" in line or opts_out(line) or says_more_than_thanks(letters)
    return named and not says and len(line) <= _LONGEST_LINE


def is_grateful(phrase: str) -> bool:
    """Tell whether a phrase of a mail of thanks is known as a whole, or made of such: "Great thanks Jane"."""
    if is_courtesy(phrase) or is_closing(phrase):
        return True
    words = phrase.split() if len(phrase) <= _LONGEST_THANKS else []
    known = [*word_list(THANKS).values(), _LEAD_IN]
    reached = {0}
    for end in range(1, len(words) + 1):
        pieces = (plain(" ".join(words[start:end])) for start in sorted(reached))
        if any(each.fullmatch(piece) for piece in pieces for each in known):
            reached.add(end)
    thanked = word_list(THANKS)["thanks"].search(plain(" ".join(words[:-1])))
    to_whom = thanked and len(words) - 1 in reached - {0} and _is_name(words[-1])
    return bool(words) and (len(words) in reached or bool(to_whom))


def _is_name(phrase: str, named: Set[str] = frozenset()) -> bool:
    """Tell whether a phrase of a mail of thanks names somebody; `named` are the words of the writer's name.

    "STILL BROKEN", "Cancel" and "Kündigung" look like names, too.
    """
    other = phrase.isupper() or _names_nobody(phrase, named) or opts_out(phrase) or says_more_than_thanks(phrase)
    return is_sender(phrase) and not other


def _names_nobody(phrase: str, named: Set[str]) -> bool:
    """Tell whether a phrase has a word of what customers ask for or complain about, that no name has."""
    own = set(_WORD.findall(phrase.casefold())) - named
    rest = " ".join(word for word in plain(phrase).split() if word.casefold() not in named)
    return not words_of_customers().isdisjoint(own) or bool(word_list(_REQUESTS)["no name"].search(rest))


def is_wish(subject: str) -> bool:
    """Tell whether a subject, behind what marks an answer, only wants something done: "Re: Refund"."""
    return bool(word_list(_REQUESTS)["wish"].fullmatch(plain(subject.rpartition(":")[2])))


def is_opener(word: str) -> bool:
    """Tell whether a word alone greets the one whose name follows."""
    return bool(_OPENER.fullmatch(word))


def is_closing(phrase: str) -> bool:
    """Tell whether a line ends the letter, with the writer's name behind it or on the line after it."""
    behind = behind_closing(phrase)
    return behind is not None and is_sender(behind)


def behind_closing(phrase: str) -> str | None:
    """Return what stands behind the closing that a line begins with, "" for nothing; None where it begins with none.

    Behind one that may begin a sentence only a name may stand: "Best regards from here" ends a letter, and
    "Yours is broken" does not.
    """
    words = phrase.split()
    for length in range(min(len(words), _LONGEST_CLOSING), 0, -1):
        closing, behind = " ".join(words[:length]).lower(), " ".join(words[length:])
        if _CLOSING.fullmatch(closing):
            named = not _SHORT_CLOSING.fullmatch(closing) and is_sender(behind)
            return behind if not behind or named or not _ALSO_BEGINS.fullmatch(closing) else None
    return None


def is_sender(phrase: str) -> bool:
    """Tell whether a line after a closing names its writer: at most five capitalised words, "the" and "team" aside."""
    words = phrase.split()
    small = " ".join(word for word in words if not word[0].isupper())
    return len(words) <= 5 and bool(_SENDER.fullmatch(small.lower())) and not hard_facts(phrase)
