"""What Twilio says of a number: the request of its own SDK, and its words in ours."""

from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.http import Answered
from heliogram.carriers.protocol import NO_LOOKUPS, Misconfigured
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.twilio import Twilio, TwilioSettings
from heliogram.model.number import Line, LookedUp, NoLookup
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal

from .books.twilio import ACCOUNT_SID, TwilioBook
from .kit import CALLBACK, account, answered, facts, ours
from .provider import Provider

TOKEN = "12345"
LOOKUPS: dict[str, Any] = {case["name"]: case for case in facts("twilio")["lookups"]}
LINE = LOOKUPS["lookup"]["answer"]["body"]["line_type_intelligence"]


def twilio(**settings: Any) -> Twilio:
    return Twilio(TwilioSettings(secret=TOKEN, account_sid=ACCOUNT_SID, **settings), ours())


def said_of(**line: Any) -> Answered:
    return answered(200, LOOKUPS["lookup"]["answer"]["body"] | {"line_type_intelligence": LINE | line})


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_is_the_request_that_twilios_own_sdk_sends(name: str) -> None:
    recorded = LOOKUPS[name]["request"]
    number = recorded["path"].partition("?")[0].rpartition("/")[2]
    request = twilio(lookups=True).lookup_for(number)
    assert request.url == "https://lookups.twilio.com" + recorded["path"]
    assert (request.method, request.headers, request.body) == (recorded["method"], recorded["headers"], b"")
    assert number not in request.shown or len(number) < 8


def test_what_twilio_says_of_a_number_is_read_as_its_sdk_reads_it() -> None:
    answer = LOOKUPS["lookup"]["answer"]
    found = twilio(lookups=True).looked_up_in(answered(answer["status"], answer["body"]))
    assert found == LookedUp(line=Line.VOIP, network="Twilio - SMS/MMS-SVR", mccmnc="24038")


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("mobile", Line.MOBILE),
        ("landline", Line.LANDLINE),
        ("fixedVoip", Line.VOIP),
        ("nonFixedVoip", Line.VOIP),
        ("tollFree", Line.TOLL_FREE),
        ("personal", None),
        ("unknown", None),
        ("something new", None),
        (None, None),
    ],
)
def test_each_word_of_twilios_for_a_line_is_ours_or_left_open(word: str | None, line: Line | None) -> None:
    found = twilio(lookups=True).looked_up_in(said_of(type=word, mobile_network_code=None))
    assert found == LookedUp(line=line, network="Twilio - SMS/MMS-SVR")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (answered(404, LOOKUPS["lookup of what is no number"]["answer"]["body"]), "20404 The requested resource"),
        (said_of(error_code=60601, type=None), "has no word on this number. It said: 60601."),
        (answered(200, {"valid": False, "validation_errors": ["TOO_SHORT"]}), "It said: TOO_SHORT."),
        (said_of(type="unknown", carrier_name=None, mobile_country_code=None, mobile_network_code=None), "number."),
        (answered(401, {"code": 20003, "message": "Authenticate"}), "The carrier refuses the account"),
        (answered(429, {"code": 20429, "message": "Too many"}), "The carrier asked us to slow down."),
        (answered(500, b"<html>"), "The carrier has trouble of its own. It said: HTTP 500."),
        (answered(200, b"<html>"), "nothing that can be read."),
    ],
)
def test_any_other_answer_of_twilios_is_no_word_and_says_why(answer: Answered, sentence: str) -> None:
    found = twilio(lookups=True).looked_up_in(answer)
    assert isinstance(found, NoLookup) and sentence in found.reason


@pytest.mark.parametrize("lookups", [True, False])
async def test_twilio_is_asked_over_a_socket_only_where_the_account_says_so(lookups: bool, tmp_path: Path) -> None:
    provider = Provider(book=TwilioBook(TOKEN, CALLBACK), journal=Journal(tmp_path / "journal"), faults=FaultBoard())
    await provider.start()
    settings = {"account_sid": ACCOUNT_SID, "lookups": lookups, "lookups_url": provider.url}
    carrier = carrier_for("twilio", account(TOKEN, settings))
    found = LookedUp(line=Line.MOBILE, network="T-Mobile USA, Inc.", mccmnc="310160")
    assert await carrier.look_up("+14159929960") == (found if lookups else NO_LOOKUPS)
    assert carrier.capabilities.looks_up is lookups
    await carrier.close()
    await provider.stop()


def test_lookups_go_to_an_address_that_is_one() -> None:
    with pytest.raises(Misconfigured, match="http"):
        twilio(lookups_url="lookups.twilio.com")
