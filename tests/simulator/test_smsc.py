import asyncio
from pathlib import Path

import pytest

from heliogram.simulator.smsc import MAX_DIGITS
from heliogram.wire.smpp import receipt
from heliogram.wire.smpp.message import LongForm, address_of, read_text, submit_parts
from heliogram.wire.smpp.names import (
    OK,
    RINVBNDSTS,
    RINVCMDID,
    RINVDSTADR,
    RINVMSGLEN,
    RINVPASWD,
    RINVSYSID,
    RTHROTTLED,
    RX_T_APPN,
    Command,
)
from heliogram.wire.smpp.pdu import MAX_OCTETS, Pdu
from tests.carriers.sides import until
from tests.simulator.clients import AT, NUMBER, Scene, scene_in, submits

# ── taking ──


async def test_a_message_is_in_the_journal_before_its_answer_is_on_the_wire(scene: Scene) -> None:
    line = await scene.bound()
    for n in range(1, 4):
        (answer,) = await scene.send(line, *submits(f"text {n}", sender="+13125550100"))
        taken = scene.journaled("submit")
        assert [each["text"] for each in taken] == [f"text {number}" for number in range(1, n + 1)]
        assert (answer.status, answer.text("message_id")) == (OK, taken[-1]["id"])
        assert (taken[-1]["from"], taken[-1]["to"], taken[-1]["receipt"]) == ("+13125550100", NUMBER, True)


async def test_many_in_one_write_are_all_taken_in_order_with_an_id_each(scene: Scene) -> None:
    line = await scene.bound()
    pdus = [pdu for n in range(200) for pdu in submits(f"text {n}")]
    answers = await scene.send(line, *pdus)
    assert [answer.text("message_id") for answer in answers] == [each["id"] for each in scene.journaled("submit")]
    assert [each["text"] for each in scene.journaled("submit")] == [f"text {n}" for n in range(200)]
    assert len({answer.text("message_id") for answer in answers}) == 200


async def test_segments_reach_the_phone_as_one_text(scene: Scene) -> None:
    line = await scene.bound()
    await scene.send(line, *submits("Grüße ", "🎉 und ", "mehr", sender="Northgate", encoding="UCS-2"))
    (message,) = scene.smsc.phones.phone(NUMBER).messages
    assert (message.sender, message.text) == ("Northgate", "Grüße 🎉 und mehr")
    assert [(each["reference"], each["parts"], each["part"]) for each in scene.journaled("submit")] == [
        (7, 3, 1),
        (7, 3, 2),
        (7, 3, 3),
    ]


@pytest.mark.parametrize(("form", "esm_class"), [(LongForm.UDH_8, 0x40), (LongForm.UDH_16, 0x40), (LongForm.SAR, 0)])
async def test_the_journal_says_whether_a_segment_has_its_place_in_a_header_or_in_tlvs(
    scene: Scene, form: LongForm, esm_class: int
) -> None:
    line = await scene.bound()
    sender, phone = address_of("72345"), address_of(NUMBER)
    await scene.send(line, *submit_parts(sender, phone, ("one ", "two"), "GSM-7", reference=7, form=form))
    places = [(each["part"], each["parts"], each["esm_class"]) for each in scene.journaled("submit")]
    assert places == [(1, 2, esm_class), (2, 2, esm_class)]


@pytest.mark.parametrize(
    ("digits", "status"),
    [(digits, RINVDSTADR) for digits in ("", "1" * 6, "31x2555", "²" * 9)]
    + [(digits, OK) for digits in ("1" * 7, "1" * MAX_DIGITS)],
)
async def test_a_destination_is_a_number_of_a_length_that_a_receipt_can_name(
    scene: Scene, digits: str, status: int
) -> None:
    line = await scene.bound()
    (pdu,) = submits()
    (answer,) = await scene.send(line, Pdu(pdu.command, fields={**pdu.fields, "destination_addr": digits}))
    assert answer.status == status
    assert len(scene.journaled("submit")) == (status == OK)


async def test_a_text_that_cannot_be_read_is_refused(scene: Scene) -> None:
    line = await scene.bound()
    (pdu,) = submits()
    (answer,) = await scene.send(line, Pdu(pdu.command, fields={**pdu.fields, "data_coding": 8, "short_message": b"x"}))
    assert (answer.status, scene.journaled("submit")) == (RINVMSGLEN, [])


# ── who may ──


@pytest.mark.parametrize(("fields", "status"), [({"system_id": "x"}, RINVSYSID), ({"password": "guess"}, RINVPASWD)])
async def test_a_stranger_is_not_let_in(scene: Scene, fields: dict[str, str], status: int) -> None:
    line, answer = await scene.bind(**fields)
    assert (answer.command, answer.status) == (Command.BIND_TRANSCEIVER_RESP, status)
    assert (await scene.send(line, *submits()))[0].status == RINVBNDSTS
    assert scene.journaled("submit") == []


