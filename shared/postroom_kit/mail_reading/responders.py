"""The subjects of automatic replies, acknowledgements by their words, and what a person writes: a question, a request.

A responder's letter asks after its reader's need ("Do you need urgent help?") and sends them elsewhere ("please call
Bo"). What it cannot be told from counts as a person's: a letter answered costs one mail, a customer dropped more.
"""

from __future__ import annotations

import re

from ..word_lists import sections
from .absence import speaks_of_absence

_BEGINNING = (
    r"\s*\W?(?:auto(?:matic|mated|-|\s)?\s?(?:reply|response)|out of (?:the )?office|away from (?:my"
    r"|the) (?:mail|desk|office)"
    r"|automatische antwort|abwesen(?:heit|d)|réponse automatique|absence|respuesta automática|fuera de la oficina"
    r"|risposta automatica|fuori sede|automatisch antwoord|afwezig|resposta automática|autosvar"
    r"|automatiskt svar)"
)
_BEGINS = re.compile(_BEGINNING, re.IGNORECASE)
_NAMED = (
    rf"{_BEGINNING}\w*"
    r"(?: (?:auto(?:matic)?[ -]?reply|message|notice|notification|response|du bureau|dall'ufficio))?\W?\s*"
)
# "Out of Office AutoReply: Offer", "Abwesenheitsnotiz", "Absence du bureau"; not "Absence" alone, nor "Absence of …".
_TITLE = re.compile(
    rf"(?!\s*\W?(?:absence|abwesen(?:heit|d)|afwezig(?:heid)?)\s*(?:[:：]|$)){_NAMED}(?:[:：].*)?", re.IGNORECASE
)
_CERTAIN = re.compile(
    r"\s*(?:\[?automatic reply\]?|auto(?:-| )?reply|automated reply|out of (?:the )?office(?: auto-?reply)?"
    r"|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática"
    r"|risposta automatica|automatisch antwoord"
    r"|resposta automática|autosvar|automatiskt svar|automaattinen vastaus|odpowiedź automatyczna"
    r"|automatická odpověď|автоматический ответ|автоответ|автоматична відповідь|автоматичен отговор"
    r"|otomatik yanıt|automatikus válasz"
    r"|automatisk svar|αυτόματη απάντηση|răspuns automat|automatická odpoveď|automatski odgovor|samodejni odgovor"
    r"|resposta automàtica|automaatvastus|automatinis atsakymas|automātiska atbilde|balasan otomatis"
    r"|trả lời tự động|תשובה אוטומטית|מענה אוטומטי|رد تلقائي|ตอบกลับอัตโนมัติ"
    r"|自動返信|自動応答|自动答复|自動回覆|자동 회신)\s?[:：]",
    re.IGNORECASE,
)
# The title its owner gave it, and behind that the subject it answers: "Out of office Re: Offer" (Gmail, Zimbra).
_BEFORE_ANSWERED = re.compile(
    rf"(?!\s*\W?(?:absence|abwesenheit|afwezigheid)\W*(?:re|aw|antw)\b){_NAMED}(?:re|aw|antw|sv|vs|odp|rif|res)\s?[:：]",
    re.IGNORECASE,
)
_ACKNOWLEDGES = re.compile(
    r"\b(?:thank(?:s| you) for (?:your|contacting|reaching|getting|writing)|do not reply|dank für (?:ihre|deine)"
    r"|merci (?:de|pour) votre|gracias por su|grazie per (?:la sua|il suo|averci)|bedankt voor|dank (?:u )?voor uw"
    r"|obrigad[oa] (?:por|pelo|pela)|tack för|takk? for|automat\w+ (?:generated|erzeugte|générée?|antwort|repl\w+"
    r"|response))\b",
    re.IGNORECASE,
)
_WORDS = sections(__package__, "acknowledgement_words.txt")
# "This is an automated response.", "This message was generated automatically"; not "this automated mail".
_CALLS_ITSELF_AUTOMATIC = re.compile(
    rf"(?:^|[.!?\n(*–-])\s*(?:please note:?(?: that)? )?(?=[^.!?\n]{{0,90}}(?:{_WORDS['mail']}))"
    rf"(?:{_WORDS['this is']})\b(?=[^.!?\n]{{0,80}}(?:{_WORDS['automatic']}))",
    re.IGNORECASE,
)
_GOT_YOURS = re.compile(rf"\b(?:{_WORDS['got yours']})", re.IGNORECASE)
_FORM_FIELD = re.compile(r"^\W*[^\W\d][\w -]{1,20}:[^\S\n]*\S", re.MULTILINE)
_SAID_BY_OTHERS = re.compile(r'"[^"\n]*"|„[^“”\n]*[“”]|“[^”\n]*”|«[^»\n]*»|»[^«\n]*«')
_LONGEST = 4_000  # characters of a mail that are read
_FIELDS_OF_FORM = 2
_SENTENCE_END = re.compile(r"(?<=[。！？؟])|(?<=[.!?])(?![\w=&/%])|\n\s*\n")
_OFFER = re.compile(
    r"\b(?:urgen\w+|emergenc\w+|immediate\w*|hurry|help|assistance|support|questions?|did you know|how did we do"
    r"|dringend\w*|eilig\w*"
    r"|notf[aä]ll\w*|hilfe|unterstützung|fragen?|anliegen|wussten sie|aide|assistance|saviez-vous|ayuda|preguntas?"
    r"|dudas?"
    r"|sab[ií]as?|aiuto|assistenza|domand[ae]|lo sapev\w+|spoed\w*|hulp|vra(?:ag|gen)|wist (?:u|je)|ajuda|dúvidas?"
    r"|perguntas?|brådskande|akut\w*|haster|hjälp|hjælp|hjelp|kiire\w*|piln\w+|pomoc\w*|naléhav\w+|срочн\w*|помощь"
    r"|терміново\w*|acil\w*|yardım\w*|sürgős\w*|urgent\w*)\b|緊急|至急|お急ぎ|紧急",
    re.IGNORECASE,
)
_MYSELF = re.compile(
    r"\b(?:i|me|my|mine|ich|mir|mich|mein\w*|je|j['’]\w+|moi|mon|mes|yo|mi|mis|io|mio|mia|ik|mij|mijn|eu|meu|minha|jag"
    r"|mig|min|mitt|jeg|meg|mne|mój|moje|я|мне|мой|мені)\b",
    re.IGNORECASE,
)
# What people write without a question mark.
_REQUEST = re.compile(
    r"\b(?:how (?:do|can|could|should|would|to) (?:i|we|one|turn|switch|set|stop|use|change|get)\b"
    r"|(?:please|pls|kindly) (?:tell|show|help|explain|advise|instruct|guide|remove|stop|turn|switch|disable|deactivate"
    r"|enable|activate|cancel|refund|fix|deliver|ship|change (?:my|our)|let (?:me|us) know (?:how|why|what|where|when"
    r"|who)"
    r"|send (?:me|us) (?!an? (?:text|sms|e-?mail|mail|message)))\b"
    r"|i (?:need|want|wish|would like|['’]d like) (?:your help|help|to (?:know|ask|turn|switch|set|use|change|cancel"
    r"|order|buy|return|stop))\b"
    r"|wie (?:kann|stelle?|schalte?|richte?|bekomme?|mache?|ändere?|soll|muss) ich\b"
    r"|bitte (?:sagen|erklären|zeigen|helfen|liefern|stornieren|kündigen|teilen) sie\b|bitte um (?:hilfe|auskunft)\b"
    r"|ich (?:möchte|will|würde gerne?) (?:\w+ ){0,6}(?:wissen|einrichten|abstellen|abschalten|einstellen|ändern"
    r"|stornieren"
    r"|kündigen|bestellen)\b"
    r"|comment (?:puis-je|faire|dois-je|peut-on|activer|désactiver|configurer|régler)\b"
    r"|(?:merci de|veuillez|prière de) (?:m['’]|me |nous |bien vouloir )+(?:expliqu|indiqu|dire|aider|rembours"
    r"|transmettre"
    r"|envoyer (?!un (?:sms|e-?mail|mail|message|courriel)))"
    r"|je (?:voudrais|souhaite|souhaiterais|veux) (?:savoir|activer|désactiver|changer|annuler|commander|configurer)\b"
    r"|c[oó]mo (?:puedo|hago|activo|desactivo|configuro|cambio|debo)\b"
    r"|por favor,? (?:d[ií]gan?me|ay[uú]den?me|expl[ií]quen?me|env[ií]en?me|ind[ií]quen?me)\b"
    r"|(?:quiero|quisiera|necesito) (?:saber|activar|desactivar|configurar|cambiar|cancelar|pedir|ayuda)\b"
    r"|come (?:posso|faccio|devo|si (?:fa|attiva|disattiva)|attivo|disattivo|imposto|cambio)\b"
    r"|(?:vorrei|voglio) (?:sapere|attivare|disattivare|impostare|cambiare|annullare|ordinare)\b"
    r"|hoe (?:kan|zet|stel|schakel|moet|krijg|wijzig) ik\b"
    r"|ik (?:wil|zou) (?:graag )?(?:\w+ ){0,4}(?:weten|instellen|uitschakelen|annuleren|bestellen|wijzigen)\b"
    r"|como (?:posso|faço|devo|ativo|desativo|configuro|altero)\b"
    r"|(?:quero|queria|gostaria de|preciso de?) (?:saber|ativar|desativar|configurar|alterar|cancelar|encomendar"
    r"|ajuda)\b)"
    r"|教えて(?:ください|下さい|いただ)|(?:です|ます|でしょう)か(?:。|$)|请告诉我|怎么|如何",
    re.IGNORECASE,
)


