"""What gateways send wrong, as a set of files: each is read as its index says, or refused with the reason it says."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.http import basic_credentials
from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_calls import heard_in, shown_envelope
from heliogram.carriers.mm7_requests import outcome_of
from heliogram.carriers.protocol import CallbackRefused
from heliogram.model.event import Callback, Event, InboundHeard, ReceiptHeard
from heliogram.model.parcel import Accepted, Outcome, Refused
from heliogram.wire.errors import TheirFault
from heliogram.wire.mm7.cancel import read_cancel_req, read_cancel_rsp
from heliogram.wire.mm7.content import read_content
from heliogram.wire.mm7.deliver import read_deliver_req
from heliogram.wire.mm7.envelope import Envelope, read_message
from heliogram.wire.mm7.fault import read_fault
from heliogram.wire.mm7.replace import read_replace_req, read_replace_rsp
from heliogram.wire.mm7.report import read_delivery_report, read_read_reply
from heliogram.wire.mm7.status import read_status
from heliogram.wire.mm7.submit import read_submit_req, read_submit_rsp

from .test_mm7 import settings_for

FOLDER = Path(__file__).parents[1] / "vectors" / "mm7" / "malformed"
INDEX: list[dict[str, Any]] = json.loads((FOLDER / "index.json").read_text())["files"]
READERS: list[Callable[[Envelope], object]] = [
    *(read_submit_req, read_submit_rsp, read_cancel_req, read_cancel_rsp, read_replace_req, read_replace_rsp),
    *(read_deliver_req, read_delivery_report, read_read_reply, read_fault, read_status),
]
CUT = ["deliver-with-lf-only", "deliver-with-two-parts-of-one-id", "report-in-euc-kr", "report-in-utf-16"]
CUT += ["answer-fault-without-detail", "answer-error-outside-a-fault"]
BEHIND = [b"\r\n", b"\x00", b"<", b"--outer--", b"\r\n--outer\r\n", b"\xff\xfe", b"<a/>", b"</env:Envelope>", b"]]>"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wild:
    """One file: a call to us, or an answer to a SubmitReq with its `status`."""

    status: int
    content_type: str
    body: bytes


def wild(name: str) -> Wild:
    head, _, body = (FOLDER / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    named = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in headers)}
    status = int(first.split(" ")[1]) if first.startswith("HTTP/") else 0
    return Wild(status=status, content_type=named.get("content-type", ""), body=body)


def shown_event(event: Event) -> dict[str, Any]:
    match event:
        case ReceiptHeard(carrier_id=carrier_id, news=news, about_e164=about):
            return {"receipt": carrier_id, "news": news.value, "about": about}
        case InboundHeard(unique=unique, from_e164=sender, to_address=to, text=text, media=media):
            files = [f"{each.content_type} {len(each.octets)}" for each in media]
            return {"inbound": unique, "from": sender, "to": to, "text": text, "media": files}


def shown_outcome(outcome: Outcome) -> dict[str, Any]:
    shown: dict[str, Any] = {"outcome": type(outcome).__name__}
    match outcome:
        case Accepted(carrier_ids=(carrier_id,)):
            return shown | {"carrier_id": carrier_id}
        case Refused(code=code, permanent=permanent):
            return shown | {"code": code, "permanent": permanent}
        case _:
            return shown


def shown(sent: Wild) -> dict[str, Any]:
    """What the carrier makes of it."""
    if sent.status:
        headers = {"content-type": sent.content_type} if sent.content_type else {}
        return shown_outcome(outcome_of(sent.status, headers, sent.body))
    carrier = Mm7Carrier(settings_for())
    headers = {"content-type": sent.content_type, "authorization": basic_credentials("helio", "secret")}
    try:
        heard = carrier.read_callback(Callback(method="POST", path="/", headers=headers, body=sent.body))
    except CallbackRefused as refused:
        assert refused.status == 400
        return {"refused": str(refused)}
    assert heard.stored.status == 200
    return {"heard": [shown_event(event) for event in heard.events]}


@pytest.mark.parametrize("vector", INDEX, ids=lambda vector: str(vector["file"]))
async def test_each_is_read_as_its_index_says_or_refused_with_its_reason(vector: dict[str, Any]) -> None:
    made = shown(wild(vector["file"]))
    expected = vector["expected"]
    if "refused" in expected:
        assert made["refused"].startswith(f"Not readable as MM7: {expected['refused']}")
        assert made["refused"].endswith(".") and made["refused"].isprintable()
    else:
        assert made == expected


def test_every_file_is_in_the_index_and_says_where_it_is_from() -> None:
    assert {vector["file"] for vector in INDEX} == {path.stem for path in FOLDER.glob("*.http")}
    assert len(INDEX) == len({vector["file"] for vector in INDEX}) > 25
    assert all(len(vector["source"]) > 10 for vector in INDEX)


def read_by_everybody(sent: Wild) -> None:
    """Whoever might read it does, or raises TheirFault: anything else goes through."""
    try:
        message = read_message(sent.content_type, sent.body)
        read_content(message.content)
    except TheirFault as fault:
        assert str(fault)
        return
    for reader in READERS:
        try:
            reader(message.envelope)
        except TheirFault as fault:
            assert str(fault)


@pytest.mark.parametrize("name", [vector["file"] for vector in INDEX])
def test_every_reader_takes_it_or_says_that_it_is_their_fault(name: str) -> None:
    read_by_everybody(wild(name))
    assert len(shown_envelope(wild(name).body)) <= 1_200


@pytest.mark.parametrize("name", CUT)
def test_cut_short_at_any_octet_it_is_read_or_their_fault(name: str) -> None:
    whole = wild(name)
    for length in range(len(whole.body)):
        cut = Wild(status=whole.status, content_type=whole.content_type, body=whole.body[:length])
        read_by_everybody(cut)
        if whole.status:
            assert not isinstance(outcome_of(whole.status, {}, cut.body), Accepted)
        else:
            heard_or_not(cut)


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("behind", BEHIND, ids=repr)
def test_with_octets_behind_it_is_read_or_their_fault(name: str, behind: bytes) -> None:
    whole = wild(name)
    longer = Wild(status=whole.status, content_type=whole.content_type, body=whole.body + behind)
    read_by_everybody(longer)
    assert whole.status or heard_or_not(longer) in (-1, 1)


def heard_or_not(sent: Wild) -> int:
    """How many events it brings; -1 where it is refused."""
    try:
        return len(heard_in(sent.content_type, sent.body).events)
    except TheirFault:
        return -1
