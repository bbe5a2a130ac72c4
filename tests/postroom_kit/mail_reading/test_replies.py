"""Of a reply, what its sender newly wrote is kept, and all of it."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.mail_reading import new_text
from postroom_kit.mail_reading.replies import read_reply

THREAD = "> Shall we cancel the plan?\n> Ann\n"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Jan 5, 2026 at 3:04 PM Ann Lee <ann@example.com> wrote:",
        "On Mon, Jan 5, 2026 at 3:04 PM Ann Lee <\nann@example.com> wrote:",
        "On 5 January 2026, Ann Lee wrote:",
        "Am 05.01.26 um 10:00 schrieb Ann Lee:",
        "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Ann <ann@example.com>:",
        "Le lun. 5 janv. 2026 à 10:00, Ann <ann@example.com> a écrit :",
        "El lun, 5 ene 2026 a las 10:00, Ann (<ann@example.com>) escribió:",
        "Il giorno lun 5 gen 2026 alle ore 10:00 Ann <ann@example.com> ha scritto:",
        "Op ma 5 jan 2026 om 10:00 schreef Ann <ann@example.com>:",
        "Em seg., 5 de jan. de 2026 às 10:00, Ann <ann@example.com> escreveu:",
        "Den mån 5 jan. 2026 kl 10:00 skrev Ann <ann@example.com>:",
        "pon., 5 sty 2026 o 10:00 Ann <ann@example.com> napisał(a):",
        "Ann Lee <ann@example.com> schrieb am Mo., 5.\nJan. 2026 um 10:00 Uhr:",
        "2026-01-05 10:00 GMT+01:00 Ann Lee <ann@example.com>:",
        "пн, 5 янв. 2026 г. в 10:00, Ann <ann@example.com>:",
        "ma 5. tammik. 2026 klo 10.00 Ann (ann@example.com) kirjoitti:",
        "po 5. 1. 2026 v 10:00 odesílatel Ann <ann@example.com> napsal:",
        "Ann <ann@example.com>, 5 Oca 2026 Pzt, 10:00 tarihinde şunu yazdı:",
        "Ann <ann@example.com> 于2026年1月5日周一 10:00写道：",
        "2026年1月5日(月) 10:00 Ann <ann@example.com>:",
    ],
)
def test_the_quoted_thread_and_its_attribution_go(attribution: str) -> None:
    assert new_text(f"Yes, please.\n\nBob\n\n{attribution}\n\n{THREAD}", None) == "Yes, please.\n\nBob"


@pytest.mark.parametrize(
    "history",
    [
        "-----Original Message-----\nFrom: Ann\nSubject: Plan\n\nold words",
        "________________________________\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: Plan\n\nold words",
        "Von: Ann <ann@example.com>\nGesendet: Montag, 5. Januar 2026\nAn: Bob\nBetreff: AW: Plan\n\nold words",
        "De : Ann <ann@example.com>\nEnvoyé : lundi 5 janvier\nÀ : Bob\nObjet : RE: Plan\n\nold words",
        "*De:* Ann\n*Enviado:* lunes\n*Para:* Bob\n*Asunto:* Plan\n\nold words",
        "Gesendet: Montag, 5. Januar 2026\nVon: Ann\nAn: Bob\nBetreff: Plan\n\nold words",
        "Begin forwarded message:\n\n> From: Ann\n> old words",
        "---------- Forwarded message ---------\nFrom: Ann <ann@example.com>\nDate: Monday\nSubject: Plan\n\nold words",
        "##- Please type your reply above this line -##\n\nold words",
        "Sent from my iPhone\n\n> On 5 Jan 2026, at 10:00, Ann wrote:\n> old words",
        "Envoyé de mon iPhone",
        "Von meinem iPhone gesendet",
        "Get Outlook for Android",
        "Outlook for Android を入手<https://aka.ms/AAb9ysg>",
        "Descărcați Outlook pentru iOS<https://aka.ms/o0ukef>",
        "-- \nBob Ray\nExample Ltd\n+44 20 7946 0000",
    ],
)
def test_header_blocks_forwards_signatures_and_phone_footers_go(history: str) -> None:
    assert new_text(f"Yes, please.\r\n\r\n{history}", None) == "Yes, please."


@pytest.mark.parametrize(
    "words",
    [
        "I travel.\nFrom: Paris\nTo: Rome\nDate: 3 May\nPlease book.",
        "On 5 January 2026 I ordered a lamp. Your mail of 6 January wrote:\n\nit is lost. Where is it?",
        "He wrote:\n\nYou owe 5.\n\nIs that right?",
        "```\n-- \n> code\n```\nWhy does this fail?",
        "One\n\n---\n\nTwo",
        "I sent it from the phone shop\nSent via courier on Monday",
        "Sent by mail yesterday",
        "I no longer have the hub.\nSent by Registered Mail on Monday",
        "I no longer have the hub.\nSent by Priority Mail",
        "Here it comes.\nSent by First Class Mail",
        "Yes.\nSent from my old mail address by mistake",
        "Ja.\nVerstuurd via de mail",
        "-- \nBob",
        "I tried this:\n--\nfirst step\n\nWhat next?",
        "Best regards,\nBob",
    ],
)
def test_words_that_only_look_like_history_stay(words: str) -> None:
    assert new_text(words, None).split() == words.split()


def test_answers_between_quotes_stay_with_their_questions() -> None:
    mail = "See below.\n\nAm 05.01.26 um 10:00 schrieb Ann:\n> First?\nYes.\n> Second?\nNo.\n-- \nBob"
    assert new_text(mail, None) == "See below.\n\n> First?\nYes.\n> Second?\nNo."


LIST = (
    "_______________________________________________\nUsers mailing list\nusers@example.com\nhttps://example.com/users"
)


@pytest.mark.parametrize(
    "footer",
    [
        LIST,
        "\n-- \nYou received this message because you are subscribed to the group.\nhttps://example.com/group\n",
        "Sent from my iPhone\n",
    ],
)
def test_a_footer_alone_in_plain_text_leaves_the_words_to_html(footer: str) -> None:
    assert new_text(footer, "<p>Please cancel order 7.</p>") == "Please cancel order 7."
    assert new_text(footer, "<p></p>") == new_text(footer, None)
    assert new_text(f"Cancel order 7.\n{footer}", "<p>Cancel it</p>").startswith("Cancel order 7.")


def test_words_below_a_long_quote_stay_without_it() -> None:
    quote = "\n".join(f"> line {number}" for number in range(30))
    assert new_text(f"On 5 Jan 2026, at 10:00, Ann wrote:\n{quote}\n\nI agree.", None) == "I agree."


def test_a_forward_without_own_words_keeps_the_forwarded_ones() -> None:
    header = "---------- Forwarded message ---------\nFrom: Vendor <v@example.com>\nDate: Monday\nSubject: Bill"
    assert new_text(f"{header}\n\nPay 50 EUR.", None) == "Pay 50 EUR."


PASSED_ON = "From: Vendor <v@example.com>\nDate: 3 November 2026 at 09:12:33 CET\nTo: Bob\nSubject: Bill\n\nPay 50 EUR."


@pytest.mark.parametrize("above", ["", "Sent from my iPhone\n\n", "\n-- \nBob Ray\nExample Ltd\n\n"])
@pytest.mark.parametrize("line", ["Begin forwarded message:", "---------- Weitergeleitete Nachricht ---------"])
def test_a_forward_below_what_a_program_adds_keeps_the_forwarded_words(above: str, line: str) -> None:
    assert new_text(f"{above}{line}\n\n{PASSED_ON}", None) == "Pay 50 EUR."
    marked = PASSED_ON.replace("\n", "\n> ")
    assert new_text(f"{above}{line}\n\n> {marked}", None) == "Pay 50 EUR."


@pytest.mark.parametrize("line", ["________________________________", "-------- Original message --------"])
def test_below_a_line_that_answers_have_too_the_subject_tells_a_forward(line: str) -> None:
    mail = f"Sent from my Galaxy\n\n{line}\n{PASSED_ON}"
    assert new_text(mail, None, forwarded=True) == "Pay 50 EUR."
    assert new_text(mail, None) == ""
    assert new_text(f"Please pay.\n\n{mail}", None, forwarded=True) == "Please pay."


@pytest.mark.parametrize(
    "signature",
    ["Kind regards,\nBob Ray\nSales", "Hi,\n\nBest regards\nBob", "Mit freundlichen Grüßen / Best regards\n\nBob Ray"],
)
def test_a_forward_below_a_signature_alone_keeps_the_forwarded_words(signature: str) -> None:
    assert new_text(f"{signature}\n\n{PASSED_ON}", None, forwarded=True) == "Pay 50 EUR."
    assert new_text(f"{signature}\n\n{PASSED_ON}", None) == signature
    said = f"{signature}\n\nP.S. Is it due?"
    assert new_text(f"{said}\n\n{PASSED_ON}", None, forwarded=True) == said
    assert new_text(f"Please pay.\n\n{signature}\n\n{PASSED_ON}", None, forwarded=True).startswith("Please pay.")


def test_words_below_a_quote_that_was_passed_on_stay_the_senders() -> None:
    mail = "Begin forwarded message:\n\n> From: V <v@example.com>\n> Pay 50 EUR.\n\nIs that right?"
    assert new_text(mail, None).endswith("> Pay 50 EUR.\n\nIs that right?")


def test_html_is_read_where_there_is_no_plain_part() -> None:
    html = (
        "<div>Hello<br></div><div class='gmail_quote'><div>On Mon, Jan 5, 2026 at 3:04 PM Ann "
        "&lt;ann@example.com&gt; wrote:</div><blockquote class='gmail_quote'>old</blockquote></div>"
    )
    assert new_text(None, html) == "Hello"
    assert new_text("  \n", html) == "Hello"


def test_the_extraction_of_agentmail_is_the_last_resort() -> None:
    assert new_text(None, None, "Hello") == "Hello"
    assert new_text("Mine", None, "Other") == "Mine"
    assert new_text(None, None) == ""


@pytest.mark.parametrize(
    "part",
    [
        "--\n",
        "> a\nb\n",
        "On 1\n",
        "From: a\n",
        "```\n",
        "<a@",
        "a ",
        "\n> On 5 Jan 2026, 10:00 wrote:\n",
        "hi\nBegin forwarded message:\n> a\n",
    ],
)
def test_words_above_a_hostile_text_stay(part: str) -> None:
    assert new_text("How long?\n" + part * (50_000 // len(part)), None).startswith("How long?")


line = st.text(st.characters(categories=["L", "Nd", "Zs"]), max_size=60)


@given(st.lists(line, max_size=8))
def test_plain_words_are_never_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert new_text(text, None).split() == text.replace("\u00a0", " ").split()


@given(st.text(max_size=500))
def test_no_text_makes_it_fail_or_grow(text: str) -> None:
    assert len(new_text(text, text)) <= len(text) + 1


def test_real_replies_are_cut_where_people_cut_them() -> None:
    folder = Path(os.environ.get("POSTROOM_DEV_DATA", "../shared/data")) / "reply_text"
    if not folder.is_dir():
        pytest.skip("no development data: set POSTROOM_DEV_DATA to a folder with reply_text/")
    mails = sorted((folder / "emails").iterdir())
    exact = [
        mail.name
        for mail in mails
        if new_text(mail.read_text("utf-8"), None).split()
        == (folder / "trimmed" / mail.name).read_text("utf-8").split()
    ]
    assert len(exact) >= 0.9 * len(mails)


@pytest.mark.parametrize(
    "mail",
    [
        "How do I reset it?\n--\nAlso you charged me twice, I want 49 EUR back.",
        "Hello\n\n--\nKim Berg\nExample Ltd\n\nThe lamp is broken and I want a refund.",
        "Hi,\n--\nrefund please",
        "The lamp.\n—\nIt is broken. Refund it!",
        "Yes.\n--\nand please also cancel 4712",
        "Dear team,\n__\nYou sold me a lamp that does not light up at all, so I would\nlike my money back.",
    ],
)
def test_what_a_customer_says_below_dashes_is_no_signature(mail: str) -> None:
    assert new_text(mail, None) == mail


@pytest.mark.parametrize(
    "signature",
    [
        "Kim Berg\nExample Ltd",
        "Kim Berg\nThis e-mail is confidential and meant for its recipient alone.",
        "You received this message because you are subscribed to the group.\nTo stop, write to us@example.com.",
        "Example GmbH\nGeschäftsführer ist Herr Doktor Berg.",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.\n",
    ],
)
def test_small_print_in_a_signature_goes_with_it(signature: str) -> None:
    assert new_text(f"Yes, do.\n--\n{signature}", None) == "Yes, do."


def test_a_greeting_above_what_a_person_tells_of_is_no_answer_to_a_thread() -> None:
    mail = "Guten Tag,\n\nam 3.11.2026 schrieb Frau Braun:\n\nSie erhalten Ersatz.\n\nEs kam nichts an. Bitte melden."
    assert new_text(mail, None) == mail


@pytest.mark.parametrize("below", ["", "\nThat is all."])
def test_a_quote_that_crosses_the_analysed_length_stays_a_quote(below: str) -> None:
    quote = "\n".join(f"> line {number} of an old log" for number in range(8_000))
    reply = read_reply(f"Yes.\n\n{quote}{below}", None)
    assert reply.new.split("\n")[-1] == (below.strip() or "Yes.")
    assert ">" not in reply.new
    assert reply.quoted == quote


def test_a_plain_part_that_only_points_to_the_html_is_passed_over() -> None:
    stub = "Your mail program does not show HTML messages."
    assert new_text(stub, "<p>Please cancel my order 47.</p>") == "Please cancel my order 47."
    assert new_text(stub, "") == stub
    assert new_text("The HTML of your page is broken.", "<p>The HTML of your page is broken.</p>").startswith(
        "The HTML"
    )


def test_a_customers_line_about_outlook_with_a_link_stays() -> None:
    mail = "Hello,\n\nOutlook shows this, why? <https://aka.ms/o0ukef>"
    assert new_text(mail, None) == mail


@pytest.mark.parametrize(
    "heading",
    [
        "Shop schreef op 05-10-2026 09:12:",
        "Shop schreef op ma 05-10-2026 om 09:12 [+0200]:",
        "Shop schrieb am 05.10.2026 um 09:12:",
        "Shop a écrit le 05/10/2026 09:12 :",
        "Shop escribió el 2026-10-05 09:12:",
        "Shop ha scritto il 2026-10-05 09:12:",
        "Shop skrev den 2026-10-05 09:12:",
    ],
)
def test_a_name_a_verb_and_a_day_above_a_marked_quote_go_with_it(heading: str) -> None:
    assert new_text(f"Yes\n\n{heading}\n> old\n", None) == "Yes"
    assert heading in new_text(f"Yes\n\n{heading}\n\nold\n", None)
