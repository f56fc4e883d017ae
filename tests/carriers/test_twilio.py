from typing import Any
from urllib.parse import parse_qsl

import pytest

from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.refusals import PASSING
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.twilio import NEWS, WHY, Twilio, TwilioSettings, signature_of, written_as
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import MEDIA_REFUSED, THROTTLED, Accepted, MmsParcel, Parcel, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault

from .books.twilio import ACCOUNT_SID, TwilioBook
from .kit import CALLBACK, account, answered, call, facts, ours, pictures
from .provider import Call, Received, Taken
from .sides import mms_parcel, sms_parcel

FACTS = facts("twilio")
CASES: dict[str, Any] = {case["name"]: case for case in FACTS["cases"]}
SIGNATURES: list[dict[str, Any]] = FACTS["signatures"]
TOKEN = "12345"
SID = "SM1342fe1b2c904d1ab04f0fc7a58abca9"
TAKEN = Taken(to="+15558675310", sender="+15017122661", text="")
BOOK = TwilioBook(TOKEN, CALLBACK)


def twilio(callback_url: str = CALLBACK, **settings: Any) -> Twilio:
    own = TwilioSettings(secret=TOKEN, account_sid=ACCOUNT_SID, **settings)
    return Twilio(own, ours(callback_url))


def text_parcel(text: str) -> Parcel:
    return sms_parcel(parts=(text,), sender="+15017122661", to_e164="+15558675310")


def picture_parcel() -> MmsParcel:
    return MmsParcel(
        key="m1.1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+15017122661",
        to_e164="+15558675310",
        text="Hello",
        media=pictures("a.jpg", "b.png"),
    )


# ── the request ──


@pytest.mark.parametrize(
    ("name", "parcel", "settings"),
    [
        ("text", text_parcel("Hello 👋"), {}),
        (
            "text by a service, with a validity",
            text_parcel("Hello"),
            {"messaging_service_sid": "MG" + "0" * 32, "validity_s": 600},
        ),
        ("picture message", picture_parcel(), {}),
    ],
)
def test_a_request_is_what_twilios_own_sdk_sends(name: str, parcel: Parcel, settings: dict[str, Any]) -> None:
    recorded = CASES[name]["request"]
    dialect = Twilio(
        TwilioSettings(secret=TOKEN, account_sid=ACCOUNT_SID, **settings),
        ours(media_url=lambda part: f"https://sms.example.com/m/t{1 + (part.filename == 'b.png')}/{part.filename}"),
    )
    request = dialect.request_for(parcel)
    assert request.url == f"https://api.twilio.com{recorded['path']}"
    assert dict(request.headers) == recorded["headers"]
    assert parse_qsl(request.body.decode()) == parse_qsl(recorded["body"])
    headers = {name.lower(): value for name, value in request.headers.items()}
    BOOK.read(Received(method="POST", path=recorded["path"], headers=headers, body=request.body))


def test_a_text_is_handed_over_whole_and_no_character_may_be_changed() -> None:
    request = twilio().request_for(sms_parcel(parts=("one ", "two")))
    fields = dict(parse_qsl(request.body.decode()))
    assert (fields["Body"], fields["SmartEncoded"]) == ("one two", "false")
    assert "one two" not in request.shown and "+13125550142" not in request.shown


def test_a_picture_without_words_has_no_body() -> None:
    parcel = MmsParcel(
        key="m1.1", sender_kind=SenderKind.SHORT_CODE, sender="72345", to_e164="+1", text="", media=pictures("a.jpg")
    )
    names = [name for name, _ in parse_qsl(twilio().request_for(parcel).body.decode())]
    assert "Body" not in names and names.count("MediaUrl") == 1


@pytest.mark.parametrize(("n", "fits"), [(1600, True), (1601, False)])
def test_a_body_has_at_most_1600_characters(n: int, fits: bool) -> None:
    if fits:
        assert twilio().request_for(sms_parcel(parts=("x" * n,))).body
    else:
        with pytest.raises(OurFault):
            twilio().request_for(sms_parcel(parts=("x" * n,)))


