"""Words that only a person may answer, whatever else the mail asks: a miss would do harm, or nothing for the writer."""

from __future__ import annotations

import re

_PERSON = (
    r"(?:father|mother|dad|mum|mom|parents?|husband|wife|partner|son|daughter|child|brother|sister|uncle|aunt|friend"
    r"|grand\w+|owner|founder|boss|chef|colleague|employee|neighbou?r|customer|he|she|who)"
)
_MINE = r"(?:my|our|the|his|her|their|your?|this|an?)"

_GRAVE = {
    "threatens legal action": (
        r"\bsu(?:e|ing) (?:you|your)\b|\b(?:lawyers?|attorneys?|solicitors?|barristers?|law ?suits?)\b"
        r"|\b(?:litigation|ombudsman|police|chargeback|trading standards|small claims|press charges)\b"
        r"|\blegal (?:action|steps|proceedings|department|advice|claim)"
        r"|\b(?:to|in|before) court\b(?! (?:street|road|lane))|\bcourt (?:case|order)"
    ),
    "writes of a death": (
        rf"\b{_PERSON}\b(?:\W+\w+){{0,4}}?\W+died\b|\bpass(?:ed|ing) (?:away|on\b(?! (?:the|to|it|my|our)))"
        rf"|\b(?:deceased|funeral|bereave\w*|widow\w*|heirs?)\b|\blate {_PERSON}\b|\bdeath (?:of|in)\b|['’]s death\b"
    ),
    "writes of an injury or a danger": (
        r"\b(?:injur\w+|wound(?:ed|s)?|bleed\w*|ambulance|electrocuted|electric(?:al)? shock|unconscious|stitches)\b"
        r"|\b(?:explod\w+|explosion|poison\w*|swallow\w*|smok(?:e|es|ing)|rash|acid|melt(?:ed|ing)|hurt)\b"
        rf"|\bcaught fire|\bon fire|\bburn(?:s|t|ed|ing)? (?:{_MINE}|on|smell)\b|\bsmells? (?:of burning|burnt)"
        r"|\b(?:to|into|in) (?:the |a )?(?:hospital|A&E|emergency room)\b(?! (?:kitchen|canteen))|\bbulging|\bswollen"
    ),
    "writes of a break-in to an account": (
        r"\b(?:hacked|hijack\w*|compromised|phish\w*|intruders?|identity theft|unauthori[sz]ed)\b"
        rf"|\bhackers? (?:are|is|ha)|\bbr(?:oke|eak|oken) into {_MINE}\b"
        rf"|\b(?:took|taken|taking) over {_MINE} (?:account|login|profile)"
        r"|\b(?:some(?:one|body)(?: else)?|strangers?)\W+(?:\w+\W+){0,2}?"
        r"(?:changed|signed in|logged in|got in(?:to)?|removed|deleted|uses?|using)\b"
    ),
    "writes of money taken": (
        r"\b(?:fraud\w*|scam\w*|stole|embezzl\w*)\b|\bwithout (?:my|our) (?:permission|consent|knowledge|approval)"
        r"|\bmoney (?:\w+ ){0,3}(?:gone|left|disappeared|withdrawn|missing)\b|\bstolen (?:card|credit card)"
        r"|\bi never (?:placed|ordered|bought|authori[sz]ed)|\bkeep (?:taking|charging)\b"
        r"|\b(?:took|taken|taking|withdrawn|debited|charged) (?:\S+ ){0,4}(?:from|off) "
        rf"{_MINE} (?:\w+ )?(?:account|card|bank)\b"
    ),
    "writes that it did not help": (
        r"\b(?:did|does|has|have)(?: not|n['’]t) (?:really |actually )?(?:help|change anything|fix|solve)"
        r"|\b(?:that|this|it) (?:did|does)(?: not|n['’]t) work\b|\b(?:although|even though|despite)\b"
        r"|\balready (?:tried|did|done|changed|replaced|restarted|reset)\b"
        r"|\bstill (?:no|not|nothing|offline|the same|waiting|missing|broken|dead|red|blink\w*|ha(?:s|ve)n|is(?:n| not)"
        r"|do(?:es)?(?:n| not))"
    ),
}
_PATTERNS = {reason: re.compile(pattern, re.IGNORECASE) for reason, pattern in _GRAVE.items()}
_STOP = re.compile(r"\W*(?:please )?(?:stop|unsubscribe|opt[ -]?out|remove me)(?: please)?\W*", re.IGNORECASE)
_MORE_THAN_THANKS = re.compile(
    r"\b(?:no|not|never|nobody|nothing|none|cannot|\w+n['’]t|but|however|although|though|yet|still|again|instead|only"
    r"|wrong|broken|empty|expired|missing|offline|late|fail\w*|error|crash\w*|useless|ruin\w*|charged|ordered|waiting"
    r"|keeps?|already|please|want|need|would like|call|address|change|cancel|return|refund)\b|\d|\?",
    re.IGNORECASE,
)


def grave(subject: str, text: str, company: str) -> str | None:
    """Return what a person must see in a mail to `company` (its name), said of its writer, or None."""
    whole = re.sub(rf"\b{re.escape(company)}\b", "you", " ".join(f"{subject}\n{text}".split()), flags=re.IGNORECASE)
    return next((reason for reason, pattern in _PATTERNS.items() if pattern.search(whole)), None)


def opts_out(text: str) -> bool:
    """Tell whether a mail says nothing but that no more mail is wanted."""
    return bool(_STOP.fullmatch(text))


def says_more_than_thanks(text: str) -> bool:
    """Tell whether a mail that seems to ask for nothing has words of trouble or of a wish after all."""
    return bool(_MORE_THAN_THANKS.search(text))
