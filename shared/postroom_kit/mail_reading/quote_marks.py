"""The lines by which mail programs announce what is not the sender's own: quotes, header blocks, signatures, footers.

Languages: English, German, French, Spanish, Italian, Dutch, Portuguese, the Nordic ones, Polish, Czech, Russian,
Turkish and others where a program's wording is known.
"""

from __future__ import annotations

import re

QUOTED = re.compile(r"\s{0,3}>")
SIGNATURE = re.compile(r"\s*(?:--|—|––|__)\s*")
FENCE = re.compile(r"\s*(?:```|~~~)")

_LONGEST_ATTRIBUTION = 350  # characters, over all its lines
_SHORTEST_WRAPPED = 55  # characters of a line that a program broke
_MOST_LINES = 6  # an address on a line of its own, with blank lines around it, makes five

# "On 3 May 2026 at 10:12, Ann <ann@example.com> wrote:" begins with one of these and ends with a verb and a colon.
_OPENINGS = r"On|Am|Le|El|Il|Op|Em|No dia|Den|På|W dniu|Dnia|Dne|Pe|În|Το|Στις|Pada|Vào|Tarihi|בתאריך|في"
_VERBS = (
    r"wrote|writes|schrieb|folgendes geschrieben|schreef|geschreven|écrit|escribió|escribio|scritto|escreveu|skrev"
    r"|kirjoitti|napisał\(?a?\)?|pisze|menulis|님이 작성|のメール|さんは書きました|כתב/?ה?|كتب"
    r"|napsal\(?a?\)?|написала?|написал\(а\)|написав(?:\(-?ла\))?|пишет|пише|yazdı|írta|έγραψε|a scris|đã viết"
)
_ENDING = rf"(?<!\w)(?:{_VERBS})(?!\w)[^\n]{{0,120}}[:：]"
_ADDRESSED = re.compile(r"[<(\[]\s*(?:mailto:)?[^<>()\[\]\s]+@[^<>()\[\]\s]+\s*[>)\]]")
_SENTENCE = re.compile(rf"(?<!\w)(?:{_VERBS})\s[a-zà-ÿ]+\s[a-zà-ÿ]+\s")  # "wrote down my number"
_YEAR = re.compile(r"\b\d{4}\b|\b\d{1,2}([./-])\d{1,2}\1\d{2}\b")
_TIME_OF_DAY = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}(?!\d)")
_DATED = re.compile(
    rf"(?-i:{_OPENINGS})\s(?=.*\d).{{3,300}}?{_ENDING}|(?:בתאריך|في)\s(?=.*\d).{{3,300}}<[^<>]*@[^<>]*>\s?:",
    re.IGNORECASE,
)
# Yahoo's app goes on with the old mail in the line of its attribution.
_GOES_ON = re.compile(rf"(?-i:{_OPENINGS})\s(?=.*\d).{{3,200}}?<[^<>]*@[^<>]*>\s(?:{_VERBS})[:：]\s\S.*", re.IGNORECASE)
_DATE_START = r"(?:\d{1,4}[./-]?\s?|[^\W\d_]{2,15}[.,]{0,2}\s\d)"
_DATE_FIRST = re.compile(
    rf"{_DATE_START}(?=.*(?:\d{{4}}|\d:\d\d|@)).{{3,300}}?{_ENDING}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b[^\n]{0,120}<[^<>]*@[^<>]*>\s?:?"
    rf"|{_DATE_START}.{{3,120}}\d:\d\d.{{0,100}}<[^<>]*@[^<>]*>\s?:"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b[^\n]{0,120}のメール\s?[:：]|\d{4}년 \d{1,2}월 \d{1,2}일.{0,150}[:：]"
    r"|\d{4}年\d{1,2}月\d{1,2}日.{0,150}[:：]",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    rf"[^<>\n]{{0,80}}<[^<>]{{0,200}}@[^<>]{{0,200}}>(?:.{{0,60}}?{_ENDING}|.{{0,60}}写道\s?[:：]"
    r"|\s\[[\d:. /-]{10,25}\]:)",
    re.IGNORECASE,
)
# Programs with no more than a name; only above a quote that is marked.
_NAME_ALONE = re.compile(
    rf"\w[^<>:\n]{{2,50}}\s(?:{_VERBS})"
    r"(?:\s(?:(?:on|am|le|el|il|op|em|den|dne|dnia)\s(?:[^\W\d]{2,10}[.,]{0,2}\s)?)?\d[^\n]{5,40})?\s?[:：]"
    r"|在\s?\d{4}.{5,80}写道\s?[:：]|\d{4}[-.].{5,80}쓴 글\s?[:：]"
    r"|(?:quoting|zitat von|selon|citando|citazione di|citeren|citat från|cytat z|citace|цитирую) .{2,80}[:：]",
    re.IGNORECASE,
)

