import json
from typing import Any

import msgspec
import pytest

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.infobip import NEWS, Infobip, InfobipSettings
from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.registry import carrier_for
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import THROTTLED, Accepted, MmsParcel, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault

from .books.infobip import NO_ERROR, InfobipBook
from .kit import CALLBACK, account, answered, call, facts, ours, pictures
from .provider import Call, Taken
from .sides import sms_parcel

FACTS = facts("infobip")
(CASE,) = FACTS["cases"]
SECRET = "api-key-1:callback-key-1"
BOOK = InfobipBook(SECRET, CALLBACK)
TAKEN = Taken(to="+41793026727", sender="15551113333", text="")
KEYED = f"{CALLBACK}?key=callback-key-1"


def infobip() -> Infobip:
    return Infobip(InfobipSettings(secret=SECRET), ours())


def picture_parcel(*names: str, **changes: Any) -> MmsParcel:
    parcel = MmsParcel(
        key="c1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+15551113333",
        to_e164="+15552223333",
        text="hi",
        media=pictures(*names),
    )
    return msgspec.structs.replace(parcel, **changes)


def message_of(parcel: Any) -> Any:
    (message,) = json.loads(infobip().request_for(parcel).body)["messages"]
    return message


# ── what is sent ──


def test_a_text_has_the_fields_that_infobips_own_sdk_sends() -> None:
    recorded = CASE["request"]
    parcel = sms_parcel(key="m1", sender="InfoSMS", to_e164="+41793026727", parts=("h", "i"))
    request = infobip().request_for(parcel)
    (wanted,) = recorded["body"]["messages"]
    where = {"webhooks": {"delivery": {"url": KEYED}, "contentType": "application/json"}}
    assert json.loads(request.body) == {"messages": [wanted | where]}
    assert request.url == f"https://api.infobip.com{recorded['path']}"
    assert request.headers["Authorization"] == "App api-key-1"
    assert recorded["scheme"] == "App"


def test_a_picture_message_has_its_words_first_and_every_picture_by_its_address() -> None:
    request = infobip().request_for(picture_parcel("a.jpg", "b.jpg"))
    assert request.url == "https://api.infobip.com/mms/2/messages"
    assert message_of(picture_parcel("a.jpg", "b.jpg"))["content"] == {
        "messageSegments": [
            {"type": "TEXT", "text": "hi"},
            {"type": "LINK", "contentUrl": "https://cdn.example.com/a.jpg", "contentType": "image/jpeg"},
            {"type": "LINK", "contentUrl": "https://cdn.example.com/b.jpg", "contentType": "image/jpeg"},
        ]
    }
    assert [each["type"] for each in message_of(picture_parcel("a.jpg", text=""))["content"]["messageSegments"]] == [
        "LINK"
    ]


@pytest.mark.parametrize(("n", "fits"), [(66, True), (67, False)])
def test_a_subject_has_at_most_66_characters(n: int, fits: bool) -> None:
    if fits:
        assert message_of(picture_parcel("a.jpg", subject="x" * n))["content"]["title"] == "x" * n
    else:
        with pytest.raises(OurFault):
            message_of(picture_parcel("a.jpg", subject="x" * n))


@pytest.mark.parametrize(("n", "fits"), [(1600, True), (1601, False)])
def test_a_text_goes_whole_up_to_1600_characters(n: int, fits: bool) -> None:
    if fits:
        assert message_of(sms_parcel(parts=("x", "x" * (n - 1))))["content"] == {"text": "x" * n}
    else:
        with pytest.raises(OurFault):
            message_of(sms_parcel(parts=("x" * n,)))


# ── what is answered ──


def test_a_recorded_answer_has_its_id() -> None:
    outcome = infobip().outcome_of(answered(CASE["answer"]["status"], CASE["answer"]["body"]))
    assert outcome == Accepted(carrier_ids=("m1",))


@pytest.mark.parametrize(
    "body", [{}, {"messages": []}, {"messages": [{}]}, {"messages": [{"messageId": 7}]}, {"messages": "x"}]
)
def test_a_message_without_an_id_is_unknown(body: Any) -> None:
    assert isinstance(infobip().outcome_of(answered(200, body)), Unknown)


@pytest.mark.parametrize(
    ("group", "name", "code", "permanent"),
    [
        ("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS", "account_refused", False),
        ("REJECTED", "REJECTED_FLOODING_FILTER", THROTTLED, False),
        ("REJECTED", "REJECTED_SENDER", "sender_refused", True),
        ("REJECTED", "REJECTED_NEW_WORD", "request_refused", True),
        ("UNDELIVERABLE", "UNDELIVERABLE_NOT_DELIVERED", "request_refused", True),
        ("EXPIRED", "EXPIRED_EXPIRED", "request_refused", True),
    ],
)
def test_a_success_that_refuses_the_message_is_a_refusal(group: str, name: str, code: str, permanent: bool) -> None:
    reply = BOOK.answered("m1", {"groupName": group, "name": name, "description": "It cannot be."})
    outcome = infobip().outcome_of(answered(reply.status, reply.body))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (code, permanent)
    assert f"{name} It cannot be." in outcome.reason


def test_an_id_that_infobip_has_already_is_neither_taken_nor_refused() -> None:
    reply = BOOK.answered("m1", {"groupName": "REJECTED", "name": "REJECTED_DUPLICATE_MESSAGE_ID"})
    assert isinstance(infobip().outcome_of(answered(reply.status, reply.body)), Unknown)


