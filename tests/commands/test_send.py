"""`heliogram send` inside one process: judged by the simulator's journal, its own figures and its exit code."""

import socket
from collections import Counter
from typing import Any

import pytest

from tests.commands.desk import ATTESTED, NOTHING, Desk, adds_up
from tests.whole.stage import Stage, control, wait_until

ADA, BOB, CLEO = "+13125550111", "+14165550112", "+447400100113"
ESME_RINVDSTADR = 0x0B
"""Refused for good (SMPP v3.4 §5.1.3)."""
SET_SETTING = "UPDATE accounts SET settings = json_set(settings, '$.{}', {}) WHERE carrier = '{}'"


def _submits(carrier: Stage, *phones: str, since: int = 0) -> Counter[str]:
    lines = list(carrier.journal())[since:]
    return Counter(
        line["to"] for line in lines if line["kind"] == "submit" and line.get("part", 1) == 1 and line["to"] in phones
    )


def _n_lines(carrier: Stage) -> int:
    return len(list(carrier.journal()))


def test_everyone_gets_it_once_and_the_figures_add_up_to_the_rows_of_the_file(shop: Desk, carrier: Stage) -> None:
    since = _n_lines(carrier)
    shop.people(ADA, BOB, CLEO, ADA, extra="banana,Nobody\n+15,Short\n")
    told = shop.send(*ATTESTED, "--json")
    assert (told.code, told.err) == (0, "")
    answer = told.json()
    assert _submits(carrier, ADA, BOB, CLEO, since=since) == {ADA: 1, BOB: 1, CLEO: 1}
    assert answer["rows"] == {
        **dict.fromkeys(("sent", "undelivered", "failed", "unknown", "held", "queued", "sending"), 0),
        "canceled": 0,
        "skipped": 0,
        "rows": 6,
        "accounted": 6,
        "rejected": 3,
        "delivered": 3,
    }


def test_receipts_for_pictures_come_in_while_the_command_runs_without_a_server(shop: Desk, carrier: Stage) -> None:
    since = _n_lines(carrier)
    shop.people(ADA)
    told = shop.send(*ATTESTED)
    assert told.code == 0
    assert "1  confirmed on the phone" in told.out
    assert "mm7" in {line.get("protocol") for line in list(carrier.journal())[since:]}


def test_a_real_run_shows_a_bar_and_ends_with_every_row_in_words(shop: Desk) -> None:
    shop.people(ADA, CLEO, ADA, extra="banana,Nobody\n")
    told = shop.send(*ATTESTED, "--name", "May menu")
    assert "Handing over" in told.err
    assert "2/2" in told.err
    for words in (
        "“May menu” to 2 people of “Offers”",
        "2  confirmed on the phone",
        "1  with the number of an earlier row",
        "1  with a number or a row that cannot be used",
        "4  rows in the file",
        "1  as picture message (MMS)",
        "1  as text with a link to the picture (SMS + link)",
        "Row 4 “+13125550111”: Row 2 has the same number.",
        "Row 5 “banana”: A telephone number has no letters.",
        "while “heliogram serve” runs",
    ):
        assert words in told.out, words


def test_without_an_attestation_people_with_no_consent_are_left_out_and_told_so(shop: Desk, carrier: Stage) -> None:
    since = _n_lines(carrier)
    shop.people(ADA, BOB)
    told = shop.send()
    assert told.code == 0
    assert "2  left out by rule" in told.out
    assert "No consent is on record for this group." in told.out
    assert "2 people have no consent on record for this group, so nothing goes to them." in told.out
    assert '--attest-consent "…"' in told.out
    assert _submits(carrier, ADA, BOB, since=since) == {}
    assert shop.rows()["consent_facts"] == 0


def test_an_attestation_is_recorded_as_an_import_with_its_words(shop: Desk) -> None:
    shop.people(ADA)
    shop.send(*ATTESTED)
    facts = shop.query("SELECT phone_e164, state, source, evidence FROM consent_facts")
    assert facts == [(ADA, "subscribed", "import", ATTESTED[1])]


def test_an_attestation_never_resubscribes_who_opted_out(shop: Desk, carrier: Stage) -> None:
    shop.people(ADA, BOB)
    shop.send(*ATTESTED)
    control(carrier, "POST", f"/phones/{ADA}/reply", {"to": "+13125550100", "text": "STOP"})

    def is_heard() -> bool:
        """The carrier keeps the reply until somebody listens: the next command that sends."""
        shop.people(BOB)
        shop.send(*ATTESTED)
        return (ADA, "unsubscribed") in shop.query("SELECT phone_e164, state FROM consent_facts")

    wait_until("the reply is heard", is_heard, within_s=60)
    shop.people(ADA, BOB)
    since = _n_lines(carrier)
    told = shop.send(*ATTESTED)
    assert "1 people have unsubscribed, and stay unsubscribed." in told.out
    assert "This person has unsubscribed from this group." in told.out
    assert _submits(carrier, ADA, BOB, since=since) == {BOB: 1}
    states = shop.query(f"SELECT state, source FROM consent_facts WHERE phone_e164 = '{ADA}' ORDER BY id")
    assert states == [("subscribed", "import"), ("unsubscribed", "keyword")]