_EMPHASIS = re.compile(r"^[*_]{1,2}(?=\w)|(?<=\S)[*_]{1,2}$")  # and no bullet

_DIVIDER_WORDS = (
    r"original e-?mail|původní e-mail|e-mail d'origine|원본 메시지|原始郵件|轉寄的郵件|转发的邮件|转发邮件信息"
    r"|pôvodná správa|переадресованное сообщение|вихідне повідомлення|mesajul original|mesaj redirecționat"
    r"|original message|original mail|forwarded message|forwarded by .*|begin forwarded message|reply message"
    r"|ursprüngliche (?:nachricht|mail)|original-?nachricht|weitergeleitete nachricht|anfang der weitergeleiteten.*"
    r"|message d'origine|message original|message transféré|message transmis|début du message (?:réexpédié|transféré)"
    r"|mensaje original|mensaje reenviado|inicio del mensaje reenviado|messaggio originale|messaggio inoltrato"
    r"|inizio messaggio inoltrato|oorspronkelijk bericht|origineel bericht|doorgestuurd bericht"
    r"|begin doorgestuurd bericht"
    r"|mensagem original|mensagem encaminhada|início da mensagem encaminhada|originalmeddelande|ursprungligt meddelande"
    r"|vidarebefordrat meddelande|oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|wiadomość oryginalna"
    r"|oryginalna wiadomość|původní zpráva|исходное сообщение|пересылаемое сообщение|orijinal mesaj|özgün ileti"
    r"|eredeti üzenet|αρχικό μήνυμα|mesaj original|原始邮件|元のメッセージ"
)
_DIVIDER = re.compile(
    rf"\s*\W{{0,3}}[-_=*‐]{{2,}}\s*(?:{_DIVIDER_WORDS})\s*:?\s*[-_=*‐]{{2,}}\W{{0,3}}\s*"
    rf"|\s*(?:begin forwarded message|anfang der weitergeleiteten (?:e-mail|nachricht)"
    rf"|début du message (?:réexpédié|transféré)|påbegynt videresendt besked|videresendt melding|välitetty viesti alkaa"
    rf"|początek przekazywanej wiadomości|začátek přeposílané zprávy"
    rf"|начало (?:переадресованного|пересылаемого) сообщения"
    rf"|iletilen ileti başlangıcı|転送されたメッセージ|(?:以下是|开始)转发的邮件|전달된 메시지"
    rf"|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht"
    rf"|início da mensagem encaminhada|vidarebefordrat brev)\s*[:：]\s*"
    r"|\s*-{10,}\s*original\s*-{10,}\s*",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"\W*(?:please )?(?:reply|type your reply|write|respond|antworten sie|bitte antworten sie|répondez"
    r"|responda|rispondi"
    r"|antwoord|responder)\b.{0,30}\b(?:above|oberhalb|über|au-dessus|encima|sopra|boven|acima)\b.{0,30}"
    r"\b(?:line|zeile|linie|ligne|línea|linea|lijn|linha)(?: to (?:add|post|comment|respond|reply)\b.{0,30})?\W*",
    re.IGNORECASE,
)
# Help desks' "##- reply above this line -##" and Zoho's "---- On … <address> wrote ---", in any language.
_FENCED = re.compile(
    r"\s*#{2,}\s?[-–—=].{5,150}[-–—=]\s?#{2,}\s*"
    r"|\s*-{3,}\s[^\n]{0,80}\d[^\n]{0,200}<[^<>\n]*@[^<>\n]*>[^\n]{0,60}\s-{3,}\s*"
)
_LIST_RULE = re.compile(r"_{20,}\s*")
_LIST_NAME = re.compile(
    r"mailing.?list|mailinglist|liste de diffusion|lista de (?:correo|distribu)|lista di", re.IGNORECASE
)
RULE = re.compile(r"\s*[-_=*~]{3,}\s*")

