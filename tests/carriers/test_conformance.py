"""What every carrier owes the rest of the product, over real sockets to the simulator."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from heliogram.carriers.protocol import Asks, CallbackRefused, Cancels, Link
from heliogram.carriers.registry import CANCELS, CARRIERS
from heliogram.model.event import Callback, News, Piece, ReceiptHeard, Untold
from heliogram.model.parcel import THROTTLED, UNREACHABLE, Accepted, MmsParcel, Parcel, Refused, Unknown

from .sides import NUMBER, PASSWORD, REFUSALS, SECRET, SIDES, Side, open_side, sms_parcel, until

KINDS = sorted(CARRIERS)
IN_TIME_S = 8.0
"""Less than any carrier's wait for an answer, so that closing cannot have waited for one."""


@pytest.fixture(params=KINDS)
async def side(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Side]:
    async with open_side(request.param, tmp_path) as opened:
        yield opened


def test_every_carrier_is_put_to_the_test() -> None:
    assert set(SIDES) == set(REFUSALS) == set(CARRIERS)


# ── the outcome of one parcel ──


async def test_what_was_accepted_has_an_id_for_every_piece(side: Side) -> None:
    outcome = await side.carrier.send(side.parcel())
    assert isinstance(outcome, Accepted)
    assert list(outcome.carrier_ids) == [line["id"] for line in side.lines("submit")]
    assert all(outcome.carrier_ids)


async def test_a_text_of_several_segments_has_their_ids_in_order(tmp_path: Path) -> None:
    for kind in KINDS:
        async with open_side(kind, tmp_path / kind) as side:
            if not side.carrier.capabilities.sms:
                continue
            outcome = await side.carrier.send(sms_parcel(parts=("one ", "two ", "three")))
            lines = side.lines("submit")
            assert isinstance(outcome, Accepted)
            assert list(outcome.carrier_ids) == [line["id"] for line in lines]
            # Web services take a text whole and cut it themselves.
            in_pieces = ["one ", "two ", "three"] if kind == "smpp" else ["one two three"]
            assert [line["text"] for line in lines] == in_pieces


async def test_a_refusal_says_code_reason_and_whether_it_lasts(side: Side) -> None:
    for status, code, permanent in REFUSALS[side.kind]:
        side.faults.set({"refuse_status": status, "refuse_n": 1})
        outcome = await side.carrier.send(side.parcel())
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.permanent) == (code, permanent)
        assert outcome.reason.endswith(".")
    assert side.lines("submit") == []


async def test_too_fast_is_no_lasting_refusal_and_says_when_to_come_back(side: Side) -> None:
    side.faults.set({"throttle_per_s": 1.0})
    assert isinstance(await side.carrier.send(side.parcel()), Accepted)
    outcome = await side.carrier.send(side.parcel("m2.1"))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (THROTTLED, False)
    assert outcome.retry_after_s is not None
    assert outcome.retry_after_s > 0


async def test_a_connection_that_drops_after_the_octets_left_leaves_the_outcome_unknown(side: Side) -> None:
    side.faults.set({"drop_after_n": 1})
    outcome = await side.carrier.send(side.parcel())
    assert isinstance(outcome, Unknown)
    assert len(side.lines("submit")) == 1


async def test_a_carrier_away_before_the_octets_left_is_refused_and_not_unknown(side: Side) -> None:
    await side.stop_simulator()
    if side.kind == "smpp":
        await until(lambda: side.carrier.health().link is not Link.UP)
    outcome = await side.carrier.send(side.parcel())
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.permanent) == (UNREACHABLE, False)
    assert side.lines("submit") == []
    assert side.carrier.health().link is Link.DOWN
    assert side.carrier.health().detail.endswith(".")


async def test_what_a_carrier_does_not_carry_it_refuses_for_good(side: Side) -> None:
    can = side.carrier.capabilities
    assert can.window >= 1
    assert can.sms or can.mms
    assert can.mms is isinstance(side.parcel(), MmsParcel)
    outcome = await side.carrier.send(side.stray())
    assert isinstance(outcome, Refused)
    assert outcome.permanent
    assert side.lines("submit") == []


async def test_what_says_that_it_can_be_asked_has_a_way_to_be_and_tells_what_became_of_a_message(side: Side) -> None:
    assert side.carrier.capabilities.queries is isinstance(side.carrier, Asks)
    if not isinstance(side.carrier, Asks):
        return
    side.faults.set({"lose_receipts_n": 1})
    parcel = side.parcel()
    outcome = await side.carrier.send(parcel)
    assert isinstance(outcome, Accepted)
    (carrier_id,) = outcome.carrier_ids
    piece = _piece(parcel, carrier_id)
    told = await side.carrier.ask(piece)
    assert isinstance(told, ReceiptHeard)
    assert (told.carrier_id, told.news, told.is_asked) == (carrier_id, News.DELIVERED, True)
    assert (len(side.lines("submit")), side.shelf.stored) == (1, [])
    assert isinstance(await side.carrier.ask(msgspec.structs.replace(piece, carrier_id="4711")), Untold)


