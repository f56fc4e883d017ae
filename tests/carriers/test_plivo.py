import json
from typing import Any

import pytest

from heliogram.carriers.plivo import NEWS, Plivo, PlivoSettings, signed_v3
from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.signed import mac
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import Accepted, MmsParcel, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault

from .books.plivo import AUTH_ID, SETTINGS, PlivoBook
from .kit import CALLBACK, account, answered, call, facts, ours, pictures
from .provider import Call, Taken
from .sides import sms_parcel

FACTS = facts("plivo")
(CASE,) = FACTS["cases"]
SIGNATURES: dict[str, Any] = {each["name"]: each for each in FACTS["signatures"]}
TOKEN = "my_auth_token"
BOOK = PlivoBook(TOKEN, CALLBACK)
TAKEN = Taken(to="+14156667777", sender="14156667778", text="")


def plivo(callback_url: str = CALLBACK) -> Plivo:
    return Plivo(PlivoSettings(secret=TOKEN, **SETTINGS), ours(callback_url))


def test_a_picture_message_has_the_fields_that_plivos_own_sdk_sends() -> None:
    recorded = CASE["request"]
    parcel = MmsParcel(
        key="c1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+14156667778",
        to_e164="+14156667777",
        text="hi",
        media=pictures("a.jpg"),
    )
    request = plivo().request_for(parcel)
    wanted = {name: each for name, each in recorded["body"].items() if name not in ("log", "trackable")}
    # One recipient a request, so that each has an id.
    assert json.loads(request.body) == wanted | {"url": CALLBACK, "dst": "14156667777"}
    assert request.url == f"https://api.plivo.com{recorded['path']}"
    assert request.headers["Authorization"].split()[0] == recorded["scheme"]


@pytest.mark.parametrize(("n", "fits"), [(1600, True), (1601, False)])
def test_a_text_goes_whole_up_to_1600_characters(n: int, fits: bool) -> None:
    if fits:
        body = json.loads(plivo().request_for(sms_parcel(parts=("x", "x" * (n - 1)))).body)
        assert (body["text"], body["type"]) == ("x" * n, "sms")
    else:
        with pytest.raises(OurFault):
            plivo().request_for(sms_parcel(parts=("x" * n,)))


def test_a_recorded_answer_has_its_id() -> None:
    outcome = plivo().outcome_of(answered(CASE["answer"]["status"], CASE["answer"]["body"]))
    assert outcome == Accepted(carrier_ids=("db3ce55a-7f1d-11e1-8ea7-1231380bc196",))


@pytest.mark.parametrize("body", [{}, {"message_uuid": []}, {"message_uuid": [""]}, {"message_uuid": "x"}])
def test_a_message_without_an_id_is_unknown(body: Any) -> None:
    assert isinstance(plivo().outcome_of(answered(202, body)), Unknown)


# ── who calls ──


@pytest.mark.parametrize("name", ["version 3 with a query", "status callback"])
def test_a_recorded_signature_is_ours(name: str) -> None:
    vector = SIGNATURES[name]
    url, _, query = vector["url"].partition("?")
    signed = signed_v3(url, query, list(vector["params"].items()), vector["nonce"])
    assert mac(vector["auth_token"], signed.encode()) == vector["signature"]


def test_the_recorded_status_callback_is_a_receipt() -> None:
    vector = SIGNATURES["status callback"]
    body = "&".join(f"{name}={value}" for name, value in vector["params"].items()).encode()
    headers = {"X-Plivo-Signature-V3": f"old,{vector['signature']}", "X-Plivo-Signature-V3-Nonce": vector["nonce"]}
    (event,) = plivo(vector["url"]).heard_in(call(body, headers)).events
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news) == (vector["params"]["MessageUUID"], News.DELIVERED)
    assert event.about_e164 == "+14156667777" and "4156667777" not in event.raw


