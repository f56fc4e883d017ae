import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.http import Answered
from heliogram.carriers.protocol import NO_LOOKUPS, CallbackRefused, Misconfigured
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.telnyx import NEWS, WHY, Telnyx, TelnyxSettings
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.number import Line, LookedUp, NoLookup
from heliogram.model.parcel import THROTTLED, Accepted, MmsParcel, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal

from .books.telnyx import SETTINGS, TelnyxBook
from .kit import CALLBACK, account, answered, call, facts, ours, pictures
from .provider import AT, Call, Provider, Taken
from .sides import sms_parcel

FACTS = facts("telnyx")
CASES: dict[str, Any] = {case["name"]: case for case in FACTS["cases"]}
(SIGNED,) = FACTS["signatures"]
NOW = datetime.fromtimestamp(AT, UTC)
BOOK = TelnyxBook("KEY-12345", CALLBACK)
TAKEN = Taken(to="+18665550001", sender="+13125550001", text="")


def telnyx(at: datetime = NOW, **settings: Any) -> Telnyx:
    return Telnyx(TelnyxSettings(secret="KEY-12345", **{**SETTINGS, **settings}), ours(at=at))


def test_a_picture_message_has_the_fields_that_telnyxs_own_sdk_sends() -> None:
    recorded = CASES["picture message"]["request"]
    parcel = MmsParcel(
        key="abc-1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+13125550001",
        to_e164="+18665550001",
        text="hi",
        subject="S",
        media=pictures("a.jpg"),
    )
    request = telnyx().request_for(parcel)
    body = json.loads(request.body)
    wanted = {name: each for name, each in recorded["body"].items() if name != "webhook_failover_url"}
    assert body == wanted | {"webhook_url": CALLBACK}
    assert request.url == f"https://api.telnyx.com/v2{recorded['path']}"
    assert request.headers["Authorization"] == f"{recorded['scheme']} KEY-12345"
    assert request.headers["Idempotency-Key"] == recorded["idempotency_key"]


def test_a_text_goes_whole_and_with_its_profile_where_it_has_one() -> None:
    body = json.loads(telnyx(messaging_profile_id="p-1").request_for(sms_parcel(parts=("one ", "two"))).body)
    assert (body["text"], body["type"], body["messaging_profile_id"]) == ("one two", "SMS", "p-1")
    assert "media_urls" not in body


def test_a_recorded_answer_has_its_id() -> None:
    answer = CASES["picture message"]["answer"]
    outcome = telnyx().outcome_of(answered(answer["status"], answer["body"]))
    assert outcome == Accepted(carrier_ids=("b0c7e8cb-6227-4c74-9f32-c7f80c30934b",))


def test_a_recorded_refusal_is_understood() -> None:
    answer = CASES["opted out"]["answer"]
    outcome = telnyx().outcome_of(answered(answer["status"], answer["body"]))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == ("blocked_by_carrier", True)
    assert "40300 Messages cannot be sent from '…0001' to '…0001'" in outcome.reason


@pytest.mark.parametrize("code", sorted(WHY))
def test_every_code_is_understood(code: str) -> None:
    outcome = telnyx().outcome_of(answered(422, {"errors": [{"code": code, "title": "t"}]}))
    assert isinstance(outcome, Refused)
    assert outcome.code == WHY[code].value
    assert outcome.permanent is (outcome.code != THROTTLED)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"id": ""}}, {"data": {"id": 7}}, {"errors": []}])
def test_a_message_without_an_id_is_unknown(body: Any) -> None:
    assert isinstance(telnyx().outcome_of(answered(200, body)), Unknown)


# ── who calls ──


def recorded_call(**headers: str) -> Any:
    own = {"telnyx-timestamp": SIGNED["timestamp"], "telnyx-signature-ed25519": SIGNED["signature_b64"]}
    return call(SIGNED["payload"].encode(), own | {name.replace("_", "-"): each for name, each in headers.items()})


AT_THE_TIME = datetime.fromtimestamp(int(SIGNED["timestamp"]), UTC)


