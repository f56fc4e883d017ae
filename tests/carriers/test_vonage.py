import json
from typing import Any

import pytest

from heliogram.carriers.protocol import CallbackRefused, Misconfigured
from heliogram.carriers.registry import carrier_for
from heliogram.carriers.vonage import NEWS, Vonage, VonageSettings, is_signed
from heliogram.model.event import InboundHeard, News, ReceiptHeard
from heliogram.model.parcel import THROTTLED, Accepted, MmsParcel, Refused, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.errors import OurFault

from .books.vonage import SETTINGS, VonageBook
from .kit import CALLBACK, account, answered, call, facts, ours, pictures
from .provider import Call, Taken
from .sides import sms_parcel

FACTS = facts("vonage")
CASES: dict[str, Any] = {case["name"]: case for case in FACTS["cases"]}
(SIGNED,) = FACTS["signatures"]
SECRET = "api-secret:sign-secret"
BOOK = VonageBook(SECRET, CALLBACK)
TAKEN = Taken(to="+15552223333", sender="15551113333", text="")


def vonage(secret: str = SECRET) -> Vonage:
    return Vonage(VonageSettings(secret=secret, **SETTINGS), ours())


def picture_parcel(*names: str) -> MmsParcel:
    return MmsParcel(
        key="c1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+15551113333",
        to_e164="+15552223333",
        text="hi",
        media=pictures(*names),
    )


def test_a_picture_message_has_the_fields_that_vonages_own_sdk_sends() -> None:
    recorded = CASES["picture message"]["request"]
    request = vonage().request_for(picture_parcel("a.jpg"))
    # No failover of theirs: the product decides what goes out in place of a picture.
    wanted = {name: each for name, each in recorded["body"].items() if name not in ("failover", "ttl")}
    assert json.loads(request.body) == wanted | {"webhook_url": CALLBACK}
    assert request.url == f"https://api.nexmo.com{recorded['path']}"
    assert request.headers["Authorization"].split()[0] == recorded["scheme"]


def test_several_pictures_are_one_message_in_the_recorded_shape() -> None:
    recorded = CASES["several media"]["request"]["body"]
    body = json.loads(vonage().request_for(picture_parcel("a.jpg", "b.jpg")).body)
    assert (body["channel"], body["message_type"]) == (recorded["channel"], recorded["message_type"])
    assert [set(each) for each in body["content"]] == [set(each) for each in recorded["content"]]
    assert body["content"][0] == {"type": "image", "url": "https://cdn.example.com/a.jpg", "caption": "hi"}


@pytest.mark.parametrize(("n", "fits"), [(3000, True), (3001, False)])
def test_a_text_goes_whole_up_to_3000_characters(n: int, fits: bool) -> None:
    if fits:
        assert json.loads(vonage().request_for(sms_parcel(parts=("x", "x" * (n - 1)))).body)["text"] == "x" * n
    else:
        with pytest.raises(OurFault):
            vonage().request_for(sms_parcel(parts=("x" * n,)))


@pytest.mark.parametrize("name", ["picture message", "several media"])
def test_a_recorded_answer_has_its_id(name: str) -> None:
    answer = CASES[name]["answer"]
    assert vonage().outcome_of(answered(answer["status"], answer["body"])) == Accepted(
        carrier_ids=("aaaaaaaa-bbbb-cccc-dddd-0123456789ab",)
    )


def test_a_recorded_refusal_is_understood() -> None:
    answer = CASES["error"]["answer"]
    outcome = vonage().outcome_of(answered(answer["status"], answer["body"]))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (THROTTLED, False)
    assert "1010 The request body did not contain valid JSON" in outcome.reason


@pytest.mark.parametrize("body", [{}, {"message_uuid": ""}, {"message_uuid": 7}])
def test_a_message_without_an_id_is_unknown(body: Any) -> None:
    assert isinstance(vonage().outcome_of(answered(202, body)), Unknown)


# ── who calls ──


def test_a_recorded_token_is_genuine_for_its_body_alone() -> None:
    token, secret, body = SIGNED["token"], SIGNED["secret"], SIGNED["body"].encode()
    assert is_signed(secret, token, body)
    assert not is_signed(secret, token, body + b" ")
    assert not is_signed(secret + "x", token, body)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        # The last letter of each part holds bits that are no part of it.
        assert not is_signed(secret, changed, body) or at + 1 == len(token)


