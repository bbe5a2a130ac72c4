"""What support learns from its examples: numbers that need no scikit-learn, and are what scikit-learn would say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from postroom.brain.offline import HELD_BACK, OfflineBrain, Skill
from postroom_kit.kept import Kept
from postroom_kit.mail_reading import stems_for
from support_agent.decisions import Triage
from support_agent.files import HERE
from support_agent.offline import answerable

ASKED = 40  # of the examples, dealt over all of them: the second process starts anew
SECOND_START = """
import json, sys
sys.modules["sklearn"] = None
from pathlib import Path
from postroom.brain.offline import OfflineBrain
from postroom_kit.kept import Kept
from support_agent import offline
from support_agent.decisions import Triage

kept, texts = Kept(Path(sys.argv[1])), json.load(sys.stdin)
brain = OfflineBrain(kept)
brain.warm(offline.HERE, [Triage])
skill = brain.skill(offline.HERE, Triage)
for name in skill.choices():
    for said in skill.classifier(name).predict_many(texts):
        print(json.dumps([said.label, said.confidence, said.probabilities]))
print(json.dumps(offline.answerable(kept)._weights))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("learnt")


@pytest.fixture(scope="module")
def fitted(folder: Path) -> Skill:
    """What was fitted in this process, and is kept in `folder`."""
    brain = OfflineBrain(Kept(folder))
    brain.warm(HERE, [Triage])
    return brain.skill(HERE, Triage)


@pytest.fixture(scope="module")
def restored(folder: Path, fitted: Skill) -> Skill:
    """What a second start reads from `folder`."""
    return OfflineBrain(Kept(folder)).skill(HERE, Triage)


def texts_of(skill: Skill) -> list[str]:
    return [example.text for example in skill.examples]


def test_a_second_start_predicts_the_same_without_scikit_learn(folder: Path, fitted: Skill) -> None:
    texts = texts_of(fitted)[:: len(fitted.examples) // ASKED]
    command = [sys.executable, "-c", SECOND_START, str(folder)]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    *predictions, weights = map(json.loads, done.stdout.splitlines())
    assert predictions == [
        [said.label, said.confidence, said.probabilities]
        for name in fitted.choices()
        for said in fitted.classifier(name).predict_many(texts)
    ]
    assert weights == answerable(Kept(folder))._weights
    assert done.stderr == ""


def learnt_from(skill: Skill, name: str) -> dict[str, str]:
    """Return the texts that a field's classifier was fitted on, each with its label."""
    seen = [example for example in skill.examples if example.split != HELD_BACK]
    return {" ".join(example.text.split()): example.value[name] for example in seen}


def test_words_and_letters_weigh_as_scikit_learn_says(restored: Skill) -> None:
    similarity = restored.classifier("wants")._words.similarity
    texts = list(learnt_from(restored, "wants"))
    stems = stems_for(texts, common_words=True)
    words = {"tokenizer": stems, "token_pattern": None, "lowercase": False, "ngram_range": (1, 2)}
    letters = {"analyzer": "char_wb", "ngram_range": (2, 5), "strip_accents": "unicode"}
    for field, options in ((similarity._words, words), (similarity._letters, letters)):
        theirs = TfidfVectorizer(sublinear_tf=True, **options).fit(texts).transform(texts_of(restored)).toarray()
        ours = np.stack([field.vector(text) for text in texts_of(restored)])
        assert np.abs(ours - theirs).max() < 1e-9


@pytest.mark.parametrize("name", ["wants", "category", "mood", "priority"])
def test_each_class_is_as_likely_as_scikit_learn_says(name: str, restored: Skill) -> None:
    classifier = restored.classifier(name)
    (view,) = classifier._views
    labels = [classifier.labels.index(label) for label in learnt_from(restored, name).values()]
    theirs = LogisticRegression(C=30.0, tol=1e-3, max_iter=1_000).fit(view.space.points, labels)
    points, _ = view.space.look(texts_of(restored))
    ours = view.regression.probabilities(points, len(classifier.labels))
    assert np.abs(ours - theirs.predict_proba(points)).max() < 1e-9
