import json
from typing import Any

import pytest

from heliogram.carriers.bandwidth import NEWS, WHY, Bandwidth, BandwidthSettings, why_of
from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.refusals import Why
from heliogram.carriers.registry import carrier_for
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import Accepted, MmsParcel, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault

from .books.bandwidth import SETTINGS, BandwidthBook
from .kit import CALLBACK, account, answered, call, facts, ours, pictures
from .provider import Call, Taken
from .sides import mms_parcel, sms_parcel

CASES: dict[str, Any] = {case["name"]: case for case in facts("bandwidth")["cases"]}
SECRET = "hush-12345"
BOOK = BandwidthBook(SECRET, CALLBACK)
TAKEN = Taken(to="+15552223333", sender="+15551113333", text="")
ID = "14762070468292kw2fuqty55yp2b2"


def bandwidth() -> Bandwidth:
    return Bandwidth(BandwidthSettings(secret=SECRET, **SETTINGS), ours())


def test_a_picture_message_has_the_fields_that_bandwidths_own_sdk_sends() -> None:
    recorded = CASES["picture message"]["request"]
    parcel = MmsParcel(
        key="t",
        sender_kind=SenderKind.LONG_CODE,
        sender="+15551113333",
        to_e164="+15552223333",
        text="hi",
        media=pictures("a.jpg"),
    )
    request = bandwidth().request_for(parcel)
    body = json.loads(request.body)
    # What we leave out is for others to say: how urgent it is, and until when.
    assert body == {name: each for name, each in recorded["body"].items() if name not in ("priority", "expiration")}
    assert request.url == f"https://messaging.bandwidth.com/api/v2{recorded['path']}"
    assert request.headers["Authorization"].split()[0] == recorded["scheme"]
    assert request.headers["Content-Type"] == recorded["content_type"]


def test_a_text_goes_whole_to_one_person() -> None:
    body = json.loads(bandwidth().request_for(sms_parcel(parts=("one ", "two"))).body)
    assert (body["to"], body["text"], "media" in body) == (["+13125550142"], "one two", False)


@pytest.mark.parametrize(("n", "fits"), [(2048, True), (2049, False)])
def test_a_text_has_at_most_2048_characters(n: int, fits: bool) -> None:
    if fits:
        assert bandwidth().request_for(sms_parcel(parts=("x" * n,))).body
    else:
        with pytest.raises(OurFault):
            bandwidth().request_for(sms_parcel(parts=("x" * n,)))


@pytest.mark.parametrize("name", ["picture message", "bad number"])
def test_a_recorded_answer_is_understood(name: str) -> None:
    answer = CASES[name]["answer"]
    outcome = bandwidth().outcome_of(answered(answer["status"], answer["body"]))
    if name == "bad number":
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.permanent) == ("request_refused", True)
        assert "request-validation 'to' is invalid" in outcome.reason
    else:
        assert outcome == Accepted(carrier_ids=(ID,))


@pytest.mark.parametrize("body", [{}, {"id": ""}, {"id": None}, {"id": "x" * 201}])
def test_a_message_without_an_id_is_unknown(body: Any) -> None:
    assert isinstance(bandwidth().outcome_of(answered(202, body)), Unknown)


# ── what it says ──


def heard(made: Call) -> Any:
    found = bandwidth().heard_in(call(made.body, dict(made.headers)))
    assert (found.stored.status, found.not_stored.status) == (200, 503)
    return found.events


@pytest.mark.parametrize(("kind", "news"), [*NEWS.items(), ("message-new", News.UNKNOWN)])
def test_every_event_is_news(kind: str, news: News) -> None:
    (event,) = heard(BOOK.receipt(ID, TAKEN, kind))
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.about_e164) == (ID, news, "+15552223333")


@pytest.mark.parametrize(
    ("code", "news", "kept"),
    [
        (4775, News.UNDELIVERED, "4775: The carrier has this person on its own list"),
        (4720, News.UNDELIVERED, "4720: This number takes no texts"),
        (4699, News.REJECTED, "4699"),
        (4700, News.UNDELIVERED, "4700"),
        (4432, News.REJECTED, "4432: The account may not send to this country"),
        (4360, News.EXPIRED, "4360: The message could not be delivered in time"),
        (5600, News.UNDELIVERED, "5600: The carrier has trouble of its own"),
        (9902, News.UNKNOWN, "9902"),
        (9999, News.UNKNOWN, "9999"),
    ],
)
def test_a_failure_says_why_and_silence_is_no_failure(code: int, news: News, kept: str) -> None:
    (event,) = heard(BOOK.receipt(ID, TAKEN, "message-failed", errorCode=code))
    assert event.news is news
    assert event.code.startswith(kept)