_FROM = (
    r"from|von|de|da|van|från|fra|lähettäjä|od|от|от кого|kimden|gönderen|feladó|από|expéditeur|remitente"
    r"|mittente|afzender|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|발신|de la|від|מאת|من|dari|pengirim"
    r"|từ|จาก|šalje|pošiljatelj|saatja|kellelt|nuo|no|प्रेषक|از|nadawca"
)
SUBJECT = (
    r"subject|betreff|objet|sujet|asunto|oggetto|onderwerp|assunto|ämne|emne|aihe|temat|předmět|тема"
    r"|konu|tárgy|θέμα|主题|主旨|主題|件名|제목|subiect|נושא|الموضوع|perihal|subjek"
    r"|chủ đề|เรื่อง|predmet|относно|zadeva|teema|tema|tēma|विषय|موضوع|assumpte"
)
_OTHER = (
    r"sent|date|to|cc|bcc|reply-to|gesendet|datum|an|kopie|antwort an|envoyé|à|répondre à|date d'envoi"
    r"|enviado(?: el)?|fecha|para|inviato|data|a|risposta|rispondi a|verzonden|aan|beantwoorden aan|enviada(?: em)?"
    r"|skickat|till|kopia|sendt|til|lähetetty|vastaanottaja|wysłan[oe]|do|dw|odesláno|komu|отправлено|дата|кому|копия"
    r"|tarih|kime|gönderilme|gönderildi|küldve|címzett|responder a|destinataire|importance|priority|attachments"
    r"|anlagen|发送时间|收件人|日期|寄件日期|收件者|副本|抄送|傳送時間|日時|日付|送信日時|送信日|宛先|보낸 날짜"
    r"|받는 사람|참조|날짜|trimis|către|στάλθηκε|προς|κοιν|надіслано|נשלח|אל|תאריך|עותק|تم الإرسال|إلى|نسخة|التاريخ"
    r"|gönderme tarihi|elküldve|dikirim|tanggal|kepada|đã gửi|ngày|tới|đến|ส่ง|วันที่|ถึง|odoslané|dátum|poslano"
    r"|prima|изпратено|до|poslato|za|saadetud|adressaat|kellele|išsiųsta|kam|nosūtīts|भेजा गया|दिनांक|प्रति|ارسال|به"
    r"|تاریخ|enviat(?: el)?|per a"
)
_HEADER = re.compile(
    rf"\s*[*_]{{0,2}}(?:(?P<from>{_FROM})|(?P<subject>{SUBJECT})"
    rf"|(?:{_OTHER}))\s?[*_]{{0,2}}\s?[:：][*_]{{0,2}}(?:\s|$).*",
    re.IGNORECASE,
)

# "Status: offline", "Message: I want my money back": a form or a log, and no mail's header.
_OTHER_FIELD = re.compile(r"\s*[^\W\d_][\w ]{1,20}[:：]\s")
# "[Proton Mail](https://…)", "Superhuman ( https://… )"
_LONGEST_FOOTER = 1_000  # characters, with the link that tracks who follows it
_LINK = re.compile(r"\[?([^\[\]()<>]{1,60}?)\]?\s?\(\s?https?://[^()\s]{1,300}\s?\)")

