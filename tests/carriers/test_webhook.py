import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.refusals import PASSING, Why
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.webhook import Webhook, WebhookSettings, key_of, signature_of
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.number import Line, LookedUp, NoLookup
from heliogram.model.parcel import Accepted, Refused, Unknown
from tests.house.manual import page

from .books.webhook import WebhookBook
from .kit import CALLBACK, account, answered, call, facts, ours
from .provider import AT, Call, Taken
from .sides import mms_parcel, sms_parcel

SIGNATURES: list[dict[str, str]] = facts("webhook")["signatures"]
SECRET = "a-secret-of-ours-12345"
NOW = datetime.fromtimestamp(AT, UTC)
BOOK = WebhookBook(SECRET, CALLBACK)
TAKEN = Taken(to="+13125550142", sender="+13125550100", text="")


def webhook(at: datetime = NOW, secret: str = SECRET) -> Webhook:
    return Webhook(WebhookSettings(secret=secret, url="https://gw.example"), ours(at=at))


def test_a_message_is_posted_as_the_page_says() -> None:
    request = webhook().request_for(mms_parcel())
    body = json.loads(request.body)
    assert body == {
        "key": "m1.1",
        "from": "+13125550100",
        "to": "+13125550142",
        "text": "Sale today",
        "media": [{"url": "https://cdn.example.com/sale.jpg", "content_type": "image/jpeg"}],
        "callback_url": CALLBACK,
    }
    assert request.url == "https://gw.example/messages"
    shown = page("carriers/webhook.md")
    assert all(f'"{name}":' in shown for name in body)


def test_a_text_has_no_media_and_goes_whole() -> None:
    body = json.loads(webhook().request_for(sms_parcel(parts=("one ", "two"))).body)
    assert (body["text"], body["media"]) == ("one two", [])


@pytest.mark.parametrize("vector", SIGNATURES, ids=lambda vector: vector["name"])
def test_a_signature_is_that_of_the_reference_library(vector: dict[str, str]) -> None:
    body = vector["payload"].encode()
    signature = signature_of(key_of(vector["secret"]), vector["id"], vector["timestamp"], body)
    assert signature == vector["signature"]


def test_an_answer_with_an_id_is_taken() -> None:
    assert webhook().outcome_of(answered(202, {"id": "g-1"})) == Accepted(carrier_ids=("g-1",))
    assert isinstance(webhook().outcome_of(answered(202, {"id": ""})), Unknown)


@pytest.mark.parametrize("why", Why)
def test_a_refusal_names_a_reason_of_the_vocabulary_and_the_page_lists_it(why: Why) -> None:
    outcome = webhook().outcome_of(answered(400, {"reason": why.value, "code": "E7", "message": "No."}))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (why.value, why not in PASSING)
    assert f"| `{why.value}` |" in page("carriers/webhook.md")


def test_a_reason_of_no_vocabulary_is_judged_by_the_http_status() -> None:
    outcome = webhook().outcome_of(answered(401, {"reason": "because"}))
    assert isinstance(outcome, Refused) and outcome.code == "account_refused"


# ── what it says ──


def heard(made: Call) -> Any:
    found = webhook().heard_in(call(made.body, dict(made.headers)))
    assert (found.stored.status, found.not_stored.status) == (200, 503)
    return found.events


@pytest.mark.parametrize("news", News)
def test_every_news_can_be_told_and_the_page_lists_it(news: News) -> None:
    (event,) = heard(BOOK.receipt("g-1", TAKEN, news.value, code="E7", reason="too_late"))
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.about_e164) == ("g-1", news, "+13125550142")
    assert event.code == "E7: The message could not be delivered in time"
    assert f"`{news.value}`" in page("carriers/webhook.md")


def test_a_reply_is_heard_and_nobodys_is_not() -> None:
    (event,) = heard(BOOK.inbound("in-1", "+13125550142", "72345", "STOP é"))
    assert isinstance(event, InboundHeard)
    assert (event.unique, event.from_e164, event.to_address, event.text) == ("in-1", "+13125550142", "72345", "STOP é")
    assert heard(BOOK.inbound("in-2", "72345", "+13125550100", "hi")) == ()
    assert heard(BOOK.inbound("", "+13125550142", "72345", "hi")) == ()


def test_a_reply_may_bring_media() -> None:
    told = {"type": "inbound", "id": "in-3", "from": "+13125550142", "to": "72345", "text": ""}
    media = [{"url": "https://files.test/a.png", "content_type": "image/png; x=y"}]
    (event,) = heard(BOOK.called({"events": [told | {"media": media}]}))
    assert [(each.url, each.content_type) for each in event.links] == [("https://files.test/a.png", "image/png")]


GOOD = BOOK.receipt("g-1", TAKEN)


