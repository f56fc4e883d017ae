import json
from datetime import UTC, datetime
from typing import Any

import pytest

from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.sinch import MMS_NEWS, NEWS, Sinch, SinchSettings
from heliogram.model.event import InboundHeard, News
from heliogram.model.parcel import Accepted, MmsParcel, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault

from .books.sinch import SETTINGS, SinchBook
from .kit import CALLBACK, account, answered, call, facts, ours, pictures
from .provider import AT, Call, Taken
from .sides import sms_parcel

FACTS = facts("sinch")
(CASE,) = FACTS["cases"]
(SIGNED,) = FACTS["signatures"]
SECRET = "token-1:mms-key-1:foo_secret1234"
BOOK = SinchBook(SECRET, CALLBACK)
TAKEN = Taken(to="+15551231234", sender="15551256344", text="")
PICTURE = Taken(to="+15551231234", sender="15551256344", text="", media=("x",))


def sinch(at: float = AT, **changes: Any) -> Sinch:
    return Sinch(SinchSettings(secret=SECRET, **SETTINGS | changes), ours(at=datetime.fromtimestamp(at, UTC)))


def picture_parcel(n: int = 1, **changes: Any) -> MmsParcel:
    values: dict[str, Any] = {"sender": "+15551256344", "to_e164": "+15551231234", "text": "hi"} | changes
    media = pictures(*(f"{i}.jpg" for i in range(n)))
    return MmsParcel(key="c1", sender_kind=SenderKind.LONG_CODE, media=media, **values)


def test_a_text_has_the_fields_that_sinchs_own_sdk_sends() -> None:
    recorded = CASE["request"]
    request = sinch().request_for(sms_parcel(sender="+15551256344", to_e164="+15551231234", parts=("h", "i")))
    body = json.loads(request.body)
    # No parameters of theirs, one recipient a request, and the time is ours to choose.
    assert set(recorded["body"]) - set(body) == {"parameters", "send_at", "max_number_of_message_parts"}
    assert (body["to"], body["from"], body["body"], body["type"]) == (["15551231234"], "15551256344", "hi", "mt_text")
    assert body["callback_url"] == f"{CALLBACK}?key=foo_secret1234"
    assert request.url == f"https://us.sms.api.sinch.com{recorded['path']}"
    assert request.headers["Authorization"] == "Bearer token-1" and recorded["scheme"] == "Bearer"


def test_a_picture_message_has_a_slide_for_each_and_no_text_of_theirs_in_its_place() -> None:
    request = sinch(mms_url="https://api.ci.mblox.com/ep/v2/").request_for(picture_parcel(2))
    body = json.loads(request.body)
    first, second = ({"image": {"url": f"https://cdn.example.com/{i}.jpg"}} for i in range(2))
    assert body["slide"] == [first | {"message-text": "hi"}, second]
    assert (body["action"], body["message-subject"], body["disable-fallback-sms"]) == ("sendmms", "MMS", True)
    assert (request.url, request.headers["x-api-key"]) == ("https://api.ci.mblox.com/ep/v2/", "mms-key-1")


@pytest.mark.parametrize(
    ("parcel", "fits"),
    [
        (sms_parcel(parts=("x" * 2000,)), True),
        (sms_parcel(parts=("x" * 2001,)), False),
        (picture_parcel(8), True),
        (picture_parcel(9), False),
        (picture_parcel(subject="x" * 80), True),
        (picture_parcel(subject="x" * 81), False),
    ],
)
def test_what_is_too_much_is_not_sent(parcel: Any, fits: bool) -> None:
    if fits:
        assert sinch().request_for(parcel).body
    else:
        with pytest.raises(OurFault):
            sinch().request_for(parcel)


def test_an_answer_of_either_api_has_its_id() -> None:
    outcome = sinch().outcome_of(answered(CASE["answer"]["status"], CASE["answer"]["body"]))
    assert outcome == Accepted(carrier_ids=("01FC66621XXXXX119Z8PMV1QPQ",))
    taken = {"status": "Success", "tracking-id": "MMS_1"}
    assert sinch().outcome_of(answered(200, taken)) == Accepted(carrier_ids=("MMS_1",))
    assert isinstance(sinch().outcome_of(answered(200, {"status": "Success"})), Unknown)


@pytest.mark.parametrize(("code", "why"), [("E111", "sender_refused"), ("E999", "request_refused")])
def test_a_success_that_refuses_the_message_is_a_refusal(code: str, why: str) -> None:
    said = {"status": "Failure", "error-code": code, "error-info": "Invalid shortcode", "tracking-id": "MMS_1"}
    outcome = sinch().outcome_of(answered(200, said))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (why, True)
    assert f"{code} Invalid shortcode" in outcome.reason


# ── who calls ──

GOOD = BOOK.receipt("u1", TAKEN)


