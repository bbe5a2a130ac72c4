"""In which language a mail is answered, and what people read about it."""

from postroom_kit.spoken import abroad, spoken_in


def test_a_mail_whose_words_show_no_language_is_answered_in_english() -> None:
    assert [spoken_in(text) for text in ("WF-20431", "Wo ist mein Paket und wann kommt es?")] == ["en", "de"]


def test_people_read_what_a_mail_is_written_in_unless_it_is_english() -> None:
    german = "written in another language than English (German)"
    assert abroad("Where is my parcel and when does it come?", "Wo ist mein Paket und wann kommt es?") == ""
    assert abroad("Wo ist mein Paket und wann kommt es?") == german
    assert abroad("WF-20431", "Wo ist mein Paket und wann kommt es?") == german
