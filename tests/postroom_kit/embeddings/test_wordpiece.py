"""WordPiece cuts as the model's own tokenizer does (its numbers, taken from it, stand below)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.embeddings.wordpiece import CLS, LONGEST, SEP, pieces


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Where's my refund?", [2073, 1005, 1055, 2026, 25416, 8630, 1029]),
        ("Ünïcödé café", [27260, 7668]),
        ("日本 and 中文", [1864, 1876, 1998, 1746, 1861]),
        ("a\x00b\ufffdc\u200bd", [5925, 2094]),
        ("$5+3=8 unbelievably", [1002, 1019, 1009, 1017, 1027, 1022, 4895, 8671, 2666, 3567, 6321]),
        ("x" * 101, [100]),
        ("\u0378 \ue000", [100]),
        ("", []),
    ],
)
def test_a_text_is_cut_as_the_models_tokenizer_does(text: str, numbers: list[int]) -> None:
    assert pieces(text) == [CLS, *numbers, SEP]


@given(text=st.text(st.characters(), max_size=600))
def test_any_text_is_cut_into_known_pieces_between_the_marks(text: str) -> None:
    found = pieces(text)
    assert (found[0], found[-1]) == (CLS, SEP)
    assert len(found) <= LONGEST
    assert all(0 <= number < 30_522 for number in found)


def test_a_long_text_is_cut_off_at_what_the_model_reads() -> None:
    assert pieces("word " * 300) == [CLS, *[2773] * (LONGEST - 2), SEP]
