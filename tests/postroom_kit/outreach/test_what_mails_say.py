"""What mails say, in the spellings that a rule must see through, and what it must not take for more than it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from outgoing import COLD, COLD_TEXT, DEBTS, HEADERS, cold_mail, facts, later_debt_mail, no

from postroom_kit.outreach import Leaving, Place, RuleBook, Sent
from postroom_kit.outreach.wording import said

HTTPS, MAILTO = "<https://mail.larkspur.test/u/abc>", "<mailto:sdr@larkspur.test>"
POST = "List-Unsubscribe=One-Click"


def rule(name: str, book: RuleBook = COLD) -> RuleBook:
    return replace(book, rules=tuple(each for each in book.rules if each.name == name))


@pytest.mark.parametrize(
    "subject",
    [
        "Re: your releases",
        "RE : your releases",
        "re[2]: your releases",
        "Re(3): your releases",
        "Ｒｅ：your releases",
        "R\u200be: your releases",
        "Rе: your releases",
        "[External] Re: your releases",
        "  Fwd: your releases",
        "AW: Ihre Termine",
        "回复: 你好",
        "",
        " ?!",
        "Hello\r\nBcc: all@firm.test",
    ],
)
def test_a_first_mail_never_looks_like_an_answer(subject: str) -> None:
    assert no(rule("law/can-spam-subject"), replace(cold_mail, subject=subject)).outcome == "refuse"


@pytest.mark.parametrize(
    "subject", ["Real releases: a list", "Regarding: rest", "Ref: 4471", "Forward: march", "R&D: ideas"]
)
def test_a_subject_that_only_begins_alike_is_honest(subject: str) -> None:
    assert rule("law/can-spam-subject").judge(replace(cold_mail, subject=subject)) is None


def test_a_follow_up_is_an_answer_only_where_something_left_before() -> None:
    again = replace(cold_mail, kind="follow_up", subject="Re: a checklist")
    assert no(rule("law/can-spam-subject"), again).outcome == "refuse"
    on_thread = (("first", again.now),)
    assert rule("law/can-spam-subject").judge(replace(again, sent=Sent(on_thread=on_thread))) is None


@pytest.mark.parametrize(
    ("basis", "leaves"),
    [
        ("consent", True),
        ("Consent 2026-03-01, web form", True),
        ("customer", True),
        ("", False),
        ("consent withdrawn 2026-04-02", False),
        ("no consent", False),
        ("consent: not yet", False),
        ("consent?", False),
        ("former customer", False),
        ("customer: lost in 2019", False),
        ("consent: unsubscribed 2026-01-01", False),
        ("consent: opted out in May", False),
        ("consent: expected soon", False),
        ("consent: widerrufen am 3.1.2026", False),
        ("legitimate interest", False),
        ("consensus", False),
        (["consent"], False),
        (True, False),
    ],
)
def test_germany_asks_for_a_basis_that_stands(basis: object, leaves: bool) -> None:
    mail = facts(replace(cold_mail, places=(Place("DE"),)), basis=basis)
    assert (rule("law/basis-germany").judge(mail) is None) is leaves


def test_a_british_company_may_be_written_to_and_a_sole_trader_may_not() -> None:
    mail = replace(cold_mail, places=(Place("GB"),))
    assert rule("law/basis-britain").judge(facts(mail, subscriber="Corporate")) is None
    assert no(rule("law/basis-britain"), facts(mail, subscriber="individual")).outcome == "refuse"
    assert no(rule("law/basis-britain"), mail).outcome == "refuse"


@pytest.mark.parametrize(
    ("headers", "one_click", "public", "leaves"),
    [
        (HEADERS, True, True, True),
        ({"list-unsubscribe": f"{HTTPS}, {MAILTO}", "LIST-UNSUBSCRIBE-POST": f" {POST} "}, True, True, True),
        ({"List-Unsubscribe": MAILTO}, True, False, True),
        ({}, False, True, True),
        ({}, True, True, False),
        ({"List-Unsubscribe": HTTPS, "List-Unsubscribe-Post": POST}, True, True, False),
        ({"List-Unsubscribe": f"{HTTPS}, {MAILTO}"}, True, True, False),
        ({"List-Unsubscribe": f"{HTTPS}, {MAILTO}", "List-Unsubscribe-Post": "yes"}, True, True, False),
        ({"List-Unsubscribe": MAILTO, "List-Unsubscribe-Post": POST}, True, True, False),
        ({"List-Unsubscribe-Post": POST}, False, True, False),
        ({"List-Unsubscribe": f"<http://larkspur.test/u>, {MAILTO}"}, False, True, False),
        ({"List-Unsubscribe": f"{HTTPS}, {MAILTO}", "List-Unsubscribe-Post": POST}, True, False, False),
        ({"List-Unsubscribe": "<mailto:>"}, False, True, False),
        ({"List-Unsubscribe": "sdr@larkspur.test"}, False, True, False),
        ({"List-Unsubscribe": f"{MAILTO}\r\nBcc: all@firm.test"}, False, True, False),
    ],
)
def test_list_unsubscribe_works_or_the_mail_stays(
    headers: Mapping[str, str], one_click: bool, public: bool, leaves: bool
) -> None:
    settings = {"one_click": one_click, "public_url": public}
    assert (rule("law/one-click").judge(replace(cold_mail, headers=headers), settings) is None) is leaves


@pytest.mark.parametrize(
    "words",
    [
        "Unsubscribe: https://mail.larkspur.test/u/abc",
        "To opt out, reply with the word STOP.",
        "Reply STOP to end this.",
        "If you do not want to hear from us again, say so.",
        "Hier können Sie sich abmelden.",
        "Wenn Sie keine weiteren Mails mehr erhalten möchten, antworten Sie kurz.",
        "Pour vous désabonner, cliquez ici.",
        "Para darse de baja, responda.",
        "Per disiscriversi, rispondere.",
        "Uitschrijven kan hier.",
        "退订请回复。",
    ],
)
def test_a_way_out_is_known_in_many_words(words: str) -> None:
    assert said("offers an opt-out", words)


@pytest.mark.parametrize(
    "words", ["", "We never stop.", "Stop by at our stand.", "Our options are open.", "Reply soon."]
)
def test_other_words_are_no_way_out(words: str) -> None:
    assert not said("offers an opt-out", words)


def test_what_the_text_says_the_html_must_say_too() -> None:
    html = f"<p>{COLD_TEXT}</p>"
    assert COLD.judge(replace(cold_mail, html=html)) is None
    assert (
        no(COLD, replace(cold_mail, html=html.replace("To get no more mail from us, unsubscribe: ", ""))).rule
        == "law/can-spam-opt-out"
    )
    assert no(COLD, replace(cold_mail, html=html.replace("Springfield", ""))).rule == "law/can-spam-sender"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("manners/lint-trigger-words", "Ａｃｔ ｎｏｗ."),
        ("manners/lint-trigger-words", "Act\n  now."),
        ("manners/lint-trigger-words", "A\u200bct now."),
        ("manners/lint-trigger-words", "It is FREE."),
        ("manners/lint-trigger-words", "Jetzt zugreifen und sparen."),
        ("manners/lint-trigger-words", "Das ist völlig kostenlos."),
        ("manners/lint-trigger-words", "Nur für kurze Zeit."),
        ("manners/lint-trigger-words", "Cliquez ici."),
        ("manners/lint-trigger-words", "C’est gratuit et sans engagement."),
        ("manners/lint-trigger-words", "Dernière chance."),
        ("manners/lint-trigger-words", "¡Haga clic aquí!"),
        ("manners/lint-trigger-words", "Es una oferta única."),
        ("manners/lint-trigger-words", "Última oportunidad."),
        ("manners/lint-exclamations", "Good! Very！"),
        ("manners/lint-exclamations", "Good‼"),
        ("manners/lint-exclamations", "Good❗❗"),
        ("manners/lint-capitals", "It is IMPORTANT."),
        ("manners/lint-capitals", "THIS IS BIG."),
        ("manners/lint-capitals", "ЭТО ОЧЕНЬ ВАЖНО."),
        ("manners/lint-links", "See other.test/page and www.more.test."),
        ("manners/lint-links", "See https://evil.test/u/abc."),
    ],
)
def test_the_lint_sees_through_spellings(name: str, words: str) -> None:
    assert no(rule(name), replace(cold_mail, text=f"{words}\n{COLD_TEXT}")).outcome == "hold"


@pytest.mark.parametrize(
    "words",
    [
        "You are free to say no.",
        "Well done!",
        "The ISO list, the API and the GDPR.",
        "Larkspur Tools Ltd is in NY.",
        "It counts 1,200.50 of them, i.e. many and/or all.",
        "Act 3 begins now.",
    ],
)
def test_the_lint_leaves_plain_words_alone(words: str) -> None:
    assert COLD.judge(replace(cold_mail, text=f"{words}\n{COLD_TEXT}")) is None


def test_names_of_the_record_may_be_in_capitals() -> None:
    mail = replace(cold_mail, text=f"How is KESTREL doing?\n{COLD_TEXT}", subject="KESTREL and weekly releases")
    assert no(COLD, mail).rule == "manners/lint-capitals"
    assert COLD.judge(facts(mail, company="KESTREL Ltd")) is None


def test_a_subject_all_in_capitals_waits_for_a_person() -> None:
    assert no(COLD, replace(cold_mail, subject="A LIST")).rule == "manners/lint-capitals"
    assert COLD.judge(replace(cold_mail, subject="ISO")) is None


def test_links_hidden_in_html_are_counted() -> None:
    html = f'<p>{COLD_TEXT}</p><a href="https://one.test">a</a><a href="//two.test/x">b</a>'
    assert no(COLD, replace(cold_mail, html=html)).rule == "manners/lint-links"


def test_our_privacy_page_and_website_are_not_counted_and_other_pages_of_ours_are() -> None:
    ours = {**cold_mail.identity, "website": "https://larkspur.test", "privacy": "https://larkspur.test/privacy"}
    text = COLD_TEXT.replace("privacy@larkspur.test", "https://larkspur.test/privacy")
    mail = replace(cold_mail, identity=ours, text=f"https://larkspur.test\n{text}")
    assert COLD.judge(mail) is None
    assert no(COLD, replace(mail, text=f"https://larkspur.test/more\n{text}")).rule == "manners/lint-links"


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "--- ***"])
def test_html_alone_waits_for_a_person(text: str) -> None:
    mail = replace(cold_mail, text=text, html=f"<p>{COLD_TEXT}</p>")
    assert no(rule("manners/lint-text-part"), mail).outcome == "hold"


@pytest.mark.parametrize(
    "words",
    [
        "We will sue you.",
        "Pay, or we inform your employer.",
        "The sheriff will come.",
        "Your wages will be garnished.",
        "We will begin legal proceedings.",
        "You will be arrested.",
        "This is our final warning.",
        "We publish your name.",
        "It will ruin your credit.",
        "You will lose your licence.",
    ],
)
def test_threats_never_leave(words: str) -> None:
    mail = facts(replace(later_debt_mail, text=f"{words}\n{later_debt_mail.text}"), debt="business")
    assert no(DEBTS, mail).rule == "manners/debt-threats"


@pytest.mark.parametrize(
    "words",
    [
        "The law limits how long you can be sued on a debt. Because of its age we will not sue you for it.",
        "If an attorney represents you, tell us.",
        "A warranty is not part of it.",
        "You can pay in three parts.",
    ],
)
def test_plain_words_about_a_debt_are_no_threat(words: str) -> None:
    mail = facts(replace(later_debt_mail, text=f"{words}\n{later_debt_mail.text}"), time_barred=True)
    assert DEBTS.judge(mail) is None


def test_a_court_in_our_own_address_threatens_nobody() -> None:
    assert "Court Street" in later_debt_mail.text
    assert DEBTS.judge(facts(later_debt_mail, time_barred=None)) is None


def test_a_name_of_ours_that_tells_of_debts_stays_out_of_subjects() -> None:
    ours = {**later_debt_mail.identity, "legal_name": "Larkspur Collections Ltd"}
    text = later_debt_mail.text.replace("Larkspur Tools Ltd", "Larkspur Collections Ltd")
    mail: Leaving = replace(later_debt_mail, identity=ours, text=text)
    assert DEBTS.judge(mail) is None
    assert no(DEBTS, replace(mail, subject="A word from Larkspur Collections Ltd")).rule == "law/fdcpa-subject"


@pytest.mark.parametrize("part", ["a", "1.", "a@", "A B C ", "no ", "http://a.b/", "stop a "])
@pytest.mark.timeout(60)
def test_a_long_text_of_anything_is_judged_at_once(part: str) -> None:
    text = part * (40_000 // len(part))
    for book, mail in ((COLD, cold_mail), (DEBTS, later_debt_mail)):
        assert book.judge(replace(mail, text=text, subject=text[:5_000])) is not None