async def test_what_says_that_it_takes_back_has_a_way_to_and_does_before_the_phone_has_it(tmp_path: Path) -> None:
    for kind in KINDS:
        async with open_side(kind, tmp_path / kind, delivery_delay_s=60.0) as side:
            assert side.carrier.capabilities.cancels is isinstance(side.carrier, Cancels) is (kind in CANCELS)
            if not isinstance(side.carrier, Cancels):
                continue
            parcel = side.parcel()
            outcome = await side.carrier.send(parcel)
            assert isinstance(outcome, Accepted)
            (carrier_id,) = outcome.carrier_ids
            piece = _piece(parcel, carrier_id)
            told, again = await side.carrier.cancel(piece), await side.carrier.cancel(piece)
            assert isinstance(told, ReceiptHeard)
            assert (told.carrier_id, told.news, told.is_asked) == (carrier_id, News.DELETED, True)
            assert isinstance(again, Untold) and again.code == {"smpp": "ESME_RCANCELFAIL", "mm7": "3001"}[kind]
            assert [line["id"] for line in side.lines("canceled")] == [carrier_id]
            assert side.phones.phone(NUMBER).messages == []


def _piece(parcel: Parcel, carrier_id: str) -> Piece:
    return Piece(carrier_id=carrier_id, sender_kind=parcel.sender_kind, sender=parcel.sender, to_e164=parcel.to_e164)


async def test_neither_the_password_nor_the_text_nor_the_number_is_in_what_is_kept_or_shown(side: Side) -> None:
    side.faults.set({"refuse_status": REFUSALS[side.kind][0][0], "refuse_n": 1})
    refused, accepted = await side.carrier.send(side.parcel()), await side.carrier.send(side.parcel("m2.1"))
    assert isinstance(refused, Refused)
    assert isinstance(accepted, Accepted)
    assert refused.exchange
    assert accepted.exchange
    kept = f"{refused} {accepted} {side.carrier.health()} {getattr(side.carrier, 'settings', '')}"
    for hidden in (PASSWORD, SECRET, "Sale today", NUMBER, NUMBER[1:]):
        assert hidden not in kept


# ── what the carrier says of its own accord ──


async def test_a_receipt_names_the_id_that_was_given_and_the_number(side: Side) -> None:
    outcome = await side.carrier.send(side.parcel())
    await until(lambda: side.shelf.stored)
    (event,) = side.shelf.stored
    assert isinstance(outcome, Accepted)
    assert isinstance(event, ReceiptHeard)
    assert ((event.carrier_id,), event.news, event.about_e164) == (outcome.carrier_ids, News.DELIVERED, NUMBER)


async def test_a_receipt_is_acknowledged_once_it_is_stored_and_not_before(side: Side) -> None:
    side.shelf.is_open.clear()
    await side.carrier.send(side.parcel())
    await until(lambda: side.shelf.n_asked)
    # Another message goes there and back on the same connection: a receipt acknowledged by now would be in the journal.
    side.faults.set({"lose_receipts_n": 1})
    assert isinstance(await side.carrier.send(side.parcel("m2.1")), Accepted)
    assert side.lines("acknowledged") == []
    side.shelf.is_open.set()
    await until(lambda: side.lines("acknowledged"))
    assert [line["id"] for line in side.lines("acknowledged")] == [side.lines("submit")[0]["id"]]


async def test_a_receipt_that_could_not_be_stored_stays_with_the_carrier_and_comes_again(side: Side) -> None:
    side.shelf.n_failures = 1
    side.shelf.is_open.clear()
    await side.carrier.send(side.parcel())
    await until(lambda: side.shelf.n_asked == 2)
    assert (side.shelf.stored, side.lines("acknowledged")) == ([], [])
    side.shelf.is_open.set()
    await until(lambda: side.lines("acknowledged"))
    assert len(side.shelf.stored) == 1


async def test_a_stranger_who_calls_is_refused_with_a_sentence(side: Side) -> None:
    with pytest.raises(CallbackRefused) as refused:
        side.carrier.read_callback(Callback(method="POST", path="/carriers/own", headers={}, body=b"<a/>"))
    assert 400 <= refused.value.status < 500
    assert str(refused.value).endswith(".")


# ── the end ──


async def test_closing_ends_everything_in_time(side: Side) -> None:
    assert isinstance(await side.carrier.send(side.parcel()), Accepted)
    await until(lambda: side.lines("acknowledged"))
    async with asyncio.timeout(IN_TIME_S):
        await side.close()
        await side.close()
    await until(lambda: side.n_sessions() == 0)
    assert side.listening.cancelled()


@pytest.mark.parametrize("kind", KINDS)
async def test_closing_while_an_answer_is_awaited_leaves_its_outcome_unknown(kind: str, tmp_path: Path) -> None:
    async with open_side(kind, tmp_path, answer_delay_s=60.0) as side:
        sending = asyncio.create_task(side.carrier.send(side.parcel()))
        await until(lambda: side.lines("submit"))
        async with asyncio.timeout(IN_TIME_S):
            await side.close()
            outcome = await sending
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_carrier_never_used_closes_at_once(kind: str, tmp_path: Path) -> None:
    async with open_side(kind, tmp_path) as side:
        async with asyncio.timeout(IN_TIME_S):
            await side.close()
        assert list(side.journal.lines()) == []