@pytest.mark.parametrize(("late_s", "is_heard"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_a_recorded_call_is_genuine_for_five_minutes(late_s: int, is_heard: bool) -> None:
    dialect = telnyx(AT_THE_TIME + timedelta(seconds=late_s), public_key=SIGNED["public_key_b64"])
    if is_heard:
        (event,) = dialect.heard_in(recorded_call()).events
        assert isinstance(event, ReceiptHeard)
        assert (event.carrier_id, event.news, event.about_e164) == ("m1", News.DELIVERED, "+18665550001")
    else:
        with pytest.raises(CallbackRefused, match="not this account's") as refused:
            dialect.heard_in(recorded_call())
        assert refused.value.status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"telnyx_signature_ed25519": ""}, 401),
        ({"telnyx_signature_ed25519": "é"}, 403),
        ({"telnyx_signature_ed25519": "AAAA"}, 403),
        ({"telnyx_signature_ed25519": base64.b64encode(b"x" * 64).decode()}, 403),
        ({"telnyx_timestamp": "1700000001"}, 403),
        ({"telnyx_timestamp": ""}, 403),
        ({"telnyx_timestamp": "9" * 400}, 403),
        ({"telnyx_timestamp": "²"}, 403),
    ],
)
def test_a_call_that_telnyx_did_not_sign_is_refused(headers: dict[str, str], status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        telnyx(AT_THE_TIME, public_key=SIGNED["public_key_b64"]).heard_in(recorded_call(**headers))
    assert refused.value.status == status


def test_another_accounts_key_is_a_strangers() -> None:
    with pytest.raises(CallbackRefused):
        telnyx(AT_THE_TIME).heard_in(recorded_call())


@pytest.mark.parametrize("body", [b"{}", b"[]", b"x", b'{"data": {"event_type": "message.sent"}}'])
def test_a_call_that_nobody_can_read_is_refused(body: bytes) -> None:
    made = BOOK.signed(body)
    with pytest.raises(CallbackRefused) as refused:
        telnyx().heard_in(call(made.body, dict(made.headers)))
    assert refused.value.status == 400


# ── what it says ──


def heard(made: Call) -> Any:
    return telnyx().heard_in(call(made.body, dict(made.headers))).events


@pytest.mark.parametrize(("status", "news"), [*NEWS.items(), ("new_word", News.UNKNOWN)])
def test_every_status_is_news(status: str, news: News) -> None:
    (event,) = heard(BOOK.receipt("m1", TAKEN, status))
    assert event.news is news


def test_a_failure_says_why() -> None:
    (event,) = heard(BOOK.receipt("m1", TAKEN, "delivery_failed", code="40008"))
    assert (event.news, event.code[:10]) == (News.UNDELIVERED, "40008: The")


def test_a_reply_is_heard() -> None:
    (event,) = heard(BOOK.inbound("in-1", "+18665550001", "72345", "STOP é"))
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address, event.text) == ("in-1", "+18665550001", "72345", "STOP é")


def test_the_media_of_a_reply_are_heard() -> None:
    media = [{"url": "https://cdn.example.com/a", "content_type": "image/png", "hash_sha256": None, "size": None}, {}]
    payload = {
        "id": "in-1",
        "from": {"phone_number": "+18665550001"},
        "to": [{"phone_number": "72345"}],
        "media": media,
    }
    (event,) = heard(BOOK.called("message.received", payload))
    assert [(each.url, each.content_type) for each in event.links] == [("https://cdn.example.com/a", "image/png")]
    assert telnyx().settings.media_access().headers == {"Authorization": "Bearer KEY-12345"}


@pytest.mark.parametrize("payload", [{"id": "", "to": [{}]}, {"id": "x"}, {"id": "x", "to": [{}], "from": {}}])
def test_what_names_no_message_or_no_phone_is_nobodys(payload: Any) -> None:
    assert heard(BOOK.called("message.received", payload)) == ()


@pytest.mark.parametrize("public_key", ["", "x", "AAAA", "é"])
def test_a_key_that_is_none_is_complained_about(public_key: str) -> None:
    with pytest.raises(Misconfigured, match="32 octets in base64"):
        carrier_for("telnyx", account("KEY-12345", {"public_key": public_key}))