def test_the_recorded_second_version_is_heard_where_the_third_is_not_shown() -> None:
    vector = SIGNATURES["version 2"]
    headers = {"X-Plivo-Signature-V2": vector["signature"], "X-Plivo-Signature-V2-Nonce": vector["nonce"]}
    url, _, query = vector["url"].partition("?")
    (event,) = plivo(url).heard_in(call(b"MessageUUID=u1&Status=sent", headers, query=query)).events
    assert event.news is News.EN_ROUTE


GOOD = BOOK.receipt("u1", TAKEN)
V2 = BOOK.signed_v2({"MessageUUID": "u1", "Status": "sent"})


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (Call(headers={}, body=GOOD.body), 401),
        (Call(headers={**GOOD.headers, "X-Plivo-Signature-V3": "AAAA"}, body=GOOD.body), 403),
        (Call(headers={**GOOD.headers, "X-Plivo-Signature-V3-Nonce": "1"}, body=GOOD.body), 403),
        (Call(headers={**V2.headers, "X-Plivo-Signature-V3": "AAAA"}, body=V2.body), 403),
        (Call(headers=GOOD.headers, body=GOOD.body + b"&x=1"), 403),
        (PlivoBook("theirs", CALLBACK).receipt("u1", TAKEN), 403),
        (BOOK.signed({"Status": "sent", "MessageUUID": "u"}, nonce=""), 403),
        (BOOK.signed({"Status": "sent"}), 400),
        (Call(headers=GOOD.headers, body=b"\xff=1"), 400),
        (Call(headers=GOOD.headers, body=b"x" * 262_145), 413),
    ],
)
def test_a_call_of_a_stranger_or_one_that_nobody_can_read_is_refused(made: Call, status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        plivo().heard_in(call(made.body, dict(made.headers)))
    assert refused.value.status == status and TOKEN not in str(refused.value)


# ── what it says ──


def heard(made: Call) -> Any:
    return plivo().heard_in(call(made.body, dict(made.headers))).events


@pytest.mark.parametrize(("status", "news"), [*NEWS.items(), ("new_word", News.UNKNOWN)])
def test_every_status_is_news(status: str, news: News) -> None:
    (event,) = heard(BOOK.receipt("u1", TAKEN, status, ErrorCode="450"))
    assert (event.carrier_id, event.news, event.code) == ("u1", news, "450")


def test_a_part_of_a_text_is_about_the_message_it_is_a_part_of() -> None:
    (event,) = heard(BOOK.receipt("u2", TAKEN, ParentMessageUUID="u1"))
    assert event.carrier_id == "u1"


def test_a_reply_is_heard_and_nobodys_is_not() -> None:
    (event,) = heard(BOOK.inbound("in-1", "+14156667777", "72345", "STOP é"))
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address, event.text) == ("in-1", "+14156667777", "72345", "STOP é")
    assert heard(BOOK.inbound("in-2", "72345", "+14156667778", "hi")) == ()


@pytest.mark.parametrize("auth_id", ["", "a/b", "é"])
def test_an_account_needs_its_id(auth_id: str) -> None:
    with pytest.raises(Misconfigured, match="auth_id"):
        carrier_for("plivo", account(TOKEN, {"auth_id": auth_id}))
    assert carrier_for("plivo", account(TOKEN, {"auth_id": AUTH_ID})).capabilities.sms


@pytest.mark.parametrize("first", [0, 1])
def test_the_words_and_the_media_of_a_picture_message_are_heard_wherever_they_are_counted_from(first: int) -> None:
    fields = {"MessageUUID": "in-1", "From": "14156667777", "To": "72345", "Type": "mms", "Body": "STOP"}
    media = {f"Media{first + n}": f"https://media.plivo.com/{n}" for n in range(2)}
    (event,) = heard(BOOK.signed(fields | media))
    assert (event.text, [each.url for each in event.links]) == (
        "STOP",
        ["https://media.plivo.com/0", "https://media.plivo.com/1"],
    )
    assert plivo().settings.media_access().headers["Authorization"].startswith("Basic ")