async def test_who_only_receives_may_not_send_and_who_only_sends_hears_nothing(scene: Scene) -> None:
    receiver, sender = await scene.bound(Command.BIND_RECEIVER), await scene.bound(Command.BIND_TRANSMITTER)
    assert (await scene.send(receiver, *submits()))[0].status == RINVBNDSTS
    (answer,) = await scene.send(sender, *submits())
    told = await receiver.hear()
    assert (told.command, receipt.read(told, read_text(told)[0]).id) == (
        Command.DELIVER_SM,
        answer.text("message_id"),
    )
    assert await sender.heard_nothing_more()


async def test_questions_about_the_link_and_goodbyes_are_answered(scene: Scene) -> None:
    line = await scene.bound()
    assert (await scene.send(line, Pdu(Command.ENQUIRE_LINK)))[0].command == Command.ENQUIRE_LINK_RESP
    assert (await scene.send(line, Pdu(Command.UNBIND)))[0].command == Command.UNBIND_RESP
    assert await line.is_gone()
    await until(lambda: scene.smsc.sessions == [])


# ── receipts ──


@pytest.mark.parametrize(
    ("suffix", "stat", "state"),
    [
        ("0142", "DELIVRD", 2),
        ("0099", "UNDELIV", 5),
        ("0098", "EXPIRED", 3),
        ("0097", "REJECTD", 8),
        ("0096", "UNKNOWN", 7),
    ],
)
async def test_a_receipt_tells_the_fate_in_text_and_tlv(scene: Scene, suffix: str, stat: str, state: int) -> None:
    line = await scene.bound()
    (answer,) = await scene.send(line, *submits(to=f"+1312555{suffix}"))
    told = await line.hear()
    said = receipt.read_text(read_text(told)[0])
    assert (said.id, said.stat) == (answer.text("message_id"), stat)
    assert (told.tlv(0x001E), told.tlv(0x0427)) == (answer.text("message_id").encode() + b"\0", bytes([state]))
    assert (told.text("source_addr"), told.text("destination_addr")) == (f"1312555{suffix}", "72345")
    assert scene.journaled("acknowledged") == []
    line.answer(told)
    await until(lambda: scene.journaled("acknowledged"))
    assert scene.journaled("acknowledged")[0]["id"] == said.id


async def test_no_receipt_comes_that_was_not_asked_for(scene: Scene) -> None:
    line = await scene.bound()
    await scene.send(
        line, *submit_parts(address_of("72345"), address_of(NUMBER), ["Hi"], "GSM-7", reference=1, receipt=False)
    )
    await scene.send(line, *submits())
    told = await line.hear()
    assert receipt.read_text(read_text(told)[0]).id == scene.journaled("submit")[1]["id"]


async def test_a_receipt_nobody_acknowledged_comes_again_at_the_next_bind(scene: Scene) -> None:
    line = await scene.bound()
    (answer,) = await scene.send(line, *submits())
    await line.hear()
    line.hang_up()
    await until(lambda: scene.smsc.sessions == [])
    told = await (await scene.bound()).hear()
    assert receipt.read_text(read_text(told)[0]).id == answer.text("message_id")


async def test_a_receipt_that_could_not_be_stored_is_offered_again_after_a_moment(scene: Scene) -> None:
    line = await scene.bound()
    await scene.send(line, *submits())
    first = await line.hear()
    line.answer(first, RX_T_APPN)
    again = await line.hear()
    assert read_text(again) == read_text(first)
    assert scene.journaled("acknowledged") == []