def test_a_receipt_and_a_reply_say_whose_the_phone_is() -> None:
    told = {
        "id": "m1",
        "to": [{"phone_number": "+18665550001", "status": "delivered", "carrier": "T-Mobile USA, Inc."}],
    }
    (event,) = heard(BOOK.called("message.finalized", told))
    assert isinstance(event, ReceiptHeard) and event.network == "T-Mobile USA, Inc."
    sender = {"phone_number": "+13125550142", "carrier": "Verizon"}
    told = {"id": "m2", "from": sender, "to": [{"phone_number": "+18665550001"}], "text": "hi"}
    (event,) = heard(BOOK.called("message.received", told))
    assert isinstance(event, InboundHeard) and event.network == "Verizon"


# ── what a number is ──

(LOOKUP,) = FACTS["lookups"]
CARRIER = LOOKUP["answer"]["body"]["data"]["carrier"]


def said_of(**carrier: Any) -> Answered:
    return answered(200, {"data": {"valid_number": True, "carrier": CARRIER | carrier}})


def test_a_lookup_is_the_request_that_telnyxs_own_sdk_sends() -> None:
    recorded = LOOKUP["request"]
    request = telnyx(lookups=True).lookup_for("+13129457420")
    assert request.url == "https://api.telnyx.com/v2" + recorded["path"]
    assert (request.method, request.body) == (recorded["method"], b"")
    assert request.headers == {"Accept": recorded["accept"], "Authorization": f"{recorded['scheme']} KEY-12345"}
    assert "9457420" not in request.shown


def test_what_telnyx_says_of_a_number_is_read_as_its_sdk_has_it() -> None:
    answer = LOOKUP["answer"]
    found = telnyx(lookups=True).looked_up_in(answered(answer["status"], answer["body"]))
    assert found == LookedUp(line=Line.MOBILE, network="T-MOBILE USA, INC.", mccmnc="310120")
    # The primary network, where Telnyx knows it, is the name to compare with.
    found = telnyx(lookups=True).looked_up_in(said_of(normalized_carrier="T-Mobile", mobile_country_code="US"))
    assert found == LookedUp(line=Line.MOBILE, network="T-Mobile")


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("mobile", Line.MOBILE),
        ("fixed line", Line.LANDLINE),
        ("voip", Line.VOIP),
        ("toll free", Line.TOLL_FREE),
        ("fixed line or mobile", None),
        ("unknown", None),
        (None, None),
    ],
)
def test_each_word_of_telnyxs_for_a_line_is_ours_or_left_open(word: str | None, line: Line | None) -> None:
    found = telnyx(lookups=True).looked_up_in(said_of(type=word))
    assert found == LookedUp(line=line, network="T-MOBILE USA, INC.", mccmnc="310120")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (answered(404, {"errors": [{"code": "10005", "title": "Not found"}]}), "It said: 10005 Not found."),
        (
            answered(422, {"errors": [{"code": "10015", "detail": "is a Canadian number"}]}),
            "10015 is a Canadian number",
        ),
        (answered(401, {"errors": [{"code": "10009", "title": "Authentication failed"}]}), "refuses the account"),
        (answered(429, {"errors": []}), "The carrier asked us to slow down."),
        (answered(502, b"<html>"), "The carrier has trouble of its own. It said: HTTP 502."),
        (answered(200, {"data": {"valid_number": False, "carrier": CARRIER}}), "has no word on this number."),
        (answered(200, {"data": {"carrier": None}}), "has no word on this number."),
        (answered(200, {}), "nothing that can be read."),
    ],
)
def test_any_other_answer_of_telnyxs_is_no_word_and_says_why(answer: Answered, sentence: str) -> None:
    found = telnyx(lookups=True).looked_up_in(answer)
    assert isinstance(found, NoLookup) and sentence in found.reason


@pytest.mark.parametrize("lookups", [True, False])
async def test_telnyx_is_asked_over_a_socket_only_where_the_account_says_so(lookups: bool, tmp_path: Path) -> None:
    provider = Provider(book=BOOK, journal=Journal(tmp_path / "journal"), faults=FaultBoard())
    await provider.start()
    carrier = carrier_for("telnyx", account("KEY-12345", {**SETTINGS, "url": provider.url, "lookups": lookups}))
    found = LookedUp(line=Line.LANDLINE, network="Verizon")
    assert await carrier.look_up("+13129457420") == (found if lookups else NO_LOOKUPS)
    assert carrier.capabilities.looks_up is lookups
    await carrier.close()
    await provider.stop()
