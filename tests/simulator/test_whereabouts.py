"""What the simulated SMSC says when it is asked about a message."""

from pathlib import Path

import pytest

from heliogram.simulator.settings import Ids
from heliogram.simulator.whereabouts import Whereabouts
from heliogram.wire.smpp.message import Address, address_of, cancel_of, query_of
from heliogram.wire.smpp.names import OK, RCANCELFAIL, RINVBNDSTS, RINVMSGID, RQUERYFAIL, Command
from heliogram.wire.smpp.pdu import Pdu
from tests.carriers.sides import until
from tests.simulator.clients import AT, NUMBER, Scene, scene_in, submits

SHOP = address_of("72345")


async def asked(scene: Scene, message_id: str, source: Address = SHOP) -> Pdu:
    (answer,) = await scene.send(scene.lines[0], query_of(message_id, source))
    assert answer.command == Command.QUERY_SM_RESP
    return answer


@pytest.mark.parametrize(
    ("suffix", "state", "error"), [("0142", 2, 0), ("0099", 5, 1), ("0098", 3, 27), ("0097", 8, 69), ("0096", 7, 0)]
)
async def test_a_message_that_met_its_fate_is_told_with_it(scene: Scene, suffix: str, state: int, error: int) -> None:
    scene.smsc.faults.set({"lose_receipts_n": 1})
    (taken,) = await scene.send(await scene.bound(), *submits(to=f"+1312555{suffix}"))
    said = await asked(scene, taken.text("message_id"))
    assert (said.status, said.number("message_state"), said.number("error_code")) == (OK, state, error)
    assert (said.text("message_id"), said.text("final_date")) == (taken.text("message_id"), "260921141320000+")


async def test_what_is_on_its_way_is_told_so_until_it_reaches_its_phone(tmp_path: Path) -> None:
    async with scene_in(tmp_path, delivery_delay_s=0.3) as scene:
        (taken,) = await scene.send(await scene.bound(), *submits())
        said = await asked(scene, taken.text("message_id"))
        assert (said.number("message_state"), said.text("final_date")) == (1, "")
        assert scene.smsc.phones.phone(NUMBER).messages == [] == scene.journaled("receipt")
        await until(lambda: scene.journaled("receipt"))
        assert len(scene.smsc.phones.phone(NUMBER).messages) == 1
        assert (await asked(scene, taken.text("message_id"))).number("message_state") == 2


async def test_an_unknown_id_and_another_sender_get_a_no(scene: Scene) -> None:
    (taken,) = await scene.send(await scene.bound(), *submits())
    assert (await asked(scene, "4711")).status == RINVMSGID
    assert (await asked(scene, taken.text("message_id"), address_of("72346"))).status == RQUERYFAIL


async def test_who_only_receives_may_not_ask(scene: Scene) -> None:
    await scene.bound(Command.BIND_RECEIVER)
    assert (await asked(scene, "1")).status == RINVBNDSTS


@pytest.mark.parametrize("ids", list(Ids))
async def test_a_message_is_known_by_the_id_of_its_answer_also_after_a_restart(tmp_path: Path, ids: Ids) -> None:
    async with scene_in(tmp_path, answer_ids=ids, receipt_ids=Ids.DECIMAL) as scene:
        (taken,) = await scene.send(await scene.bound(), *submits())
    async with scene_in(tmp_path, answer_ids=ids) as scene:
        await scene.bound()
        assert (await asked(scene, taken.text("message_id"))).number("message_state") == 2


def test_very_old_messages_are_forgotten() -> None:
    places = Whereabouts(Ids.DECIMAL, limit=2)
    for message_id in ("1", "2", "3"):
        places.take({"id": message_id, "at": AT, "from": "72345", "to": NUMBER})
    statuses = [places.told(query_of(message_id, SHOP))[0] for message_id in ("1", "2", "3")]
    assert statuses == [RINVMSGID, OK, OK]


# ── taking back ──


async def test_what_is_on_its_way_can_be_taken_back_once_and_never_reaches_its_phone(tmp_path: Path) -> None:
    async with scene_in(tmp_path, delivery_delay_s=0.3) as scene:
        line = await scene.bound()
        first, second = await scene.send(line, *submits("one"), *submits("two"))
        cancel = cancel_of(first.text("message_id"), SHOP, address_of(NUMBER))
        said = await scene.send(line, cancel, cancel)
        assert [each.status for each in said] == [OK, RCANCELFAIL]
        assert (await asked(scene, first.text("message_id"))).number("message_state") == 4
        await until(lambda: len(scene.journaled("receipt")) == 2)
        stats = {each["id"]: each["stat"] for each in scene.journaled("receipt")}
        assert stats == {first.text("message_id"): "DELETED", second.text("message_id"): "DELIVRD"}
        assert [each.text for each in scene.smsc.phones.phone(NUMBER).messages] == ["two"]
    async with scene_in(tmp_path) as scene:
        await scene.bound()
        assert [each.text for each in scene.smsc.phones.phone(NUMBER).messages] == ["two"]
        assert (await asked(scene, first.text("message_id"))).number("message_state") == 4


async def test_what_the_phone_has_cannot_be_taken_back_nor_what_goes_to_another_or_is_not_known(
    tmp_path: Path,
) -> None:
    async with scene_in(tmp_path, delivery_delay_s=60) as scene:
        line = await scene.bound()
        (taken,) = await scene.send(line, *submits())
        for message_id, source, to, status in (
            ("4711", SHOP, NUMBER, RINVMSGID),
            (taken.text("message_id"), address_of("72346"), NUMBER, RCANCELFAIL),
            (taken.text("message_id"), SHOP, "+13125550143", RCANCELFAIL),
        ):
            (answer,) = await scene.send(line, cancel_of(message_id, source, address_of(to)))
            assert (answer.command, answer.status) == (Command.CANCEL_SM_RESP, status)
        assert scene.journaled("canceled") == []
    async with scene_in(tmp_path / "quick") as scene:
        line = await scene.bound()
        (taken,) = await scene.send(line, *submits())
        (answer,) = await scene.send(line, cancel_of(taken.text("message_id"), SHOP, address_of(NUMBER)))
        assert answer.status == RCANCELFAIL