@pytest.mark.parametrize(("n", "fits"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_picture_message_has_one_to_ten_media(n: int, fits: bool) -> None:
    parcel = MmsParcel(
        key="k", sender_kind=SenderKind.LONG_CODE, sender="+1", to_e164="+1", text="", media=pictures(*["a"] * n)
    )
    if fits:
        assert twilio().request_for(parcel).body.count(b"MediaUrl") == n
    else:
        with pytest.raises(OurFault):
            twilio().request_for(parcel)


# ── the answer ──


@pytest.mark.parametrize("name", ["text", "picture message"])
def test_what_twilio_took_has_its_id(name: str) -> None:
    answer = CASES[name]["answer"]
    assert twilio().outcome_of(answered(answer["status"], answer["body"])) == Accepted(
        carrier_ids=(CASES[name]["sdk"]["sid"],)
    )


@pytest.mark.parametrize(
    ("name", "code", "permanent"),
    [("opted out", "blocked_by_carrier", True), ("wrong token", "account_refused", False)],
)
def test_a_recorded_error_is_understood(name: str, code: str, permanent: bool) -> None:
    answer = CASES[name]["answer"]
    outcome = twilio().outcome_of(answered(answer["status"], answer["body"]))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (code, permanent)
    assert f"It said: {answer['body']['code']} {answer['body']['message']}." in outcome.reason


@pytest.mark.parametrize("number", sorted(WHY))
def test_every_code_gives_a_sentence_and_says_whether_it_lasts(number: int) -> None:
    outcome = twilio().outcome_of(answered(400, {"code": number, "message": "…", "status": 400}))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (WHY[number].value, WHY[number] not in PASSING)
    assert len(outcome.reason.split(". ")[0]) > 20


def test_a_number_that_takes_no_picture_is_a_refusal_that_text_with_a_link_can_mend() -> None:
    for code in (21620, 21621, 12300):
        outcome = twilio().outcome_of(answered(400, {"code": code, "message": "", "status": 400}))
        assert isinstance(outcome, Refused) and outcome.code == MEDIA_REFUSED


def test_too_many_requests_wait_as_long_as_twilio_says() -> None:
    outcome = twilio().outcome_of(answered(429, {"code": 20429, "message": "Too Many Requests"}, retry_after="7"))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent, outcome.retry_after_s) == (THROTTLED, False, 7.0)


def test_a_message_that_failed_at_once_is_refused() -> None:
    outcome = twilio().outcome_of(answered(201, {"sid": SID, "status": "failed", "error_code": 21610}))
    assert isinstance(outcome, Refused) and outcome.permanent


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (201, {}),
        (201, {"sid": ""}),
        (201, {"sid": "x" * 201}),
        (201, {"sid": "a\nb"}),
        (201, b"<html>"),
        (200, b"[" * 100_000),
        (200, b'{"sid": "\xff"}'),
        (500, {"code": 20500, "message": "Internal"}),
        (502, b""),
    ],
)
def test_an_answer_that_does_not_say_leaves_the_outcome_unknown(status: int, body: Any) -> None:
    assert isinstance(twilio().outcome_of(answered(status, body)), Unknown)


@pytest.mark.parametrize(
    ("status", "body"), [(400, b"no json"), (302, b""), (400, [1]), (400, {"code": "x"}), (400, {"code": 99999})]
)
def test_a_refusal_in_no_known_words_is_judged_by_its_http_status(status: int, body: Any) -> None:
    outcome = twilio().outcome_of(answered(status, body))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == ("request_refused", True)


# ── who calls ──


@pytest.mark.parametrize("vector", SIGNATURES, ids=lambda vector: str(vector["name"]))
def test_a_recorded_signature_is_ours(vector: dict[str, Any]) -> None:
    fields = [tuple(each) for each in vector.get("params_list", [])] or list(vector.get("params", {}).items())
    token = vector.get("auth_token", "12345")
    assert signature_of(token, vector["url"], fields) == vector["signature"]
    assert signature_of(token + "x", vector["url"], fields) != vector["signature"]