@pytest.mark.parametrize(("late", "is_heard"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_recorded_signature_is_genuine_for_five_minutes(late: int, is_heard: bool) -> None:
    at = float(SIGNED["headers"]["x-sinch-webhook-signature-timestamp"]) + late
    recorded = call(SIGNED["body"].encode(), SIGNED["headers"])
    if is_heard:
        (event,) = sinch(at).heard_in(recorded).events
        assert (event.unique, event.from_e164) == ("01XXXXX21XXXXX119Z8P1XXXXX", "+15551231234")
    else:
        with pytest.raises(CallbackRefused):
            sinch(at).heard_in(recorded)


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (Call(headers={}, body=GOOD.body), 401),
        (Call(headers=GOOD.headers, body=GOOD.body + b" "), 401),
        (Call(headers=GOOD.headers | {"x-sinch-webhook-signature-nonce": "n2"}, body=GOOD.body), 401),
        (BOOK.signed({}, nonce=""), 401),
        (SinchBook("token-1:mms-key-1:another-key", CALLBACK).receipt("u1", TAKEN), 401),
        (Call(headers={}, body=GOOD.body, query="key=mms-key-1"), 403),
        (Call(headers={}, body=b"[", query="key=foo_secret1234"), 400),
        (Call(headers={}, body=b" " * 262_145, query="key=foo_secret1234"), 413),
    ],
)
def test_a_call_of_a_stranger_or_one_that_nobody_can_read_is_refused(made: Call, status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        sinch().heard_in(call(made.body, dict(made.headers), query=made.query))
    assert refused.value.status == status and "foo_secret" not in str(refused.value)


# ── what it says ──


def heard(made: Call) -> Any:
    return sinch().heard_in(call(made.body, dict(made.headers), query=made.query)).events


@pytest.mark.parametrize(
    ("taken", "status", "news"),
    [
        *((TAKEN, status, news) for status, news in NEWS.items()),
        *((PICTURE, code, news) for code, news in MMS_NEWS.items()),
        (TAKEN, "Delivered", News.DELIVERED),
        (TAKEN, "UNKNOWN", News.UNKNOWN),
        (PICTURE, "N202", News.UNKNOWN),
    ],
)
def test_every_status_is_news(taken: Taken, status: str, news: News) -> None:
    (event,) = heard(BOOK.receipt("u1", taken, status))
    assert (event.carrier_id, event.news, event.about_e164) == ("u1", news, "+15551231234")
    assert "15551231234" not in event.raw


def test_a_failure_has_its_code_and_a_success_none() -> None:
    assert heard(BOOK.receipt("u1", TAKEN, "FAILED", code=417))[0].code == "417"
    assert heard(BOOK.receipt("u1", PICTURE, "E102"))[0].code == "E102"
    assert heard(BOOK.receipt("u1", PICTURE))[0].code == ""


def test_a_reply_is_heard_in_each_of_its_forms() -> None:
    (event,) = heard(BOOK.inbound("in-1", "+15551231234", "72345", "STOP é"))
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address, event.text) == ("in-1", "+15551231234", "72345", "STOP é")
    media = {"type": "mo_media", "id": "in-2", "from": "15551231234", "to": "1", "body": {"message": "Stop"}}
    assert heard(BOOK.signed(media))[0].text == "Stop"
    several = [{"url": "https://s3.test/a", "content_type": "image/gif", "status": "Uploaded", "code": 0}]
    several += [{"url": None, "content_type": "image/gif", "status": "Failed", "code": 1}]  # type: ignore[dict-item]
    links = heard(BOOK.signed(media | {"body": {"message": "", "media": several}}))[0].links
    assert [(each.url, each.content_type) for each in links] == [("https://s3.test/a", "image/gif")]
    assert heard(BOOK.signed(media | {"from": "72345"})) == heard(BOOK.signed(media | {"type": "new"})) == ()


def test_the_word_that_a_picture_message_begins_with_counts_before_its_subject() -> None:
    told = {"origin": "MMS_MO", "code": "N401", "from": "15551231234", "to": "72345", "tracking-id": "mo1"}
    (event,) = heard(BOOK.keyed(told | {"keyword": "STOP", "message-subject": "Re: Sale"}))
    assert (event.unique, event.text) == ("mo1", "STOP")
    assert heard(BOOK.keyed(told | {"message-subject": "Question"}))[0].text == "Question"
    files = [
        {"file": "https://cdn.test/a.jpg"},
        {"file": "https://cdn.test/a.smil"},
        {"file": "https://cdn.test/a.txt"},
    ]
    links = heard(BOOK.keyed(told | {"content": files}))[0].links
    assert [each.url for each in links] == ["https://cdn.test/a.jpg", "https://cdn.test/a.txt"]


@pytest.mark.parametrize("secret", ["a", "a:b", "a:b:", "a::callback-key", ":b:callback-key", "a:b:short-1"])
def test_an_account_has_three_secrets(secret: str) -> None:
    with pytest.raises(Misconfigured, match="a callback key"):
        carrier_for("sinch", account(secret, SETTINGS))


@pytest.mark.parametrize(
    "changed",
    [{"service_plan_id": "a/b"}, {"service_id": ""}, {"mms_url": "ep"}, {"subject": ""}, {"subject": "x" * 81}],
)
def test_settings_that_cannot_work_are_complained_about(changed: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as complaint:
        carrier_for("sinch", account(SECRET, SETTINGS | changed))
    assert str(complaint.value).endswith(".")
