import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier, outcome_of
from heliogram.model.event import InboundHeard, ReceiptHeard
from heliogram.model.parcel import THROTTLED, UNREACHABLE, Accepted, Outcome, Partly, Refused, SmsParcel, Unknown
from heliogram.model.sender import SenderKind
from heliogram.wire.smpp.message import read_text
from heliogram.wire.smpp.names import OK, RINVDSTADR, RMSGQFUL, RSYSERR, RTHROTTLED, RX_P_APPN, RX_T_APPN, Command
from heliogram.wire.smpp.pdu import Pdu
from tests.world import Ids

from .bound import OWN, bound, carrying
from .gateway import closed_port
from .sides import Shelf, mms_parcel, sms_parcel, until
from .smsc_peer import Line, Peer, context_of_nobody, peer, phone_text, receipt


@pytest.fixture
async def smsc() -> AsyncIterator[Peer]:
    async with peer() as opened:
        yield opened


async def sent(carrier: SmppCarrier, line: Line, parcel: SmsParcel, *answers: tuple[int, str]) -> Outcome:
    """Send a parcel and answer its segments with these statuses and ids."""
    sending = asyncio.create_task(carrier.send(parcel))
    for status, message_id in answers:
        line.answer(await line.hear(), status, message_id=message_id)
    return await sending


# ── the outcome, without a socket ──


def answer(status: int, message_id: str = "") -> Pdu:
    return Pdu(Command.SUBMIT_SM_RESP, status, fields={"message_id": message_id} if message_id else {})


TAKEN, OTHER = answer(OK, "g-1"), answer(OK, "g-2")
NO, SLOWER, FULL, BROKEN = answer(RINVDSTADR), answer(RTHROTTLED), answer(RMSGQFUL), answer(RSYSERR)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ((TAKEN,), Accepted(carrier_ids=("g-1",))),
        ((TAKEN, OTHER), Accepted(carrier_ids=("g-1", "g-2"))),
        ((None,), Unknown(reason="no_answer")),
        ((None, None), Unknown(reason="no_answer")),
        ((NO, None), Unknown(reason="no_answer")),
        ((None, SLOWER), Unknown(reason="no_answer")),
    ],
)
def test_all_answers_together_are_one_outcome(answers: tuple[Pdu | None, ...], outcome: Outcome) -> None:
    assert outcome_of(answers, "") == outcome


@pytest.mark.parametrize(
    ("answers", "ids", "code"),
    [
        ((TAKEN, NO), ("g-1", ""), "ESME_RINVDSTADR"),
        ((NO, TAKEN), ("", "g-1"), "ESME_RINVDSTADR"),
        ((TAKEN, None), ("g-1", ""), "no_answer"),
        ((TAKEN, None, SLOWER), ("g-1", "", ""), "ESME_RTHROTTLED"),
    ],
)
def test_a_text_of_which_some_segments_were_taken_is_never_to_be_sent_whole_again(
    answers: tuple[Pdu | None, ...], ids: tuple[str, ...], code: str
) -> None:
    outcome = outcome_of(answers, "")
    assert isinstance(outcome, Partly)
    assert (outcome.carrier_ids, outcome.code) == (ids, code)


@pytest.mark.parametrize(
    ("answers", "code", "permanent", "waits"),
    [
        ((NO,), "ESME_RINVDSTADR", True, False),
        ((BROKEN,), "ESME_RSYSERR", False, False),
        ((NO, BROKEN), "ESME_RINVDSTADR", True, False),
        ((SLOWER,), THROTTLED, False, True),
        ((FULL,), THROTTLED, False, True),
        ((answer(0x400),), "0x00000400", True, False),
    ],
)
def test_a_refusal_is_the_carriers_own_word(answers: tuple[Pdu, ...], code: str, permanent: bool, waits: bool) -> None:
    outcome = outcome_of(answers, "")
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent, outcome.retry_after_s is not None) == (code, permanent, waits)
    assert outcome.reason.endswith(".")


# ── a parcel ──


