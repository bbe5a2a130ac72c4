"""Below a line of dashes a signature goes; what a customer goes on with stays, in however few words."""

import pytest

from postroom_kit.mail_reading import new_text, parse


@pytest.mark.parametrize(
    "mail",
    [
        "Steps:\n1. Press A\n--\n2. Press B\n--\n3. Nothing happens",
        "Order 47\n--\nOrder 48\n--\nCancel both",
        "Sizes:\n__\nM, L\n__\nColours:\nblue",
        "I need a refund.\n\n--\nOrder: 47\nAmount: 49 EUR",
        "Address change\n-- \nNew: 12 Elm Street, Leeds\nOld: 5 High Street",
        "Bitte stornieren.\n--\nKundennummer 4711\nRechnung 47",
        "Thanks\n\n--\n0123 4567 please call",
        "Ok.\n--\nCancel 48 too",
        "Ok\n--\nStorno bitte",
        "Both of these\n--\nWF-20418\nWF-20419",
        "Can I swap it?\n--\nsize M\nblue",
        "We order\n--\n2x lamp\n3x shade",
        "We order\n--\ndesk 90 EUR\nchair 40 EUR",
        "We order\n--\ndesk €90\nchair €40",
        "My money back\n--\nIBAN DE00 0000 0000\nAnn Cole",
        "D'accord\n--\nannulez aussi la 48 svp",
        "Vale\n--\nfactura 48 también",
        "Va bene\n--\nrimborso per il 48",
        "Goed\n--\nbestelling 48 ook",
        "Ok\n--\nfaktura 48 också",
        "Dobrze\n--\nzwrot 48",
        "Да\n--\nотмените заказ 47",
        "Tamam\n--\n48 iade",
        "はい\n--\n注文番号4711をキャンセル",
        "好\n--\n退款",
        "네\n--\n환불",
    ],
)
def test_a_customers_few_words_below_dashes_stay(mail: str) -> None:
    assert new_text(mail, None).split() == mail.split()


@pytest.mark.parametrize("dashes", ["-- ", "--", "—", "__"])
@pytest.mark.parametrize(
    "signature",
    [
        "Bob",
        "bob ray",
        "Bob Ray\nSales Manager, Example Ltd\n12 Elm Street, Leeds LS1 4AB\nT: +44 20 7946 0000\nwww.example.com",
        "Bob Ray | Example Ltd | +44 20 7946 0000",
        "Tel: +44 20 7946 0000\nbob@example.com",
        "Bob Ray\nD-04109 Leipzig\nHRB 4711",
        "Bob Ray\nTel: 020 7946 0000 x204",
        "Dr. Ann Köhler\nLeiterin Einkauf\n\nExample GmbH\nElmstr. 12, 04109 Leipzig\nTelefon: 0341 00000\nHRB 4711",
        "Viele Grüße\nAnn Köhler\nBestellhotline 0341 000",
        "Ann Cole\nDirectrice commerciale\nTél. : 01 00 00 00 00",
        "Ana Ruiz\nMóvil: 600 000 000",
        "佐藤 花子\n株式会社サンプル\n電話：03-0000-0000",
        "王伟\n示例有限公司\n电话：010-0000 0000",
        "CONFIDENTIALITY NOTICE: this e-mail is meant for its recipient alone.",
        "Bob\nPlease consider the environment before you print this.",
    ],
)
def test_a_signature_goes(dashes: str, signature: str) -> None:
    assert new_text(f"Yes, cancel it.\n\n{dashes}\n{signature}", None) == "Yes, cancel it."


@pytest.mark.parametrize(
    "words",
    [
        "Sent from my iPhone 12 I could not log in.",
        "Sent from my iPad it works",
        "Sent from my phone, does not work",
        "Gesendet von meinem Handy geht nicht",
        "Envoyé de mon iPhone mais pas reçu",
    ],
)
def test_a_sentence_that_begins_like_a_phones_line_stays(words: str) -> None:
    assert new_text(f"Hello,\n\n{words}", None) == f"Hello,\n\n{words}"


def test_a_parcels_sender_and_addressee_are_no_header_of_a_mail() -> None:
    mail = (
        "Never came.\n\nFrom: Ann, 12 Elm Street\nTo: Bob, 5 High Street\nSent: 3 May\nSubject: return\n\nWhere is it?"
    )
    assert new_text(mail, None) == mail


@pytest.mark.parametrize("blank", ["\n", " ", " \n", "\t\n"])
def test_a_mail_of_blank_lines_keeps_its_words(blank: str) -> None:
    raw = b"From: ann@example.com\nSubject: Re: order\n\nHi" + blank.encode() * 50_000 + b"please cancel it"
    assert parse(raw).reply_text.split() == ["Hi", "please", "cancel", "it"]
