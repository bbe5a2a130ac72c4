"""The mails that the READMEs have a newcomer send are answered, by words alone and by meaning too."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from postroom_kit.kept import NOWHERE
from postroom_kit.knowledge.asking import asked
from support_agent.checks import SURE_OF_ANSWER, knowledge
from support_agent.files import HERE
from support_agent.offline import answerable

READMES = (HERE / "README.md", HERE.parents[1] / "README.md")
_COMMAND = re.compile(r"^\S*postroom send support (?:.*\\\n)*.*", re.MULTILINE)


@pytest.mark.parametrize("readme", READMES, ids=["support", "top"])
def test_what_a_readme_has_one_ask_is_answered(readme: Path) -> None:
    commands = _COMMAND.findall(readme.read_text(encoding="utf-8"))
    assert commands
    for command in commands:
        words = shlex.split(command.replace("\\\n", " "))
        subject, text = (words[words.index(option) + 1] for option in ("--subject", "--text"))
        judged = [answerable(NOWHERE).confidence(found) for found in asked(knowledge, subject, text)]
        assert min(judged) >= SURE_OF_ANSWER, text