@pytest.mark.parametrize(("code", "why"), [(4999, None), (5000, Why.TROUBLE), (5999, Why.TROUBLE), (6000, None)])
def test_five_thousand_and_up_is_trouble_of_theirs(code: int, why: Why | None) -> None:
    assert why_of(code) is why
    assert set(WHY.values()) <= set(Why)


def test_a_reply_is_heard() -> None:
    (event,) = heard(BOOK.inbound("in-1", "+15552223333", "+15551113333", "STOP é"))
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address, event.text) == (
        "in-1",
        "+15552223333",
        "+15551113333",
        "STOP é",
    )


def test_the_media_of_a_reply_are_heard_and_its_presentation_is_not() -> None:
    base = "https://messaging.bandwidth.com/api/v2/users/1/media/x/0/"
    message = {"id": ID, "from": "+15552223333", "text": "", "media": [f"{base}0.smil", f"{base}1.jpg", f"{base}2.txt"]}
    (event,) = heard(BOOK.called([{"type": "message-received", "to": "+15551113333", "message": message}]))
    assert [each.url for each in event.links] == [f"{base}1.jpg", f"{base}2.txt"]
    assert bandwidth().settings.media_access().headers["Authorization"].startswith("Basic ")


def test_several_events_of_one_call_are_all_heard_and_a_nameless_one_is_nobodys() -> None:
    message = {"id": ID, "from": "+15551113333"}
    events = [{"type": "message-sent", "to": "+15552223333", "message": message}] * 2
    nobody = [{"type": "message-received", "to": "", "message": {"id": "x", "from": "72345", "text": "hi"}}]
    nameless = [{"type": "message-sent", "to": "", "message": {"id": ""}}]
    assert len(heard(BOOK.called(events + nobody + nameless))) == 2


GOOD = BOOK.receipt(ID, TAKEN)


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (Call(headers={}, body=GOOD.body), 401),
        (BandwidthBook("other", CALLBACK).receipt(ID, TAKEN), 403),
        (Call(headers={"Authorization": "Bearer x"}, body=GOOD.body), 403),
        (Call(headers=GOOD.headers, body=b"{}"), 400),
        (Call(headers=GOOD.headers, body=b"["), 400),
        (Call(headers=GOOD.headers, body=b" " * 262_145), 413),
    ],
)
def test_a_call_of_a_stranger_or_one_that_nobody_can_read_is_refused(made: Call, status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        bandwidth().heard_in(call(made.body, dict(made.headers)))
    assert refused.value.status == status and SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "changed",
    [{"account_id": ""}, {"account_id": "a/b"}, {"application_id": ""}, {"username": ""}, {"username": "a:b"}],
)
def test_settings_that_cannot_work_are_complained_about(changed: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as complaint:
        carrier_for("bandwidth", account(SECRET, {**SETTINGS, **changed}))
    assert str(complaint.value).endswith(".")


def test_an_account_number_that_was_read_as_a_number_is_one() -> None:
    carrier = carrier_for("bandwidth", account(SECRET, {**SETTINGS, "account_id": 9900000}))
    assert carrier.capabilities.mms


def test_a_name_cannot_send_a_picture() -> None:
    parcel = mms_parcel()
    with pytest.raises(OurFault):
        bandwidth().request_for(
            MmsParcel(
                key="k", sender_kind=SenderKind.ALPHANUMERIC, sender="N", to_e164="+1", text="", media=parcel.media
            )
        )


@pytest.mark.parametrize(("given", "network"), [({"carrierName": "T-Mobile"}, "T-Mobile"), ({}, "")])
def test_a_receipt_says_whose_the_phone_is(given: dict[str, str], network: str) -> None:
    (event,) = heard(BOOK.receipt(ID, TAKEN, "message-delivered", **given))
    assert event.network == network