@pytest.mark.parametrize(
    ("kind", "sender", "address"),
    [
        (SenderKind.LONG_CODE, "+13125550100", (1, 1, "13125550100")),
        (SenderKind.TOLL_FREE, "+18885550100", (1, 1, "18885550100")),
        (SenderKind.SHORT_CODE, "72345", (3, 0, "72345")),
        (SenderKind.ALPHANUMERIC, "Northgate", (5, 0, "Northgate")),
    ],
)
async def test_a_text_leaves_as_one_submit_that_asks_for_a_receipt(
    smsc: Peer, kind: SenderKind, sender: str, address: tuple[int, int, str]
) -> None:
    async with carrying(smsc.port) as carrier:
        line = await bound(smsc, carrier)
        sending = asyncio.create_task(carrier.send(sms_parcel(sender_kind=kind, sender=sender)))
        pdu = await line.hear()
        line.answer(pdu, message_id="g-1")
        assert (pdu.number("source_addr_ton"), pdu.number("source_addr_npi"), pdu.text("source_addr")) == address
        assert (pdu.number("dest_addr_ton"), pdu.text("destination_addr")) == (1, "13125550142")
        assert (pdu.number("registered_delivery"), pdu.octets("short_message")) == (1, b"Sale today")
        outcome = await sending
        assert isinstance(outcome, Accepted)
        assert outcome.carrier_ids == ("g-1",)
        assert outcome.exchange == (
            f"submit_sm {sender} -> …0142, GSM-7, 1 segment(s)\nsubmit_sm_resp ESME_ROK message_id=g-1"
        )


@pytest.mark.parametrize(
    ("settings", "parcel", "n_submits", "text"),
    [
        ({"long_texts": "udh16"}, {"parts": ("a" * 152, "b")}, 2, "a" * 152 + "b"),
        ({"long_texts": "sar"}, {"parts": ("a" * 152, "b")}, 2, "a" * 152 + "b"),
        ({"long_texts": "payload"}, {"parts": ("a" * 152, "b")}, 1, "a" * 152 + "b"),
        ({"alphabet": "latin1"}, {"parts": ("Grüße",)}, 1, "Grüße"),
        ({"national": "tr"}, {"parts": ("ığ",), "shift": (1, 0)}, 1, "ığ"),
    ],
    ids=["udh16", "sar", "payload", "latin1", "turkish"],
)
async def test_a_text_travels_as_its_account_has_it(
    smsc: Peer, settings: dict[str, Any], parcel: dict[str, Any], n_submits: int, text: str
) -> None:
    charset = "latin-1" if "alphabet" in settings else ""
    async with carrying(smsc.port, **settings) as carrier:
        line = await bound(smsc, carrier)
        sending = asyncio.create_task(carrier.send(sms_parcel(**parcel)))
        heard = [await line.hear() for _ in range(n_submits)]
        for number, pdu in enumerate(heard):
            line.answer(pdu, message_id=f"g-{number}")
        assert "".join(read_text(pdu, charset)[0] for pdu in heard) == text
        outcome = await sending
        assert isinstance(outcome, Accepted)
        assert outcome.carrier_ids == tuple(f"g-{number}" for number in range(n_submits))


async def test_what_data_coding_0_stands_for_holds_for_what_phones_write(smsc: Peer) -> None:
    shelf = Shelf()
    async with carrying(smsc.port, shelf, alphabet="latin1") as carrier:
        line = await bound(smsc, carrier)
        line.say(phone_text(1, "Grüße".encode("latin-1")))
        await line.hear()
        (heard,) = shelf.stored
        assert isinstance(heard, InboundHeard)
        assert heard.text == "Grüße"


async def test_segments_go_through_one_session_and_tell_a_handset_how_to_join_them(smsc: Peer) -> None:
    async with carrying(smsc.port, binds=2, window=5) as carrier:
        lines = [await smsc.line(), await smsc.line()]
        for line in lines:
            await line.bind()
        await until(lambda: "2 of 2" in carrier.health().detail)
        parts = ("Grüße ", "🎉 und ", "mehr")
        sending = asyncio.create_task(carrier.send(sms_parcel(parts=parts, encoding="UCS-2", reference=300)))
        first = [asyncio.create_task(line.hear()) for line in lines]
        done, waiting = await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        used = lines[first.index(next(iter(done)))]
        pdus = [next(iter(done)).result(), await used.hear(), await used.hear()]
        for number, pdu in enumerate(pdus, 1):
            text, concat = read_text(pdu)
            assert (text, pdu.number("data_coding")) == (parts[number - 1], 8)
            assert concat is not None
            assert (concat.reference, concat.total, concat.number) == (300 % 256, 3, number)
            used.answer(pdu, message_id=f"g-{number}")
        outcome = await sending
        assert isinstance(outcome, Accepted)
        assert outcome.carrier_ids == ("g-1", "g-2", "g-3")
        assert all(not task.done() for task in waiting)
        for task in waiting:
            task.cancel()


