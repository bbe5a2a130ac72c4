"""How a draft speaks to its reader: what none of us would say so is named, and a person words it instead.

Phrases of the seven languages that drafts are written in; sarcasm in friendly words is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .knowledge.sentences import sentences

_PHRASES = {
    "blames the customer": (
        r"your (?:own )?(?:fault|mistake|carelessness)|you (?:failed|neglected|forgot|refused|ignored)\b"
        r"|you (?:should|could|ought to) have\b|you (?:clearly |obviously |simply )?(?:did not|didn['’]t) (?:even )?"
        r"(?:read|listen|bother|follow|pay attention|look)|if you had (?:read|listened|bothered|followed|looked)"
        r"|(?:nobody|no one) but you|you (?:only )?have yourself to blame|you (?:are|were) (?:simply |just )?wrong"
        r"|(?:ihre?|deine?)[smnr]? (?:eigene[rs]? )?(?:schuld|fehler)|(?:hätten sie|sie hätten) .*"
        r"(?:sollen|müssen|gelesen)"
        r"|sie haben (?:einfach )?(?:versäumt|ignoriert|nicht (?:gelesen|aufgepasst|zugehört))"
        r"|(?:votre|ta|de votre) (?:propre )?(?:faute|erreur)|vous auriez dû|vous n['’]avez (?:même )?pas (?:lu|écouté)"
        r"|(?:su|tu) (?:propia )?culpa|(?:usted )?(?:debería|tendría) (?:usted )?(?:haber|que haber)"
        r"|no ha (?:ni )?leído"
        r"|colpa (?:sua|tua|vostra)|(?:sua|tua) colpa|avrebbe dovuto|non ha (?:nemmeno )?letto"
        r"|(?:uw|je|jouw) (?:eigen )?(?:schuld|fout)|had u .*moeten|u had .*moeten|u heeft (?:niet|nooit) gelezen"
        r"|(?:sua|tua) (?:própria )?culpa|culpa (?:é )?sua|(?:deveria|devia) ter|(?:você )?não leu"
    ),
    "insults the customer": (
        r"(?:stupid|idiot\w*|moron\w*|dumb|clueless|ridiculous|pathetic|lazy|nonsense|foolish|incompetent|shut up)"
        r"|(?:dumm\w*|idiotisch\w*|lächerlich\w*|unsinn|blödsinn|quatsch|unfähig\w*)"
        r"|(?:stupide\w*|idiote?s?|ridicules?|bêtises?|imbécile\w*)|(?:estúpid\w+|idiotas?|ridícul\w+|tonter[íi]as?)"
        r"|(?:stupid[oaie]|ridicol\w+|sciocchezz\w+|incapace)|(?:dom(?:me|heid)?|belachelijk\w*|onzin)|(?:burr[oa]|asneiras?)"
    ),
    "is sarcastic or impatient": (
        r"as (?:i|we) (?:have |['’]ve )?(?:already|clearly|repeatedly) (?:said|told|explained|written|mentioned)"
        r"|(?:like|as) (?:i|we) (?:just )?said|how many times|once and for all|for the last time|calm down|get over it"
        r"|good luck with that|well done, (?:you|genius)|nice try|what did you expect"
        r"|are you (?:serious|kidding|joking)"
        r"|obviously|as (?:anyone|everybody|everyone|any child) (?:can see|knows)|even a child|not my problem"
        r"|not our problem|(?:i|we) (?:really )?(?:do not|don['’]t) care|deal with it|you people|whatever you say"
        r"|wie (?:ich|wir) (?:bereits|schon|mehrfach)|zum letzten mal|offensichtlich|beruhigen sie sich"
        r"|nicht unser problem"
        r"|jedes kind|das weiß doch jeder|was haben sie (?:denn )?erwartet"
        r"|comme (?:je|nous) (?:vous )?l['’]?\s?(?:ai|avons) (?:déjà|bien)|calmez-vous|évidemment|pas notre problème"
        r"|como ya (?:le |se lo )?(?:he|hemos|dije|dijimos)|cálmese|obviamente|no es (?:nuestro|mi) problema"
        r"|come (?:le )?(?:ho|abbiamo) già|si calmi|ovviamente|non è un nostro problema"
        r"|zoals (?:ik|wij|we) al|kalmeer|overduidelijk|niet ons probleem|como já (?:disse|dissemos|expliquei|lhe)"
        r"|acalme-se|não é (?:nosso|problema nosso)"
    ),
}
_SPEAKS = {kind: re.compile(rf"(?<!\w)(?:{phrases})(?!\w)", re.IGNORECASE) for kind, phrases in _PHRASES.items()}
_SHOUTED = re.compile(
    r"(?<!\w)(?:[^\W\d_a-zà-ÿ]{2,}\W+){2,}[^\W\d_a-zà-ÿ]{3,}(?!\w)|(?<!\w)(?:NOT|NEVER|MUST|READ|STOP)(?!\w)"
)
_MARKS = re.compile(r"[!?]*!")


def off_tone(body: str, sources: Iterable[str] = ()) -> str | None:
    """Return what is wrong with the tone of a draft, with the sentence, or None.

    A sentence that stands word for word in one of the `sources` is our own, and passes.
    """
    own = " ".join(" ".join(sources).split())
    written = [sentence for sentence in sentences(body) if " ".join(sentence.split()) not in own]
    for sentence in written:
        for kind, pattern in _SPEAKS.items():
            if pattern.search(sentence):
                return f"the draft {kind}: {sentence}"
        if _SHOUTED.search(sentence) or _cries(sentence):
            return f"the draft shouts: {sentence}"
    cries = [sentence for sentence in written if "!" in sentence]
    return f"the draft shouts: {cries[1]}" if len(cries) > 1 else None


def _cries(sentence: str) -> bool:
    return sentence.count("!") > 1 or any(len(marks) > 1 for marks in _MARKS.findall(sentence))