@pytest.mark.parametrize(
    "body",
    [
        {"errorCode": "E401", "description": "Invalid login details", "violations": []},
        {"requestError": {"serviceException": {"messageId": "E401", "text": "Invalid login details"}}},
    ],
)
def test_a_refusal_is_read_in_the_newer_form_and_in_the_older(body: Any) -> None:
    outcome = infobip().outcome_of(answered(401, body))
    assert isinstance(outcome, Refused)
    assert outcome.code == "account_refused" and "E401 Invalid login details" in outcome.reason


# ── who calls ──

GOOD = BOOK.receipt("u1", TAKEN)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": basic_credentials(user, password)}


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (Call(headers={}, body=GOOD.body), 401),
        (Call(headers={}, body=GOOD.body, query="other=callback-key-1"), 401),
        (Call(headers={}, body=GOOD.body, query="key=callback-key-2"), 403),
        (Call(headers={}, body=GOOD.body, query="key=api-key-1"), 403),
        (Call(headers={}, body=GOOD.body, query="key=%ff"), 403),
        (Call(headers=basic("heliogram", "api-key-1"), body=GOOD.body), 403),
        (Call(headers=basic("other", "callback-key-1"), body=GOOD.body), 403),
        (Call(headers={}, body=b"[", query=GOOD.query), 400),
        (Call(headers={}, body=b"{}", query=GOOD.query), 400),
        (Call(headers={}, body=b" " * 262_145, query=GOOD.query), 413),
    ],
)
def test_a_call_of_a_stranger_or_one_that_nobody_can_read_is_refused(made: Call, status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        infobip().heard_in(call(made.body, dict(made.headers), query=made.query))
    assert refused.value.status == status and "callback-key" not in str(refused.value)


def test_the_key_may_be_shown_as_a_password_instead() -> None:
    (event,) = infobip().heard_in(call(GOOD.body, basic("heliogram", "callback-key-1"))).events
    assert event.carrier_id == "u1"


# ── what it says ──


def heard(made: Call) -> Any:
    return infobip().heard_in(call(made.body, dict(made.headers), query=made.query)).events


@pytest.mark.parametrize(
    ("status", "news"),
    [
        *NEWS.items(),
        ("NEW_WORD", News.UNKNOWN),
        ("DELIVERED DELIVERED_TO_OPERATOR", News.EN_ROUTE),
        ("EXPIRED EXPIRED_DLR_UNKNOWN", News.UNKNOWN),
        ("EXPIRED EXPIRED_EXPIRED", News.EXPIRED),
    ],
)
def test_every_status_is_news_and_only_a_phone_says_delivered(status: str, news: News) -> None:
    (event,) = heard(BOOK.receipt("u1", TAKEN, status))
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.about_e164, event.code) == ("u1", news, "+41793026727", "")
    assert "41793026727" not in event.raw


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        ("UNDELIVERABLE UNDELIVERABLE_NOT_DELIVERED", "EC_UNKNOWN_SUBSCRIBER", "EC_UNKNOWN_SUBSCRIBER: This number"),
        ("UNDELIVERABLE UNDELIVERABLE_NOT_DELIVERED", "EC_NEW_WORD", "EC_NEW_WORD"),
        ("REJECTED REJECTED_DND", "NO_ERROR", "REJECTED_DND: The carrier has this person on its own list"),
    ],
)
def test_a_failure_says_why(status: str, error: str, code: str) -> None:
    (event,) = heard(BOOK.receipt("u1", TAKEN, status, error=NO_ERROR | {"name": error}))
    assert event.code.startswith(code)


def test_several_results_of_one_call_are_all_heard_and_a_nameless_one_is_nobodys() -> None:
    one = {"messageId": "u1", "to": "41793026727", "status": {"groupName": "DELIVERED"}}
    assert len(heard(BOOK.called([one, one | {"messageId": ""}, one | {"messageId": "u2"}]))) == 2


def test_a_reply_is_heard_and_a_pictures_words_too() -> None:
    (event,) = heard(BOOK.inbound("in-1", "+41793026727", "72345", "STOP é"))
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address, event.text) == ("in-1", "+41793026727", "72345", "STOP é")
    pieces = [{"contentType": "image/jpeg", "url": "x"}, {"contentType": "text/plain;charset=utf-8", "value": "Stop"}]
    told = {"messageId": "in-2", "from": "41793026727", "to": "15551113333", "message": pieces}
    (event,) = heard(BOOK.called([told]))
    assert (event.text, event.to_address) == ("Stop", "+15551113333")
    assert [(each.url, each.content_type) for each in event.links] == [("x", "image/jpeg")]
    assert heard(BOOK.called([told | {"from": "72345"}])) == ()


@pytest.mark.parametrize(
    "secret", ["api-key-1", "api-key-1:", ":callback-key-1", "api-key-1:short-1", "api-key-1:a&key=bcd"]
)
def test_an_account_has_two_secrets(secret: str) -> None:
    with pytest.raises(Misconfigured, match="a colon, and a callback key") as complaint:
        carrier_for("infobip", account(secret, {}))
    assert "api-key" not in str(complaint.value)


def test_neither_of_its_secrets_is_shown() -> None:
    request = infobip().request_for(sms_parcel())
    settings = InfobipSettings(secret=SECRET)
    assert settings.secrets() == ("api-key-1", "callback-key-1")
    for hidden in settings.secrets():
        assert hidden not in f"{settings} {request.shown}"