@pytest.mark.parametrize("head", ['{"alg":"none"}', '{"alg":"HS512"}', '{"alg":"RS256"}', "{}", "[]", "x"])
def test_the_caller_does_not_choose_how_it_is_checked(head: str) -> None:
    made = BOOK.signed(BOOK.receipt("u1", TAKEN).body, head=head)
    with pytest.raises(CallbackRefused) as refused:
        vonage().heard_in(call(made.body, dict(made.headers)))
    assert refused.value.status == 403


GOOD = BOOK.receipt("u1", TAKEN)


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (Call(headers={}, body=GOOD.body), 401),
        (Call(headers={"Authorization": "Bearer"}, body=GOOD.body), 401),
        (Call(headers={"Authorization": "Bearer x"}, body=GOOD.body), 403),
        (Call(headers={"Authorization": "Bearer é.é.é"}, body=GOOD.body), 403),
        (Call(headers={"Authorization": "Bearer ..."}, body=GOOD.body), 403),
        (Call(headers={"Authorization": "Basic " + GOOD.headers["Authorization"][7:]}, body=GOOD.body), 403),
        (Call(headers=GOOD.headers, body=GOOD.body + b" "), 403),
        (VonageBook("api-secret:theirs", CALLBACK).receipt("u1", TAKEN), 403),
        (BOOK.signed(b"{}"), 400),
        (BOOK.called({"message_uuid": ""}), 400),
        (BOOK.signed(b" " * 262_145), 413),
    ],
)
def test_a_call_of_a_stranger_or_one_that_nobody_can_read_is_refused(made: Call, status: int) -> None:
    with pytest.raises(CallbackRefused) as refused:
        vonage().heard_in(call(made.body, dict(made.headers)))
    assert refused.value.status == status
    assert "sign-secret" not in str(refused.value)


# ── what it says ──


def heard(made: Call) -> Any:
    return vonage().heard_in(call(made.body, dict(made.headers))).events


@pytest.mark.parametrize(("status", "news"), [*NEWS.items(), ("new_word", News.UNKNOWN)])
def test_every_status_is_news(status: str, news: News) -> None:
    (event,) = heard(BOOK.receipt("u1", TAKEN, status, error={"title": 1320, "type": "x"}))
    assert isinstance(event, ReceiptHeard)
    assert (event.carrier_id, event.news, event.about_e164, event.code) == ("u1", news, "+15552223333", "1320")


def test_a_reply_is_heard_and_a_pictures_words_too() -> None:
    (event,) = heard(BOOK.inbound("in-1", "+15552223333", "72345", "STOP é"))
    assert isinstance(event, InboundHeard)
    assert (event.from_e164, event.to_address, event.text) == ("+15552223333", "72345", "STOP é")
    told = {"message_uuid": "in-2", "from": "15552223333", "to": "1", "image": {"url": "x", "caption": "look"}}
    assert heard(BOOK.called(told))[0].text == "look"
    assert heard(BOOK.called(told | {"from": "72345"})) == ()


def test_the_media_of_a_reply_are_heard_whatever_they_are() -> None:
    told = {"message_uuid": "in-2", "from": "15552223333", "to": "1"}
    for kind in ("image", "audio", "video", "vcard", "file"):
        (event,) = heard(BOOK.called(told | {"message_type": kind, kind: {"url": f"https://cdn.example.com/{kind}"}}))
        assert [each.url for each in event.links] == [f"https://cdn.example.com/{kind}"]
    several = [{"type": "image", "url": "https://a.test/1"}, {"type": "text", "text": "look"}]
    (event,) = heard(BOOK.called(told | {"message_type": "content", "content": several}))
    assert (event.text, [each.url for each in event.links]) == ("look", ["https://a.test/1"])


@pytest.mark.parametrize("secret", ["api-secret", "api-secret:", ":sign-secret"])
def test_an_account_has_two_secrets(secret: str) -> None:
    with pytest.raises(Misconfigured, match="a colon, and its signature secret") as complaint:
        carrier_for("vonage", account(secret, SETTINGS))
    assert "api-secret" not in str(complaint.value)


def test_an_account_needs_its_key() -> None:
    with pytest.raises(Misconfigured, match="api_key"):
        carrier_for("vonage", account(SECRET, {"api_key": "a:b"}))