# "Please excuse my brevity", behind the name of the device; any other sentence there is the sender's own.
_EXCUSE = re.compile(
    r"[.,;]\s?(?:(?:please|pls|kindly|bitte)\s)?(?:excuse|forgive|pardon|ignore|sorry|apolog|veuillez|désolé"
    r"|entschuldig"
    r"|verzeih|disculp|perdon|scusa|desculp).{0,40}(?:brevity|brief|short|typo|error|mistake|spell|correct|brièveté"
    r"|concis|faute|kürze|tipp|fehler|brev|faltas).{0,30}$",
    re.IGNORECASE,
)
_NEXT_SENTENCE = re.compile(r"[.!?。]\s+\S|(?:\S+\s+){5,}\S*[!?]$|,\s+(?!the best)(?:\S+\s+){3,}\S")
FOOTER = re.compile(
    r"\s*[*_(\[]{0,2}(?:"
    r"(?:sent|composed) (?:from|via|with|using|by) (?:my |the |a )?.{2,40}(?: on the .{2,20} network\.?)?"
    r"|get bluemail for \w+|secured with tuta\w*(?: mail)?:?|https://tuta\.com/free-email"
    r"|sent from (?:icloud|hey)\.?|sent from mailspring\b.{0,60}"
    r"|(?:get|download|holen sie sich|télécharger|obtenir|obtener|descargar"
    r"|ottieni|scarica|downloaden?|hämta|hent|obter"
    r"|baixar|(?:pobierz|uzyskaj)(?: aplikację)?|skaffa|få|získat|скачать|получить|отримати|获取|下载)"
    r" outlook (?:for|für|pour|para|per|voor|för|til|dla|pro|для)"
    r" (?:systemu )?(?:ios|android|mac)\W*(?:<.*)?"
    r"|(?:ios|android|mac) (?:için|版|用) ?outlook\s?(?:['’]u edinin|uygulamasını edinin|を入手|を取得)\W*(?:<.*)?"
    r"|outlook (?:für|voor|för|til|για) (?:ios|android)(?: \w{5,15})?\s*(?:<.*)?"
    # In any language, by the link that only this line has.
    r"|[^<>.,;:!?]{0,40}\boutlook\b[^<>.,;:!?]{0,40}<https://aka\.ms/\w{1,20}>"
    r"|yahoo mail: search, organi[sz]e, conquer|sent from (?:yahoo|outlook|proton|mail for windows|aol)\b.*"
    r"|(?:von|vom) (?:meinem|meiner|mobil|yahoo|outlook|aol).{0,40}\bgesendet\.?|gesendet (?:von|mit|aus)\b.{2,50}"
    r"|diese nachricht wurde (?:von|mit) .{2,80} gesendet\.?"
    r"|envoyé (?:de|depuis|à partir de|avec|à partir d['’]) ?.{2,50}|enviado (?:desde|con|do|de|a partir do) .{2,50}"
    r"|inviato (?:da|dal|dallo|con) .{2,50}|(?:verstuurd|verzonden) (?:vanaf|vanuit|met|via|van) .{2,50}"
    r"|skickat (?:från|med) .{2,50}|sendt fra .{2,50}|lähetetty .{2,50}|wysłan[oe] z .{2,50}|odesláno (?:ze?"
    r"|pomocí) .{2,50}"
    r"|trimis (?:de pe|din) .{2,50}|στάλθηκε από .{2,50}|(?:надіслано|відправлено) (?:з|із|за допомогою) .{2,50}"
    r"|.{2,20}에서 보냄|נשלח מ.{2,40}|أرسلت من .{2,40}|dikirim dari .{2,50}"
    r"|отправлено (?:с|из) .{2,50}|.{2,20}(?:'|’)?(?:dan|den|mdan) gönderildi|iphoneから送信"
    r"|proton mail.{0,20}で送信されました。?"
    r"|[发發]自我的.{2,20}"
    r"|[从從來来]自?我的.{2,20}(?:发送|傳送|發送)"
    r")[*_)\]]{0,2}\s*",
    re.IGNORECASE,
)
# By its capital, "Mail" is a program's name: "by mail" and "by Registered Mail" is how somebody sent a parcel.
_DEVICE = re.compile(
    r"(?-i:[A-Z]\w*mail|(?<!(?:al|ed|ss|ty) )Mail)\b|gmail|mail app"
    r"|iphon|ipad|ipod|android|mobil|móvil|phone|handy|tablet|samsung|galaxy|huawei|xiaomi|pixel"
    r"|blackberry|superhuman|icloud|hey\b|newton|tuta|nexus|oneplus|motorola|nokia|lumia|xperia|redmi|oppo\b"
    r"|realme|macbook|imac\b|zoho|mailspring|windows|outlook|yahoo|gmx|web\.de|proton|aol"
    r"|thunderbird|k-9|spark|mailbird|device|gerät|appareil|dispositivo|toestel|telefon|телефон|手机",
    re.IGNORECASE,
)


def attribution_end(lines: list[str], start: int) -> int | None:
    """Return the index after an "On … wrote:" that begins on line `start`, or None if none does."""
    first = _EMPHASIS.sub("", lines[start].strip())
    if QUOTED.match(first):
        return None
    if _NAME_ALONE.fullmatch(first[:100]) and quoted_below(lines, start + 1):
        return start + 1
    if _GOES_ON.fullmatch(first[:1_000]):
        return start + 1
    return _of_form(lines, start, _attribution_form(first)) or _in_any_language(lines, start)