def _with(**headers: str) -> Call:
    return Call(headers={**GOOD.headers, **{f"webhook-{name}": each for name, each in headers.items()}}, body=GOOD.body)


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (_with(signature=""), 401),
        (_with(signature="v1,AAAA"), 403),
        (_with(signature="v2" + GOOD.headers["webhook-signature"][2:]), 403),
        (_with(id="e2"), 403),
        (_with(timestamp=str(int(AT) + 1)), 403),
        (Call(headers=GOOD.headers, body=GOOD.body + b" "), 403),
        (WebhookBook("another-secret-of-theirs", CALLBACK).receipt("g-1", TAKEN), 403),
        (BOOK.signed(b"{"), 400),
        (BOOK.signed(b'{"events": [{"type": "fax"}]}'), 400),
        (BOOK.signed(b'{"events": [{"type": "receipt", "id": "x", "news": "lost"}]}'), 400),
        (BOOK.signed(b" " * 262_145), 413),
    ],
)
def test_a_call_of_a_stranger_or_one_that_nobody_can_read_is_refused(made: Call, status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        webhook().heard_in(call(made.body, dict(made.headers)))
    assert refused.value.status == status and SECRET not in str(refused.value)


def test_one_of_several_signatures_is_enough_while_a_secret_is_being_changed() -> None:
    (event,) = heard(_with(signature=f"v1,AAAA {GOOD.headers['webhook-signature']}"))
    assert event.carrier_id == "g-1"


@pytest.mark.parametrize(("late_s", "is_heard"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_a_call_is_heard_for_five_minutes(late_s: int, is_heard: bool) -> None:
    dialect = webhook(NOW + timedelta(seconds=late_s))
    if is_heard:
        assert len(dialect.heard_in(call(GOOD.body, dict(GOOD.headers))).events) == 1
    else:
        with pytest.raises(CallbackRefused):
            dialect.heard_in(call(GOOD.body, dict(GOOD.headers)))


SIXTEEN = "whsec_" + base64.b64encode(b"x" * 16).decode()
FIFTEEN = "whsec_" + base64.b64encode(b"x" * 15).decode()


@pytest.mark.parametrize(
    ("secret", "works"), [("x" * 16, True), ("x" * 15, False), (SIXTEEN, True), (FIFTEEN, False), ("whsec_é", False)]
)
def test_a_secret_has_at_least_sixteen_octets(secret: str, works: bool) -> None:
    if works:
        assert carrier_for("webhook", account(secret, {"url": "https://gw.example"})).capabilities.idempotent
    else:
        with pytest.raises(Misconfigured):
            carrier_for("webhook", account(secret, {"url": "https://gw.example"}))


# ── what a number is ──


def asking() -> Webhook:
    return Webhook(WebhookSettings(secret=SECRET, url="https://gw.example", lookups=True), ours(at=NOW))


def test_a_lookup_is_posted_and_signed_as_the_page_says() -> None:
    request = asking().lookup_for("+13125550142")
    assert (request.url, json.loads(request.body)) == ("https://gw.example/lookups", {"phone": "+13125550142"})
    given, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    assert request.headers["webhook-signature"] == signature_of(key_of(SECRET), given, timestamp, request.body)
    assert f"webhook-id: {given}" in page("carriers/webhook.md")


@pytest.mark.parametrize("line", Line)
def test_every_kind_of_line_can_be_told_and_the_page_lists_it(line: Line) -> None:
    told = {"line": line.value, "network": "T-Mobile", "mccmnc": "310260", "reachable": False}
    found = LookedUp(line=line, network="T-Mobile", mccmnc="310260", is_reachable=False)
    assert asking().looked_up_in(answered(200, told)) == found
    assert f"`{line.value}`" in page("carriers/webhook.md").partition("## What a number is")[2]


@pytest.mark.parametrize("told", [{}, {"line": "unknown"}, {"line": "fax"}, {"network": "a\nb"}, {"network": None}])
def test_what_a_gateway_does_not_know_or_nobody_can_read_is_left_open(told: dict[str, Any]) -> None:
    assert asking().looked_up_in(answered(200, told)) == LookedUp()


@pytest.mark.parametrize(
    ("mccmnc", "kept"),
    [("31026", True), ("310260", True), ("3102", False), ("3102600", False), ("110260", False), ("31026x", False)],
)
def test_a_networks_code_has_five_or_six_digits(mccmnc: str, kept: bool) -> None:
    assert asking().looked_up_in(answered(200, {"mccmnc": mccmnc})) == LookedUp(mccmnc=mccmnc if kept else "")


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (404, {"message": "+13125550142 is nobody's."}, "It said: …0142 is nobody's."),
        (500, b"<html>", "It said: HTTP 500."),
        (200, b"<html>", "nothing that can be read."),
    ],
)
def test_any_other_answer_is_no_word_and_says_why(status: int, body: Any, sentence: str) -> None:
    found = asking().looked_up_in(answered(status, body))
    assert isinstance(found, NoLookup) and found.reason.endswith(sentence)


@pytest.mark.parametrize("lookups", [True, False])
def test_a_gateway_is_asked_only_where_its_setting_says_that_it_answers(lookups: bool) -> None:
    carrier = carrier_for("webhook", account(SECRET, {"url": "https://gw.example", "lookups": lookups}))
    assert carrier.capabilities.looks_up is lookups


def test_a_receipt_and_a_reply_may_say_whose_the_phone_is() -> None:
    (event,) = heard(BOOK.receipt("g-1", TAKEN, network=" T-Mobile "))
    assert isinstance(event, ReceiptHeard) and event.network == "T-Mobile"
    told = {"type": "inbound", "id": "in-4", "from": "+13125550142", "to": "72345", "text": "hi", "network": "AT&T"}
    (event,) = heard(BOOK.called({"events": [told]}))
    assert isinstance(event, InboundHeard) and event.network == "AT&T"
