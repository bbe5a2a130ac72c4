"""Who has left, and who is not the one to ask, says so in many words and languages; who left a message has not."""

from pathlib import Path

import pytest

from postroom_kit.replies import signals, wants_no_more

FILE = Path(__file__).with_name("signals_in_many_words.txt")


@pytest.mark.parametrize(("section", "kind"), [("left", "left_company"), ("wrong person", "wrong_person")])
def test_it_is_found_in_the_words_of_people(section: str, kind: str) -> None:
    sentences = _sentences(section)
    assert sentences
    assert [text for text in sentences if kind not in {found.kind for found in signals("", text)}] == []


def test_who_left_something_else_is_still_there() -> None:
    found = [(text, each) for text in _sentences("none") for each in signals("", text)]
    assert [(text, each) for text, each in found if each.kind in {"left_company", "wrong_person"}] == []


def _sentences(section: str) -> list[str]:
    return FILE.read_text("utf-8").partition(f"[{section}]\n")[2].partition("\n\n")[0].splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "GDPR: delete me.",
        "Erase me.",
        "Please erase everything you have on me.",
        "Wipe all you know about us.",
        "Ich verlange die Löschung meiner Daten nach Art. 17 DSGVO.",
        "Je n'ai rien demandé, supprimez mes coordonnées.",
        "Ik wil dat u mijn gegevens wist.",
        "Kérem töröljék az adataimat.",
        "Ștergeți datele mele.",
        "Διαγράψτε τα στοιχεία μου.",
        "請刪除我的資料",
    ],
)
def test_who_wants_their_data_gone_wants_no_more_mail_and_people_hear_of_it(text: str) -> None:
    assert wants_no_more("", text) is not None
    assert "asks_erasure" in {found.kind for found in signals("", text)}


@pytest.mark.parametrize(
    "text",
    [
        "Under GDPR Art. 15 send me everything you hold on me.",
        "Tell me everything you've got about me.",
        "What exactly do you have on me?",
    ],
)
def test_who_asks_for_what_we_hold_is_heard(text: str) -> None:
    assert "asks_data" in {found.kind for found in signals("", text)}


@pytest.mark.parametrize("text", ["I do not want my data stored.", "Stop processing my personal data, please."])
def test_who_wants_their_data_kept_by_nobody_wants_it_gone(text: str) -> None:
    assert "asks_erasure" in {found.kind for found in signals("", text)}


@pytest.mark.parametrize("text", ["We do not keep our data in the cloud.", "Is our data stored in the EU?"])
def test_talk_of_data_is_no_wish_about_it(text: str) -> None:
    assert not {"asks_erasure", "asks_data"} & {found.kind for found in signals("", text)}