async def test_the_session_with_the_most_room_is_used(smsc: Peer) -> None:
    async with carrying(smsc.port, binds=2, window=1) as carrier:
        lines = [await smsc.line(), await smsc.line()]
        for line in lines:
            await line.bind()
        await until(lambda: "2 of 2" in carrier.health().detail)
        assert carrier.capabilities.window == 2
        sending = [asyncio.create_task(carrier.send(sms_parcel(key))) for key in ("m1.1", "m2.1")]
        for line in lines:
            line.answer(await line.hear(), message_id="g-1")
        assert all(isinstance(outcome, Accepted) for outcome in await asyncio.gather(*sending))


async def test_a_text_whose_second_segment_was_refused_keeps_the_id_of_the_first(smsc: Peer) -> None:
    async with carrying(smsc.port) as carrier:
        line = await bound(smsc, carrier)
        outcome = await sent(carrier, line, sms_parcel(parts=("a", "b")), (OK, "g-1"), (RINVDSTADR, ""))
        assert isinstance(outcome, Partly)
        assert (outcome.carrier_ids, outcome.code) == (("g-1", ""), "ESME_RINVDSTADR")


async def test_a_connection_lost_between_two_segments_is_no_clean_refusal(smsc: Peer) -> None:
    async with carrying(smsc.port, window=1) as carrier:
        line = await bound(smsc, carrier)
        sending = asyncio.create_task(carrier.send(sms_parcel(parts=("a", "b"))))
        await line.hear()
        line.hang_up()
        assert isinstance(await sending, Unknown)


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": ("Grüße 🎉",)},
        {"sender_kind": SenderKind.ALPHANUMERIC, "sender": "N" * 21},
        {"sender": ""},
        {"parts": ("a",) * 256},
    ],
)
async def test_what_smpp_cannot_carry_is_refused_for_good_and_takes_no_room(
    smsc: Peer, changes: dict[str, Any]
) -> None:
    async with carrying(smsc.port, window=1) as carrier:
        line = await bound(smsc, carrier)
        outcome = await carrier.send(sms_parcel(**changes))
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.permanent) == ("not_encodable", True)
        assert await line.heard_nothing_more()
        longest = sms_parcel(sender_kind=SenderKind.ALPHANUMERIC, sender="N" * 20)
        assert isinstance(await sent(carrier, line, longest, (OK, "g-1")), Accepted)


async def test_a_picture_is_not_carried_whether_connected_or_not() -> None:
    carrier = SmppCarrier.configured(OWN, "secret", Ids().new_id)
    outcome = await carrier.send(mms_parcel())
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == ("no_mms", True)


# ── what the carrier says of its own accord ──


async def test_receipts_and_texts_are_stored_together_and_then_acknowledged(smsc: Peer) -> None:
    shelf = Shelf()
    shelf.is_open.clear()
    async with carrying(smsc.port, shelf) as carrier:
        line = await bound(smsc, carrier)
        line.say(receipt(1, "g-1"), phone_text(2, b"STOP"))
        await until(lambda: shelf.n_asked)
        assert await line.heard_nothing_more()
        shelf.is_open.set()
        told = [await line.hear(), await line.hear()]
        assert [(each.sequence, each.status) for each in told] == [(1, OK), (2, OK)]
        assert [type(event) for event in shelf.stored] == [ReceiptHeard, InboundHeard]


async def test_what_could_not_be_stored_is_asked_for_again(smsc: Peer) -> None:
    shelf = Shelf()
    shelf.n_failures = 1
    async with carrying(smsc.port, shelf) as carrier:
        line = await bound(smsc, carrier)
        line.say(receipt(1, "g-1"))
        assert (await line.hear()).status == RX_T_APPN
        line.say(receipt(2, "g-1"))
        assert (await line.hear()).status == OK
        assert len(shelf.stored) == 1


