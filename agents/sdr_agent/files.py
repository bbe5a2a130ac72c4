"""What stands in `data/`, read once at the start; research notes are read when a prospect is begun with."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from postroom.brain.web_search import WebSearch
from postroom.learning import articles_of
from postroom_kit.knowledge import Passage
from postroom_kit.outreach import RuleBook
from postroom_kit.research import Limits, read_page
from postroom_kit.research.gathering import gather
from postroom_kit.research.https_get import addresses, https_get

HERE = Path(__file__).parent
COMPANY, OBJECTIONS, VARIANTS = (
    json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("company", "objections", "variants")
)
APPROVED = {each["id"]: each["answer"] for each in OBJECTIONS}
IDENTITY = {name: COMPANY[name] for name in ("name", "legal_name", "postal_address", "website", "privacy")}
RULES = RuleBook.of("cold_email", "manners")
_files = sorted((HERE / "data").glob("knowledge*.json"))
knowledge = {f.stem.partition(".")[2] or "en": articles_of(f.stem.replace("knowledge", "sdr"), f) for f in _files}
"""Our approved facts by language: we have letters in those, and no others."""
FACTS = {code: [Passage(each.id, "", each.answer, 1.0) for each in of.articles] for code, of in knowledge.items()}
SEARCH = WebSearch(COMPANY["web_search"]["most"], tuple(COMPANY["web_search"]["only"]))


def research(notes: str) -> dict[str, Any]:
    """Return what is known of a prospect by the name of its notes; for `thread.look_up`."""
    read = partial(read_page, get=https_get, resolve=addresses, limits=Limits()) if COMPANY["fetch_pages"] else None
    return gather(HERE / "data" / "research", notes, read)


def fact(name: str, language: str) -> str:
    """Return one of our approved facts."""
    return next(each.answer for each in FACTS[language] if each.id == name)