def test_a_body_that_is_no_form_is_signed_by_its_hash() -> None:
    (vector,) = [each for each in SIGNATURES if "body" in each]
    address, _, query = vector["url"].partition("?")
    headers = {"X-Twilio-Signature": vector["signature"], "Content-Type": "application/json"}
    ours = twilio(address)
    with pytest.raises(CallbackRefused) as read:
        ours.heard_in(call(vector["body"].encode(), headers, query=query))
    assert read.value.status == 400  # genuine, and about nothing that we know
    with pytest.raises(CallbackRefused) as refused:
        ours.heard_in(call(b'{"property": "changed"}', headers, query=query))
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("url", "tried"),
    [
        ("https://a.example/x", ["https://a.example/x", "https://a.example:443/x"]),
        ("http://a.example:80/x", ["http://a.example/x", "http://a.example:80/x"]),
        ("https://a.example:8443/x", ["https://a.example:8443/x"]),
    ],
)
def test_an_address_is_tried_with_its_default_port_and_without(url: str, tried: list[str]) -> None:
    assert written_as(url, "") == tried
    assert written_as(url, "a=1") == [f"{each}?a=1" for each in tried]


def _changed(made: Call, **headers: str) -> Call:
    return Call(headers={**made.headers, **headers}, body=made.body)


RECEIPT = BOOK.receipt(SID, TAKEN)


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (_changed(RECEIPT, **{"X-Twilio-Signature": ""}), 401),
        (_changed(RECEIPT, **{"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}), 403),
        (_changed(RECEIPT, **{"X-Twilio-Signature": "é"}), 403),
        (Call(headers=RECEIPT.headers, body=RECEIPT.body + b"&More=1"), 403),
        (_changed(RECEIPT, **{"Content-Type": "text/plain"}), 403),
        (TwilioBook("other", CALLBACK).receipt(SID, TAKEN), 403),
        (TwilioBook(TOKEN, "https://elsewhere.example/carriers/a1").receipt(SID, TAKEN), 403),
        (Call(headers=RECEIPT.headers, body=b"\xff=\xfe"), 400),
        (Call(headers=RECEIPT.headers, body=b"a=1&" * 70_000), 413),
        (Call(headers=RECEIPT.headers, body=b"a=1&" * 2_000), 400),
        (BOOK.signed({"Body": "Hi"}), 400),
    ],
)
def test_a_call_that_twilio_did_not_sign_or_nobody_can_read_is_refused_with_a_reason(made: Call, status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        twilio().heard_in(call(made.body, dict(made.headers)))
    assert refused.value.status == status
    assert str(refused.value).endswith(".")
    assert TOKEN not in str(refused.value)


def test_a_call_that_is_no_post_is_told_so() -> None:
    with pytest.raises(CallbackRefused) as refused:
        twilio().heard_in(call(b"", {}, method="GET"))
    assert refused.value.status == 405


# ── what it says ──


def heard(made: Call) -> Any:
    found = twilio().heard_in(call(made.body, dict(made.headers)))
    assert (found.stored.status, found.stored.body, found.not_stored.status) == (200, b"<Response/>", 503)
    return found.events


def test_the_recorded_status_callback_is_a_receipt() -> None:
    (vector,) = [each for each in SIGNATURES if each["name"] == "status callback"]
    made = Call(headers=BOOK.signed({}).headers | {"X-Twilio-Signature": vector["signature"]}, body=b"")
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in vector["params"].items()).encode()
    found = twilio("https://sms.example.com/cb").heard_in(call(body, dict(made.headers)))
    (event,) = found.events
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.about_e164) == (SID, News.DELIVERED, "+15558675310")
    assert "RawDlrDoneDate=2607171206" in event.raw and "8675310" not in event.raw


