"""Loading a knowledge base, and finding the article a customer means."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import Knowledge, KnowledgeError
from postroom_kit.knowledge.asking import asked

ENTRIES = [
    {
        "id": "plan",
        "questions": ["How do I change my plan?", "upgrade my subscription", "switch to a cheaper plan"],
        "answer": "You can change the plan at any time under Settings.",
        "updated": "2026-03-31",
    },
    {
        "id": "refund",
        "questions": ["Can I get my money back?", "I want a refund", "return the annual plan"],
        "answer": "We refund the annual plan within 30 days.",
    },
    {
        "id": "hours",
        "questions": ["When are you open?", "opening hours of the shop"],
        "answer": "Monday to Friday, 9:00 to 17:00.",
    },
    {
        "id": "error",
        "questions": ["What does error E1042 mean?", "the app shows a code and stops"],
        "answer": "E1042 says that the disk is full.",
    },
]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load(ENTRIES)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("how can i upgrade?", "plan"),
        ("refunds", "refund"),
        ("my screen says E1042", "error"),
        ("what are your opening hours", "hours"),
        ("is the disk full?", "error"),
    ],
)
def test_the_article_a_question_means_comes_first(knowledge: Knowledge, query: str, found: str) -> None:
    assert knowledge.search(query)[0].id == found


def test_a_passage_has_the_wording_that_matched_and_its_date(knowledge: Knowledge) -> None:
    best = knowledge.search("a cheaper plan")[0]
    assert best.question == "switch to a cheaper plan"
    assert str(best.updated) == "2026-03-31"


@pytest.mark.parametrize("query", ["", "   ", "the of and is", "?!…", "zebra giraffe", "\x00", "\ud800", "🙂"])
def test_a_query_without_a_known_word_finds_nothing(knowledge: Knowledge, query: str) -> None:
    assert knowledge.search(query) == []


def test_scores_are_comparable_across_queries(knowledge: Knowledge) -> None:
    exact = knowledge.search("When are you open?")[0].score
    diluted = knowledge.search("open the lid of my zebra giraffe elephant terrarium")[0].score
    assert exact == 1.0
    assert diluted < 0.4


def test_at_most_k_passages_best_first(knowledge: Knowledge) -> None:
    found = knowledge.search("plan refund error open", k=2)
    assert len(found) == 2
    assert found[0].score >= found[1].score
    assert knowledge.search("plan", k=0) == []


def test_each_question_of_a_mail_is_searched_alone(knowledge: Knowledge) -> None:
    mail = (
        "Hi there,\n\nI love the app. Can I switch my plan?\nAlso, please tell me when you are open.\n\nThanks,\nAnna"
    )
    found = asked(knowledge, "", mail)
    assert [(part.question, part.passages[0].id) for part in found] == [
        ("Can I switch my plan?", "plan"),
        ("Also, please tell me when you are open.", "hours"),
    ]


def test_an_article_that_leaves_nothing_open_comes_before_a_nearer_one_that_does() -> None:
    articles = [
        {"id": "life", "questions": ["How long does the battery last?"], "answer": "The battery lasts two years."},
        {"id": "cut", "questions": ["What does the hub battery do?"], "answer": "The battery lasts six hours."},
    ]
    (found,) = asked(Knowledge.load(articles), "", "How long does the battery of the hub last?")
    assert [passage.id for passage in found.passages] == ["cut", "life"]


def test_a_mail_without_a_question_is_searched_whole(knowledge: Knowledge) -> None:
    (whole,) = asked(knowledge, "", "E1042 again.\nIt stops.")
    assert (whole.question, whole.passages[0].id) == ("E1042 again. It stops.", "error")
    (blank,) = asked(knowledge, "", " \n ")
    assert blank.passages == ()


def test_articles_in_another_language_are_stemmed_in_it() -> None:
    german = Knowledge.load(
        [
            {"id": "a", "questions": ["Wie kann ich meine Bestellung ändern?"], "answer": "Das geht unter Konto."},
            {"id": "b", "questions": ["Wann ist der Laden geöffnet?"], "answer": "Von Montag bis Freitag."},
        ]
    )
    assert [passage.id for passage in german.search("meine Bestellungen")] == ["a"]


def test_the_hash_follows_the_content_not_the_layout(tmp_path: Path) -> None:
    file = tmp_path / "knowledge.json"
    file.write_text(json.dumps(ENTRIES, indent=8), encoding="utf-8")
    assert Knowledge.load(file).hash == Knowledge.load(ENTRIES).hash
    changed = [{**ENTRIES[0], "answer": "You cannot."}, *ENTRIES[1:]]
    assert Knowledge.load(changed).hash != Knowledge.load(ENTRIES).hash


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "too deep in one another"),
        ("{}", "must be a list"),
        ("[]", "at least one entry"),
        ('["x"]', "entry 0: is str"),
        ('[{"id": "a", "questions": "x", "answer": "y"}]', 'entry 0: "questions" must be a list'),
        ('[{"id": "a", "questions": ["x"], "answer": " "}]', 'entry 0: "answer" must be text'),
        ('[{"id": "a", "questions": ["x", 3], "answer": "y"}]', 'each of "questions"'),
        ('[{"id": "a\\ud83d", "questions": ["x"], "answer": "y"}]', 'entry 0: "id" holds half of a character'),
        ('[{"id": "a", "questions": ["x"], "answer": "y", "updatd": "2026"}]', "unknown field 'updatd'"),
        ('[{"id": "a", "questions": ["x"], "answer": "y", "updated": "May"}]', "write it as 2026-03-31"),
        (
            '[{"id": "a", "questions": ["x"], "answer": "y"}, {"id": "a", "questions": ["x"], "answer": "y"}]',
            "entry 1: the id 'a' is taken by entry 0",
        ),
    ],
)
def test_a_bad_file_is_refused_with_the_place_and_the_remedy(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "knowledge.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        Knowledge.load(file)
    assert said in str(error.value)
    assert str(file) in str(error.value)


def test_a_missing_file_and_a_foreign_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be read"):
        Knowledge.load(tmp_path / "absent.json")
    (tmp_path / "latin.json").write_bytes('[{"id": "ä"}]'.encode("latin-1"))
    with pytest.raises(KnowledgeError, match="is not UTF-8"):
        Knowledge.load(tmp_path / "latin.json")


def test_articles_of_stop_words_alone_can_be_searched() -> None:
    assert Knowledge.load([{"id": "a", "questions": ["Who are you?"], "answer": "We are here."}]).search("plan") == []


@given(text=st.text(max_size=400))
def test_no_text_makes_search_fail_and_every_score_is_a_share(knowledge: Knowledge, text: str) -> None:
    for part in asked(knowledge, "", text):
        assert all(0 <= passage.score <= 1 for passage in part.passages)


def test_importing_the_kit_loads_no_heavy_library() -> None:
    heavy = "{'numpy', 'scipy', 'sklearn', 'bm25s', 'inscriptis', 'snowballstemmer', 'nh3'}"
    code = f"import sys, postroom_kit.knowledge, postroom_kit.classify; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