def _of_form(lines: list[str], start: int, form: re.Pattern[str] | None) -> int | None:
    """Return the index after an attribution of this form, in a language whose words we know."""
    if form is None:
        return None
    joined = ""
    for end in range(start + 1, min(start + _MOST_LINES, len(lines)) + 1):
        line = _EMPHASIS.sub("", lines[end - 1].strip())
        joined = f"{joined} {line}".strip()
        # Only a program that puts the address on a line of its own leaves a blank line inside.
        if len(joined) > _LONGEST_ATTRIBUTION or (not line and form is not _DATED):
            return None
        if line and form.fullmatch(joined):
            # "On 5 May at 10:00 your colleague wrote:" may be the sender's own; a program names an address or year.
            named = _ADDRESSED.search(joined) or (_TIME_OF_DAY.search(joined) and _YEAR.search(joined))
            program = named and not _SENTENCE.search(joined)
            return end if program or quoted_below(lines, end) else None
    return None


def _in_any_language(lines: list[str], start: int) -> int | None:
    """Return the index after a paragraph with an address and a time that ends in a colon above a marked quote.

    Its lines but the last are as long as a program makes them; a short one above is the sender's own.
    """
    if start and lines[start - 1].strip():
        return None
    joined = ""
    for end in range(start + 1, min(start + 3, len(lines)) + 1):
        joined += f" {lines[end - 1].strip()}"
        if joined.endswith((":", "：")) and _ADDRESSED.search(joined) and _TIME_OF_DAY.search(joined):
            return end if quoted_below(lines, end) else None
        if len(lines[end - 1].strip()) < _SHORTEST_WRAPPED or len(joined) > _LONGEST_ATTRIBUTION:
            return None
    return None


def _attribution_form(first: str) -> re.Pattern[str] | None:
    """Choose by its first line how an attribution must go on; a paragraph above must not count as its name."""
    if re.match(rf"(?:{_OPENINGS})\s.*\d", first):
        return _DATED
    if re.match(_DATE_START, first):
        return _DATE_FIRST
    return _NAME_FIRST if "<" in first else None


def quoted_below(lines: list[str], number: int) -> bool:
    """Tell whether the next line with text, from index `number` on, is a quoted one."""
    following = next((line for line in lines[number:] if line.strip()), "")
    return bool(QUOTED.match(following))


def is_list_footer(lines: list[str], number: int) -> bool:
    """Tell whether the few lines from `number` on are what list software puts below each mail: rule, name, link."""
    if not _LIST_RULE.fullmatch(lines[number]):
        return False
    below = [line for line in lines[number + 1 : number + 10] if line.strip()]
    return 2 <= len(below) <= 5 and bool(_LIST_NAME.search(below[0])) and "/" in below[-1]


def divides(line: str) -> bool:
    """Tell whether a line like "-----Original Message-----" or "reply above this line" starts what is not new."""
    return any(form.fullmatch(line) for form in (_DIVIDER, _ABOVE, _FENCED))


def header_block_end(lines: list[str], start: int) -> int | None:
    """Return the index after a From/Sent/To/Subject block that begins on line `start`, or None if none does.

    At least three header lines with a From and a Subject, or beginning with a From that has an address, and no other
    field among them: a customer's own "From: Paris, To: Rome, Date: 3 May" is not a header block.
    """
    first = _HEADER.fullmatch(lines[start])
    if not first or (start and _HEADER.fullmatch(lines[start - 1])):
        return None
    found, end, senders, subjects = 0, start, 0, 0
    for number in range(start, min(start + 14, len(lines))):
        match = _HEADER.fullmatch(lines[number])
        if match:
            found, end = found + 1, number + 1
            senders += bool(match["from"])
            subjects += bool(match["subject"])
        elif found < 3 and number == end and _OTHER_FIELD.match(lines[number]):
            return None
        elif lines[number].strip() and number > end:
            break
    certain = (senders and subjects) or (first["from"] and "@" in lines[start])
    block = "\n".join(lines[start:end])
    # What begins with a date and names neither address nor time is a person's.
    sent = first["from"] or "@" in block or _YEAR.search(block) or _TIME_OF_DAY.search(block)
    return end if found >= 3 and certain and sent else None


def is_footer(line: str) -> bool:
    """Tell whether a line is what a phone or a mail program adds ("Sent from my iPhone")."""
    if len(line) > _LONGEST_FOOTER:
        return False
    shown = _EXCUSE.sub("", _LINK.sub(r"\1", line).rstrip())
    if not FOOTER.fullmatch(shown) or _NEXT_SENTENCE.search(shown):
        return False
    behind = shown.rpartition(", ")[2]  # all of it where there is no comma
    return bool(_DEVICE.search(behind if " " in behind else shown))
