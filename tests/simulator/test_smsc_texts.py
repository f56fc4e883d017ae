"""How long texts travel, and how ids are written."""

from pathlib import Path
from typing import Any

import pytest

from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.phones import Phones
from heliogram.simulator.settings import Ids
from heliogram.simulator.smsc import Smsc
from heliogram.wire.segment import split_text
from heliogram.wire.smpp import receipt
from heliogram.wire.smpp.message import LongForm, address_of, read_text, submit_parts
from heliogram.wire.smpp.pdu import Pdu
from tests.carriers.sides import until
from tests.simulator.clients import AT, NUMBER, Scene, scene_in, submits


@pytest.mark.parametrize("form", list(LongForm))
async def test_a_long_text_reaches_the_phone_whole_however_it_travels(scene: Scene, form: LongForm) -> None:
    line = await scene.bound()
    text = "Grüße an alle, die hier sind. " * 15
    split = split_text(text, is_wide=True)
    pdus = submit_parts(
        address_of("72345"), address_of(NUMBER), split.parts, split.encoding, reference=0x1234, form=form
    )
    await scene.send(line, *reversed(pdus))
    (message,) = scene.smsc.phones.phone(NUMBER).messages
    assert message.text == text
    journaled = scene.journaled("submit") if form is LongForm.PAYLOAD else scene.journaled("joined")
    assert [each["text"] for each in journaled] == [text]


@pytest.mark.parametrize("form", list(LongForm))
@pytest.mark.parametrize("text", ["Was ist los? " * 30, "Что случилось? 🎉" * 20])
async def test_a_long_reply_comes_in_the_form_that_was_asked_for(tmp_path: Path, form: LongForm, text: str) -> None:
    async with scene_in(tmp_path, long_replies=form) as scene:
        line = await scene.bound()
        scene.smsc.phones.reply(NUMBER, "72345", text)
        assert [each["text"] for each in scene.journaled("inbound")] == [text]
        split = split_text(text, is_wide=form is not LongForm.UDH_8)
        told = [await line.hear() for _ in range(1 if form is LongForm.PAYLOAD else split.n_segments)]
        assert "".join(read_text(pdu)[0] for pdu in told) == text
        assert {concat.total for pdu in told if (concat := read_text(pdu)[1])} <= {split.n_segments}
        for pdu in told:
            line.answer(pdu)
        await until(lambda: len(scene.journaled("acknowledged")) == len(told))
        assert Phones().replay(scene.smsc.journal)["unheard"] == []


async def test_segments_of_a_reply_that_nobody_acknowledged_come_again(tmp_path: Path) -> None:
    async with scene_in(tmp_path, long_replies=LongForm.SAR) as scene:
        scene.smsc.phones.reply(NUMBER, "72345", "a" * 200)
        memory = Smsc(scene.smsc.settings, scene.smsc.journal, Phones(), FaultBoard(), lambda: AT)
        assert [line["part"] for line in memory.owed] == [1, 2]


@pytest.mark.parametrize(
    ("settings", "answered", "said"),
    [
        ({"answer_ids": Ids.HEX}, "1C", "28"),
        ({"receipt_ids": Ids.HEX}, "28", "1C"),
        ({"answer_ids": Ids.PADDED}, "0000000028", "28"),
        ({}, "28", "28"),
    ],
)
async def test_ids_are_written_in_answers_and_in_receipts_as_told(
    tmp_path: Path, settings: dict[str, Any], answered: str, said: str
) -> None:
    async with scene_in(tmp_path, **settings) as scene:
        scene.smsc.last_id = 27
        line = await scene.bound()
        line.say(*(Pdu(pdu.command, 0, 1, pdu.fields) for pdu in submits()))
        assert (await line.hear()).text("message_id") == answered
        told = await line.hear()
        assert receipt.read(told, read_text(told)[0]).id == said
        assert [each["id"] for each in scene.journaled("submit")] == ["28"]


async def test_the_simulator_reads_and_writes_data_coding_0_as_told(tmp_path: Path) -> None:
    async with scene_in(tmp_path, charset="latin-1") as scene:
        line = await scene.bound()
        (pdu,) = submit_parts(
            address_of("72345"), address_of(NUMBER), ("Grüße",), "GSM-7", reference=1, charset="latin-1"
        )
        await scene.send(line, pdu)
        assert [each["text"] for each in scene.journaled("submit")] == ["Grüße"]
        scene.smsc.phones.reply(NUMBER, "72345", "Grüße")
        while (told := await line.hear()).number("esm_class"):
            line.answer(told)
        assert (told.number("data_coding"), told.octets("short_message")) == (0, "Grüße".encode("latin-1"))