async def test_what_nobody_can_read_is_refused_and_holds_nothing_else_up(smsc: Peer) -> None:
    shelf = Shelf()
    async with carrying(smsc.port, shelf) as carrier:
        line = await bound(smsc, carrier)
        line.say(phone_text(1, b"Hi", "Northgate"))
        assert ((await line.hear()).status, shelf.n_asked) == (RX_P_APPN, 0)
        line.say(phone_text(2, b"Hi", "Northgate"), receipt(3, "g-1"))
        told = {each.sequence: each.status for each in (await line.hear(), await line.hear())}
        assert told == {2: RX_P_APPN, 3: OK}
        assert len(shelf.stored) == 1


async def test_a_notice_that_takes_no_answer_does_not_end_the_listening(smsc: Peer) -> None:
    shelf = Shelf()
    async with carrying(smsc.port, shelf) as carrier:
        line = await bound(smsc, carrier)
        line.say(Pdu(Command.ALERT_NOTIFICATION, sequence=1, fields={"source_addr": "13125550142"}))
        line.say(receipt(2, "g-1"))
        assert (await line.hear()).sequence == 2
        assert [type(event) for event in shelf.stored] == [ReceiptHeard]


async def test_a_receipt_stored_too_late_does_not_acknowledge_another_in_the_next_session(smsc: Peer) -> None:
    shelf = Shelf()
    shelf.is_open.clear()
    async with carrying(smsc.port, shelf) as carrier:
        line = await bound(smsc, carrier)
        line.say(receipt(1, "g-1"))
        await until(lambda: shelf.n_asked == 1)
        line.hang_up()
        await until(lambda: carrier.health().link is not Link.UP)
        line = await bound(smsc, carrier)
        line.say(receipt(1, "g-2"))
        shelf.n_failures = 1  # the second cannot be stored; only an answer meant for the first could be OK
        shelf.is_open.set()
        told = await line.hear()
        assert (told.sequence, told.status) == (1, RX_T_APPN)


async def test_the_same_place_of_two_sessions_is_two_texts(smsc: Peer) -> None:
    shelf = Shelf()
    async with carrying(smsc.port, shelf) as carrier:
        for n in (1, 2):
            line = await bound(smsc, carrier)
            line.say(phone_text(1, b"STOP"))
            assert (await line.hear()).status == OK
            line.hang_up()
            await until(lambda: carrier.health().link is not Link.UP)
            assert len({event.unique for event in shelf.stored if isinstance(event, InboundHeard)}) == n


# ── how it stands ──


async def test_its_health_tells_an_operator_where_it_is_connected_or_why_not(smsc: Peer) -> None:
    where = f"127.0.0.1:{smsc.port}"
    async with carrying(smsc.port) as carrier:
        assert (carrier.health().link, carrier.health().detail) == (Link.CONNECTING, f"Connecting to {where}.")
        await bound(smsc, carrier)
        assert carrier.health().detail == f"Connected to {where} (1 of 1 sessions)."


async def test_a_carrier_that_is_not_there_is_down_and_says_why() -> None:
    port = await closed_port()
    async with carrying(port) as carrier:
        await until(lambda: carrier.health().link is Link.DOWN)
        expected = f"127.0.0.1:{port}: The carrier cannot be reached (nothing listens there)."
        assert carrier.health().detail == expected
        outcome = await carrier.send(sms_parcel())
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.reason, outcome.permanent) == (UNREACHABLE, expected, False)


async def test_a_stranger_in_tls_does_not_learn_the_password(tmp_path: Path) -> None:
    async with peer(context_of_nobody(tmp_path)) as smsc, carrying(smsc.port, tls=True) as carrier:
        await until(lambda: carrier.health().link is Link.DOWN)
        assert "certificate" in carrier.health().detail
        assert smsc.lines.empty()


@pytest.mark.parametrize(("state", "is_slowed"), [(b"\x00", False), (b"\x59", False), (b"\x5a", True), (b"\x64", True)])
async def test_a_carrier_that_is_nearly_congested_is_sent_less(smsc: Peer, state: bytes, is_slowed: bool) -> None:
    async with carrying(smsc.port, per_s=100) as carrier:
        line = await bound(smsc, carrier)
        sending = asyncio.create_task(carrier.send(sms_parcel()))
        pdu = await line.hear()
        line.say(Pdu(Command.SUBMIT_SM_RESP, OK, pdu.sequence, {"message_id": "g-1"}, ((0x0428, state),)))
        assert isinstance(await sending, Accepted)
        assert ("Slowed to 50" in carrier.health().detail) is is_slowed
