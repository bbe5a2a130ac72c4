"""The sentences a reply may hold without a source: greetings, thanks, offers of more help, closings.

The list is short on purpose and matched as a whole. What has a hard fact (`hard_facts`) is never courtesy, whatever
else it says.
"""

from __future__ import annotations

import re

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
    r"|regards|sincerely|yours(?: sincerely| truly)?|cheers"
    r"|(?:mit )?(?:freundlichen|besten|vielen|herzlichen) grüßen|(?:viele|beste|liebe|freundliche) grüße"
    r"|(?:(?:lieben|besten|schönen) )?gru(?:ß|ss)"
    r"|(?:bien )?cordialement|bien à vous|sincères salutations"
    r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente"
    r"|cordiali saluti|distinti saluti|un saluto|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?"
    r"|(?:com os melhores )?cumprimentos|atenciosamente)"
)
_PHRASES = re.compile(
    "|".join(
        (
            # English
            r"(?:many )?(?:thanks?|thx|cheers)(?: you)?(?: a lot| (?:so|very) much)?(?: again| in advance)?"
            r"(?: for (?:your (?:mail|email|e-mail|message|question|questions|note|patience|reply|interest"
            r"|help)"
            r"|writing(?: to us)?|getting in touch|reaching out|contacting us|asking|letting us know))?",
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
            r"have a (?:nice|good|great|lovely) (?:day|week|weekend|evening)",
            r"you(?: are|'re) welcome",
            # German
            r"danke(?: schön| sehr| ihnen| dir| euch)?(?: im voraus)?",
            r"(?:vielen |herzlichen |besten )?dank(?: für (?:ihre|deine|eure|die)"
            r"(?: schnelle| rasche)? (?:nachricht|frage|anfrage|e-mail|mail|geduld|antwort|hilfe))?",
            r"(?:es )?tut (?:uns|mir) leid(?:,? das zu hören)?",
            r"(?:wir hoffen|ich hoffe),? das hilft(?: ihnen| dir)?(?: weiter)?",
            r"(?:wenn|falls|sollte) (?:das|dies) nicht (?:hilft|helfen),? (?:antworten sie"
            r"|antworte) (?:bitte )?(?:einfach)?"
            r"(?: auf diese (?:e-mail|mail|nachricht))?",
            r"bei (?:weiteren )?fragen (?:antworten sie|antworte) (?:bitte )?einfach(?: auf diese (?:e-mail"
            r"|mail|nachricht))?",
            # French
            r"merci(?: beaucoup| bien)?(?: (?:pour|de) votre (?:message|question|mail|e-mail|patience))?",
            r"(?:nous sommes|je suis) désolée?s?(?: (?:de l'apprendre|pour la gêne occasionnée))?",
            r"(?:nous espérons|j'espère) que cela vous aide(?:ra)?",
            r"si cela ne (?:vous )?(?:suffit|aide) pas,? (?:répondez(?: simplement)?(?: à ce (?:message|mail"
            r"|e-mail))?)",
            # Spanish
            r"(?:muchas )?gracias(?: por (?:su|tu) (?:mensaje|pregunta|correo|paciencia))?",
            r"(?:sentimos|siento|lamentamos|lamento) (?:las molestias|oír eso)",
            r"(?:esperamos|espero) que (?:esto )?(?:le|te) (?:ayude|sirva)",
            r"si (?:esto|eso) no (?:ayuda|(?:le|te) sirve),? (?:responda|responde)(?: a este (?:mensaje"
            r"|correo))?",
            # Italian
            r"(?:molte )?grazie(?: (?:mille|per (?:il suo|la sua|il tuo|la tua) (?:messaggio|domanda|e-mail"
            r"|mail|pazienza)))?",
            r"(?:ci scusiamo|mi scuso) per (?:il disagio|l'inconveniente)",
            r"(?:speriamo|spero) che (?:questo )?(?:le|ti) sia (?:utile|d'aiuto)",
            # Dutch
            r"(?:hartelijk |veel )?(?:bedankt|dank)(?: voor (?:uw|je) (?:bericht|vraag|e-mail|mail|geduld))?",
            r"(?:het spijt (?:ons|me)|excuses voor het ongemak)",
            r"(?:wij hopen|we hopen|ik hoop) dat dit helpt",
            # Portuguese
            r"(?:muito )?obrigad[oa](?: (?:pela sua|pelo seu) (?:mensagem|pergunta|e-mail|contacto|contato"
            r"|paciência))?",
            r"(?:lamentamos|lamento|pedimos desculpa) (?:o|pelo) (?:incómodo|incômodo|transtorno)",
            r"(?:esperamos|espero) que (?:isto|isso) (?:ajude|o ajude)",
        )
    )
)
_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thx|cheers|danke|dank|merci|gracias|grazie|bedankt|obrigad[oa]|tack|tak|dziękuję)\b"
)
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
    )
    return bool(polite) and not hard_facts(phrase)


def is_thanks(text: str) -> bool:
    """Tell whether a mail thanks and says nothing else; a name below it is nothing else."""
    phrases = [phrase.strip(" ,.;:!") for line in text.splitlines() for phrase in re.split(r"[.!,]", line)]
    said = [phrase for phrase in phrases if phrase]
    while len(said) > 1 and is_sender(said[-1]) and not is_courtesy(said[-1]):
        said.pop()
    return bool(_THANKS.search(text.lower())) and all(map(is_courtesy, said))


def is_opener(word: str) -> bool:
    """Tell whether a word alone greets the one whose name follows."""
    return bool(_OPENER.fullmatch(word))


def is_closing(phrase: str) -> bool:
    """Tell whether a line ends the letter, with the writer's name behind it or on the line after it."""
    wished, regards, name = phrase.partition(" regards ")
    ends = wished + regards.rstrip() if is_sender(name) else phrase
    return bool(_CLOSING.fullmatch(ends.lower()))


def is_sender(phrase: str) -> bool:
    """Tell whether a line after a closing names its writer: at most five capitalised words, "the" and "team" aside."""
    words = phrase.split()
    small = " ".join(word for word in words if not word[0].isupper())
    return len(words) <= 5 and bool(_SENDER.fullmatch(small.lower())) and not hard_facts(phrase)
