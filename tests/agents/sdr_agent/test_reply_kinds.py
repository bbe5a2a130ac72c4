"""Replies held back are told apart, and the dangerous mistakes are not made."""

from __future__ import annotations

import re
import shlex

import pytest

from postroom.brain import Question
from postroom.brain.offline import OfflineBrain
from postroom.deciding import Decider, Line
from postroom.loading import load_agent
from postroom_bench.measure_choices import judge
from sdr_agent.decisions import SURE_OF_KIND, ReplyKind
from sdr_agent.files import HERE

SDR = load_agent("sdr")


def test_replies_held_back_are_told_apart(offline_brain: OfflineBrain) -> None:
    judged = judge(SDR, "ReplyKind", offline_brain)
    sure = [each for each in judged if each.confidence >= SURE_OF_KIND]
    assert len(judged) >= 60
    assert len(sure) >= 0.9 * len(judged)
    assert sum(each.guess == each.truth for each in sure) >= 0.93 * len(sure)
    taken_for_a_yes = {each.truth for each in sure if each.guess == "interested"}
    assert taken_for_a_yes.isdisjoint({"not interested", "unsubscribe", "wrong person", "out of office"})
    assert all(each.guess == "unsubscribe" for each in judged if each.truth == "unsubscribe")


def test_there_are_enough_examples_of_each_kind() -> None:
    lines = (HERE / "examples" / "replykind.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 150
    kinds = SDR.decisions()
    assert any(kind.__name__ == "ReplyKind" for kind in kinds)


def test_what_the_readme_has_one_write_is_read_as_a_yes(offline_brain: OfflineBrain) -> None:
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\S*postroom send sdr .*", readme, re.MULTILINE)
    words = shlex.split(command)
    text = words[words.index("--text") + 1]
    found = offline_brain.skill(SDR.folder, next(k for k in SDR.decisions() if k.__name__ == "ReplyKind"))
    prediction = found.classifier("kind").predict(found.words("", text))
    assert prediction.label == "interested"


@pytest.mark.parametrize("text", ["👍", "Maybe Q3.", "I'm driving, talk later"])
def test_what_no_plain_words_bear_out_is_no_opt_out_for_sure(text: str, offline_brain: OfflineBrain) -> None:
    thread = Decider(SDR, ReplyKind, offline_brain, "measure").thread(1, Line(text=text))
    answered = offline_brain.answer(Question(ReplyKind, SDR.folder, thread.messages[-1], thread))
    assert (answered.confidence or 0.0) < SURE_OF_KIND