def has_responder_subject(subject: str) -> bool:
    """Tell whether a subject is the one a mail program gives to an automatic reply: its words, a colon, the old one."""
    return bool(_CERTAIN.match(subject))


def begins_as_responders(subject: str) -> bool:
    """Tell whether a subject begins as that of an automatic reply does, whatever follows: "Absence of an invoice"."""
    return bool(_BEGINS.match(subject) or _CERTAIN.match(subject))


def is_titled_as_responders(subject: str) -> bool:
    """Tell whether a subject is the title of an automatic reply, alone or before a colon."""
    return bool(_TITLE.fullmatch(subject))


def is_letter(subject: str, text: str, *, hinted: bool) -> bool:
    """Tell whether a subject and the words below it may be a responder's: they ask nothing of us.

    Where the subject only begins as one, a header must hint at it (`hinted`) or the subject it answers stand behind;
    and the words tell of an absence or acknowledge a mail. Without any such subject the mail calls itself automatic.
    """
    said = text[:_LONGEST]
    begins = (hinted and begins_as_responders(subject)) or _BEFORE_ANSWERED.match(subject)
    of_responder = has_responder_subject(subject) or (
        begins and (speaks_of_absence(said) or bool(_ACKNOWLEDGES.search(said)))
    )
    return bool(of_responder or _acknowledges(said)) and not _asks_us(said)


def _acknowledges(said: str) -> bool:
    """Tell whether a mail calls itself automatic and says that it got ours; a receipt or a code for us says neither.

    Who says "I" is a person, and fields are those of a form that a person filled in.
    """
    own = _SAID_BY_OTHERS.sub("", said)
    of_machine = _CALLS_ITSELF_AUTOMATIC.search(own) and _GOT_YOURS.search(own)
    return bool(of_machine and not _MYSELF.search(own) and len(_FORM_FIELD.findall(own)) < _FIELDS_OF_FORM)


def _asks_us(said: str) -> bool:
    questions = [part for part in _SENTENCE_END.split(said) if part and part[-1] in "?？؟"]
    return bool(_REQUEST.search(said)) or any(
        not _OFFER.search(question) or _MYSELF.search(question) for question in questions
    )