def test_a_dry_run_says_what_would_happen_and_stores_and_sends_nothing(shop: Desk, carrier: Stage) -> None:
    since = _n_lines(carrier)
    shop.people(ADA, BOB, CLEO, ADA, "+819012345678", extra="banana,Nobody\n")
    told = shop.send(*ATTESTED, "--dry-run")
    assert told.code == 0
    for words in (
        "Dry run: nothing was stored or sent.",
        "2  would get the picture (MMS)",
        "2  would get a text with a link to the picture (SMS + link)",
        "0  would be left out",
        "6  rows in the file",
        "Segments of the texts: 2 (2 × 1 segment).",
        "Picture from the long code +13125550100: ",
        "(at most 721,167), to 2 people.",
        f"Picture behind the link: {shop.picture().stat().st_size:,} bytes, for 2 people.",
        "The text does not say how to opt out.",
    ):
        assert words in told.out, words
    assert shop.rows() == NOTHING
    assert _n_lines(carrier) == since


def test_a_dry_run_gives_each_reason_its_number(shop: Desk) -> None:
    shop.people(ADA, BOB, CLEO)
    told = shop.send("--dry-run", "--json")
    estimate = told.json()["estimate"]
    assert [(each["reason"], each["n"]) for each in estimate["skipped_by_reason"]] == [("no_consent", 3)]
    assert adds_up(told.json()["rows"])
    assert "3  No consent is on record for this group." in shop.send("--dry-run").out


def test_a_dry_run_does_not_hand_over_what_waits_from_before(shop: Desk, carrier: Stage) -> None:
    since = _n_lines(carrier)
    shop.people(CLEO)
    shop.query(SET_SETTING.format("port", 1, "smpp"))
    told = shop.send(*ATTESTED, "--no-wait")
    assert "1  still waiting to be handed over" in told.out
    assert "What still waits goes out while “heliogram serve” runs." in told.out
    shop.query(SET_SETTING.format("port", carrier.smpp_port, "smpp"))
    # It opens no door for carriers either, so a port in use is none of its business.
    with socket.create_server(("127.0.0.1", shop.stage.port)):
        assert shop.send(*ATTESTED, "--dry-run").code == 0
    assert _submits(carrier, CLEO, since=since) == {}
    shop.people(ADA)
    shop.send(*ATTESTED)
    assert _submits(carrier, CLEO, since=since) == {CLEO: 1}


@pytest.mark.parametrize(
    ("faults", "phone", "state", "words"),
    [
        ({"refuse_status": ESME_RINVDSTADR, "refuse_n": 1}, CLEO, "failed", "the carrier did not take them"),
        ({"lose_answers_n": 1, "lose_receipts_n": 1}, ADA, "unknown", "no answer came, and they are not sent again"),
    ],
)
def test_who_failed_or_is_not_known_makes_the_exit_code_3(
    shop: Desk, carrier: Stage, faults: dict[str, Any], phone: str, state: str, words: str
) -> None:
    shop.people(phone)
    shop.query(SET_SETTING.format("timeout_s", 1, "mm7"))
    control(carrier, "PUT", "/faults", faults)
    told = shop.send(*ATTESTED)
    assert told.code == 3
    assert words in told.out
    control(carrier, "DELETE", "/faults")
    states = shop.query("SELECT state FROM message_states")
    assert states == [(state,)]


def test_text_and_link_for_everyone_is_a_choice(shop: Desk, carrier: Stage) -> None:
    since = _n_lines(carrier)
    shop.people(ADA)
    told = shop.send(*ATTESTED, "--as-link")
    assert "The author chose text + link." in told.out
    (line,) = [each for each in list(carrier.journal())[since:] if each["kind"] == "submit"]
    assert (line["protocol"], line["to"]) == ("smpp", ADA)
    assert "/p/" in line["text"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--group", "Nobody"], "There is no group “Nobody”. The groups are: “Offers”."),
        (["--text", "Hi {{ first_name"], "is never closed"),
        (["--text", " "], "The text is empty."),
        (["--to", "missing.csv"], "missing.csv cannot be read: No such file or directory."),
        (["--media", "missing.jpg"], "missing.jpg cannot be read: No such file or directory."),
        (["--url", "http://127.0.0.1:1"], "The server does not answer"),
    ],
)
def test_bad_input_ends_with_2_a_sentence_and_nothing_stored(shop: Desk, options: list[str], sentence: str) -> None:
    shop.people(ADA)
    told = shop.send(*options)
    assert (told.code, told.out) == (2, "")
    assert sentence in told.err
    assert shop.rows() == NOTHING


def test_a_program_gets_a_refusal_as_one_object_too(shop: Desk) -> None:
    shop.people(ADA)
    told = shop.send("--group", "Nobody", "--json")
    assert told.code == 2
    assert told.json() == {
        "error": {"code": "not_found", "detail": "There is no group “Nobody”. The groups are: “Offers”."}
    }


def test_a_port_in_use_is_said_before_anything_is_sent(shop: Desk) -> None:
    shop.people(ADA)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = shop.run(
            *("send", "--group", "Offers", "--to", str(shop.folder / "people.csv"), "--text", "Hi"),
            HELIOGRAM_PORT=str(taken.getsockname()[1]),
        )
    assert told.code == 2
    assert "cannot be used" in told.err
    assert "HELIOGRAM_PORT" in told.err
    assert shop.rows() == NOTHING


def test_an_empty_folder_says_how_to_begin(desk: Desk) -> None:
    desk.people(ADA)
    told = desk.send()
    assert told.code == 2
    assert "heliogram accounts add" in told.err
