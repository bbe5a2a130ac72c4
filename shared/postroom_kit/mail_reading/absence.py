"""When the writer of an out-of-office reply is back, read from its words."""

from __future__ import annotations

import datetime as dt
import re

from .days import days_ahead, names_weekday

_LONGEST = 4_000  # characters of a reply that are read
# Characters between a telling word and its date; Japanese, Finnish and Turkish put "until" behind it.
_NEAR_BEFORE, _JUST_BEFORE, _NEAR_AFTER = 45, 25, 70
_BACK = re.compile(
    r"\b(?:(?<!get )(?<!call )(?<!call you )(?<!write )(?<!hear )(?<!money )back(?! to you| in touch)|return(?:ing|s)?"
    r"|resum\w+|available again|reachable again|zurück\w*|wieder|erneut|retour"
    r"|reviens|reviendrai|rentr\w+|joignable à partir|vuel\w+|regres\w+|de vuelta|volver\w*|reincorpor\w+"
    r"|rientr\w+|torn\w+|di nuovo|volt\w+|retorn\w+|terug|weer|tillbaka|åter|tilbage|tilbake|palaan|takaisin|wracam"
    r"|wrócę|powrót|powrac\w+|zpět|vrátím|вернусь|вернётся|возвращ\w+|повер\w+|döneceğim|vissza\w*|újra|ismét"
    r"|επιστρέφ\w+|επιστρέψ\w+|revin\w*|întor\w+|späť|vrátim|و?أعود|و?سأعود|العودة)\b|戻り|戻る|出社|返回|回来|复工"
    r"|복귀",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|thru|bis|einschließlich|jusqu['’]?\s?(?:au|à|en)|hasta|fino (?:alla|al|a)"
    r"|sino (?:alla|al)|até|tot|t/m|tills|dek|mennessä|saakka|asti|kadar|έως|μέχρι|până(?: la| pe)?|حتى|لغاية"
    r"|إلى غاية)\b"
    r"|まで|至|直到|까지",
    re.IGNORECASE,
)
_TO = re.compile(r"\b(?:to(?! (?:you|us|me|your|our)\b)|til|au|al|ao|do|до)\b|-|–", re.IGNORECASE)
_ABSENT = re.compile(
    r"\b(?:absen(?!ces? (?:of|de|d['’]|du(?! \d| bureau)|des)\b)|away|out of (?:the )?(?:office|town)|on leave|leave"
    r"|vacation|holiday|closed|unavailable|travel+ing|(?:be|am|are|is|['’]m) out\b(?! of (?:stock|date|order))"
    r"|out (?:until|till)|not return|no access to"
    r"|not (?:be )?(?:available|in\b)|sick|abwesen|urlaub|ferien|nicht (?:im|am|da\b|erreichbar|verfügbar)|außer haus"
    r"|geschlossen|dienstreise|elternzeit|congé|vacances|fermé|indisponible|en déplacement|fuera|vacaciones|ausente"
    r"|cerrad|de viaje|ferie|fuori|chius|assen|in viaggio|férias"
    r"|fechad|afwezig|vakantie|verlof|gesloten|semester|ledig|frånvar|fravær|bortrest|lomal|poissa|nieobecn|urlop"
    r"|nie ma mnie|dovolen|nepřítom|neprítom|mimo kancelář|отпуск|відпуст|отсутств|відсутн|szabads|távol|izin|uzakta"
    r"|tatil|άδεια|απουσ|concedi|خارج المكتب|إجازة|اجازة)|休暇|不在|休み|休假|휴가|부재",
    re.IGNORECASE,
)
# Who is back somewhere, and not "send it back".
_IS_BACK = re.compile(
    r"\b(?:(?:be|am|are|['’]m|come|coming) back|returning|i (?:will |shall |['’]ll )?return|back (?:on|in|at|from)\b"
    r"|wieder (?:da|zurück|erreichbar|verfügbar|im (?:büro|haus|dienst)|für sie da)|zurück (?:im|am|sein)"
    r"|kehre (?:\w+\.? ){1,5}zurück|de retour"
    r"|je (?:reviens|reviendrai|rentre|rentrerai)|vuelvo|volveré|regreso|regresaré|de vuelta|rientr(?:o|erò)"
    r"|torn(?:o|erò)|di nuovo|volt(?:o|arei)|regresso|regressarei|weer (?:bereikbaar|aanwezig|terug|op kantoor)"
    r"|ben (?:ik )?(?:\w+ ){0,4}terug|tillbaka|åter i|tilbage|tilbake|palaan|takaisin|wracam|wrócę|zpět|vrátím|вернусь"
    r"|повернуся|döneceğim|visszatér\w*|επιστρέφω|revin|vrátim|و?أعود|و?سأعود)\b|戻り|戻る|出社|回来|复工|복귀",
    re.IGNORECASE,
)
# A sentence about what we sell names days of its own.
_OF_TRADE = re.compile(
    r"\b(?:valid|offers?|sale|discounts?|vouchers?|coupons?|orders?(?! to\b)|ordered|deliver\w*|refund\w*|goods"
    r"|items?|warranty"
    r"|invoices?|payments?|pay|parcels?|shipp?(?:ed|ing|ment)?|prices?|subscription|trial|deadline|gültig\w*|angebote?"
    r"|rabatt\w*|gutschein\w*|bestell\w+|liefer\w+|rechnung\w*|zahl(?:en|ung)\w*|frist|offres?|remises?|commandes?"
    r"|livr\w+|factures?|valables?|válid\w+|ofertas?|descuentos?|pedidos?|entregas?|facturas?|valid[aeio]|offert[ae]"
    r"|sconti?|ordin[ei]|consegn\w+|fattur[ae]|geldig|aanbieding\w*|korting\w*|bestelling\w*|lever(?:en|ing)\w*|factuur"
    r"|descontos?|encomendas?|faturas?|giltig\w*|erbjudand\w*|gyldig\w*|tilbud\w*|voimassa|tarjou\w*|ważn\w+|nabídk\w+"
    r"|действ\w+|предложени\w+|geçerli|érvényes)\b|有効|有效|유효",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[^\W\d][.!?])\s|(?<=\d\d\d\d[.!?])\s|(?<=[。！？])|\n")
_BEHIND = re.compile(r"まで|까지|dek|mennessä|saakka|asti|kadar", re.IGNORECASE)


def speaks_of_absence(text: str) -> bool:
    """Tell whether a mail says that somebody is away, closed or on leave."""
    return bool(_ABSENT.search(text[:_LONGEST]))


def return_date(subject: str, text: str, sent: dt.datetime | None) -> dt.date | None:
    """Return the day the writer is back, or the last day away where only that is said; None when neither is clear.

    `sent` is the time of the mail: it gives a date its year and weekdays their week. Without it there is no answer.
    """
    if sent is None or not dt.MINYEAR < sent.year < dt.MAXYEAR:
        return None
    said = "\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", f"{text}\n\n{subject}"[:_LONGEST]))
    words = "\n".join(part for part in _SENTENCE_END.split(said) if not _OF_TRADE.search(part))
    if not (_ABSENT.search(words) or _IS_BACK.search(words)):
        return None
    for telling, before in ((_BACK, _NEAR_BEFORE), (_UNTIL, _JUST_BEFORE), (_TO, _JUST_BEFORE)):
        for match in telling.finditer(words):
            start = max(0, match.start() - before)
            if telling is _TO and names_weekday(words[start : match.start()]):
                continue  # "Monday to Friday" are opening hours
            near, middle = words[start : match.end() + _NEAR_AFTER], match.end() - start
            earlier = 0 if telling is _BACK or _BEHIND.fullmatch(match.group()) else _NEAR_AFTER
            found = days_ahead(near, sent.replace(tzinfo=None))
            if found:
                return min((abs(place - middle) + earlier * (place < middle), day) for place, day in found)[1]
    return None