@pytest.mark.parametrize(("status", "news"), [*NEWS.items(), ("partially_delivered", News.UNKNOWN)])
def test_every_status_is_news(status: str, news: News) -> None:
    (event,) = heard(BOOK.receipt(SID, TAKEN, status))
    assert event.news is news


@pytest.mark.parametrize(
    ("status", "code", "news", "kept"),
    [
        ("undelivered", "30003", News.UNDELIVERED, "30003: The phone is switched off, out of reach"),
        ("failed", "30036", News.EXPIRED, "30036: The message could not be delivered in time"),
        ("failed", "21610", News.REJECTED, "21610: The carrier has this person on its own list"),
        ("failed", "99999", News.REJECTED, "99999"),
        ("failed", "x" * 9_999, News.REJECTED, "x" * 20),
    ],
)
def test_a_failure_says_why(status: str, code: str, news: News, kept: str) -> None:
    (event,) = heard(BOOK.receipt(SID, TAKEN, status, ErrorCode=code))
    assert event.news is news
    assert event.code.startswith(kept)


def inbound(**changes: str) -> Any:
    fields = {"MessageSid": "SM" + "9" * 32, "SmsStatus": "received", "From": "+14133881111", "To": "+12028831111"}
    return heard(BOOK.signed(fields | {"Body": "STOP", "NumMedia": "0", "ToCity": ""} | changes))


@pytest.mark.parametrize(("to", "address"), [("+12028831111", "+12028831111"), ("72345", "72345")])
def test_a_reply_is_heard_with_the_address_it_went_to(to: str, address: str) -> None:
    (event,) = inbound(To=to, Body="héllo 😀 ")
    assert isinstance(event, InboundHeard)
    assert (event.from_e164, event.to_address, event.text) == ("+14133881111", address, "héllo 😀 ")
    assert event.unique == "SM" + "9" * 32
    assert "héllo" not in event.raw and "4133881111" not in event.raw


@pytest.mark.parametrize("sender", ["72345", "whatsapp:+14133881111", "", "Northgate"])
def test_what_does_not_come_from_a_phone_number_is_nobodys(sender: str) -> None:
    assert inbound(From=sender) == ()


def test_the_media_of_a_reply_are_heard_in_order_and_its_presentation_is_not() -> None:
    url = "https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME{}"
    media = {f"MediaUrl{n}": url.format(n) for n in range(3)}
    types = {
        "MediaContentType0": "image/jpeg",
        "MediaContentType1": "application/smil",
        "MediaContentType2": "text/plain",
    }
    (event,) = inbound(NumMedia="3", Body="", **media, **types)
    assert [(each.url, each.content_type) for each in event.links] == [
        (url.format(0), "image/jpeg"),
        (url.format(2), "text/plain"),
    ]
    assert inbound()[0].links == ()


def test_its_media_are_fetched_as_this_account_from_its_own_api() -> None:
    access = twilio().settings.media_access()
    assert access.url == "https://api.twilio.com"
    assert access.headers["Authorization"].startswith("Basic ") and "Basic" not in repr(access)


# ── the settings ──


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"account_sid": "AC1"},
        {"account_sid": ACCOUNT_SID, "messaging_service_sid": "x"},
        {"account_sid": ACCOUNT_SID, "validity_s": 36_001},
        {"account_sid": ACCOUNT_SID, "validity_s": -1},
        {"account_sid": ACCOUNT_SID, "window": 0},
        {"account_sid": ACCOUNT_SID, "url": "https://a:b@api.twilio.com"},
    ],
)
def test_settings_that_cannot_work_are_complained_about(settings: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as complaint:
        carrier_for("twilio", account(TOKEN, settings))
    assert str(complaint.value).endswith(".") and TOKEN not in str(complaint.value)


def test_a_name_cannot_send_a_picture() -> None:
    parcel = mms_parcel()
    named = MmsParcel(
        key="k", sender_kind=SenderKind.ALPHANUMERIC, sender="Northgate", to_e164="+1", text="", media=parcel.media
    )
    with pytest.raises(OurFault):
        twilio().request_for(named)