async def test_a_restart_gives_no_id_twice_and_owes_what_nobody_acknowledged(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        (first,) = await scene.send(await scene.bound(), *submits())
        await until(lambda: scene.journaled("receipt"))
    async with scene_in(tmp_path) as scene:
        line = await scene.bound()
        told = await line.hear()
        assert receipt.read_text(read_text(told)[0]).id == first.text("message_id")
        (second,) = await scene.send(line, *submits())
        assert int(second.text("message_id")) == int(first.text("message_id")) + 1
        assert len(scene.smsc.phones.phone(NUMBER).messages) == 2


# ── faults ──


async def test_a_refusal_on_demand_takes_nothing_and_is_spent(scene: Scene) -> None:
    line = await scene.bound()
    scene.smsc.faults.set({"refuse_status": 0x14, "refuse_n": 1})
    refused, taken = await scene.send(line, *submits(), *submits())
    assert (refused.status, refused.text("message_id"), taken.status) == (0x14, "", OK)
    assert len(scene.journaled("submit")) == 1


async def test_too_fast_is_told_so_and_not_taken(scene: Scene) -> None:
    line = await scene.bound()
    scene.smsc.faults.set({"throttle_per_s": 2})
    answers = await scene.send(line, *submits(), *submits(), *submits())
    assert [answer.status for answer in answers] == [OK, OK, RTHROTTLED]
    assert len(scene.journaled("submit")) == 2


async def test_a_lost_receipt_never_comes_and_the_next_one_does(scene: Scene) -> None:
    line = await scene.bound()
    scene.smsc.faults.set({"lose_receipts_n": 1})
    _lost, kept = await scene.send(line, *submits("lost"), *submits("kept"))
    told = await line.hear()
    assert receipt.read_text(read_text(told)[0]).id == kept.text("message_id")
    assert [each["id"] for each in scene.journaled("receipt")] == [kept.text("message_id")]


async def test_a_connection_dropped_on_demand_falls_with_a_message_that_was_taken(scene: Scene) -> None:
    line = await scene.bound()
    scene.smsc.faults.set({"drop_after_n": 1})
    line.say(*(Pdu(pdu.command, 0, 1, pdu.fields) for pdu in submits()))
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await line.hear()
    assert len(scene.journaled("submit")) == 1
    assert (await scene.send(await scene.bound(), *submits()))[0].status == OK


async def test_a_lost_answer_leaves_the_message_taken_and_the_session_open(scene: Scene) -> None:
    line = await scene.bound()
    scene.smsc.faults.set({"lose_answers_n": 1, "lose_receipts_n": 1})
    line.say(*(Pdu(pdu.command, 0, 77, pdu.fields) for pdu in submits()))
    assert await line.heard_nothing_more()
    assert len(scene.journaled("submit")) == 1


# ── what phones write ──


@pytest.mark.parametrize(
    ("text", "coding", "in_payload"),
    [("STOP", 0, False), ("Grüße 🎉", 8, False), ("a" * 254, 0, False), ("a" * 255, 0, True), ("ж" * 1_600, 8, True)],
)
async def test_a_reply_is_journaled_and_handed_over_whole(
    scene: Scene, text: str, coding: int, in_payload: bool
) -> None:
    line = await scene.bound()
    scene.smsc.phones.reply(NUMBER, "72345", text)
    assert [each["text"] for each in scene.journaled("inbound")] == [text]
    told = await line.hear()
    assert (told.number("data_coding"), told.tlv(0x0424) is not None) == (coding, in_payload)
    assert (read_text(told)[0], told.text("source_addr"), told.text("destination_addr")) == (
        text,
        NUMBER[1:],
        "72345",
    )
    line.answer(told)
    await until(lambda: scene.journaled("acknowledged"))


async def test_a_phone_answers_a_picture_message_with_a_text_over_the_same_network(scene: Scene) -> None:
    media = [{"sha256": "ab" * 32, "content_type": "image/jpeg"}]
    picture = {"at": AT, "kind": "submit", "protocol": "mm7", "from": "72345", "to": NUMBER, "text": "Sale"}
    scene.smsc.phones.receive(picture | {"media": media})
    line = await scene.bound()
    scene.smsc.phones.reply(NUMBER, "72345", "STOP")
    assert read_text(await line.hear())[0] == "STOP"
    assert [message.kind for message in scene.smsc.phones.phone(NUMBER).messages] == ["mms", "sms"]


async def test_a_reply_while_nobody_is_bound_waits_for_the_next_who_is(scene: Scene) -> None:
    scene.smsc.phones.reply(NUMBER, "72345", "STOP")
    assert read_text(await (await scene.bound()).hear())[0] == "STOP"


# ── hostile octets ──


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00\x00\x00\x0f" + bytes(12),
        (MAX_OCTETS + 1).to_bytes(4, "big") + bytes(12),
        b"\xff" * 1_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    ],
    ids=["http", "too short", "too long", "all ones", "tls"],
)
@pytest.mark.parametrize("is_bound", [False, True])
async def test_octets_that_are_no_smpp_end_their_own_connection_only(
    scene: Scene, octets: bytes, is_bound: bool
) -> None:
    other = await scene.bound()
    line = await (scene.bound() if is_bound else scene.connect())
    line.writer.write(octets)
    answer = await line.hear()
    assert answer.command == Command.GENERIC_NACK
    assert await line.is_gone()
    assert (await scene.send(other, *submits()))[0].status == OK
    assert len(scene.journaled("submit")) == 1


async def test_a_connection_that_ends_in_the_middle_of_a_message_leaves_nothing_behind(scene: Scene) -> None:
    other, line = await scene.bound(), await scene.bound()
    line.writer.write(b"\x00\x00\x00\x40\x00\x00\x00\x04\x00\x00")
    line.hang_up()
    await until(lambda: len(scene.smsc.sessions) == 1)
    assert (await scene.send(other, *submits()))[0].status == OK
    assert len(scene.journaled("submit")) == 1


async def test_a_command_that_nobody_knows_is_nacked_and_the_session_goes_on(scene: Scene) -> None:
    line = await scene.bound()
    line.writer.write((16).to_bytes(4, "big") + (0x0BAD).to_bytes(4, "big") + bytes(4) + (5).to_bytes(4, "big"))
    nack = await line.hear()
    assert (nack.command, nack.status, nack.sequence) == (Command.GENERIC_NACK, RINVCMDID, 5)
    assert (await scene.send(line, *submits()))[0].status == OK
