"""One message is canceled: before its hand-over it never leaves, after it the carrier decides."""

from pathlib import Path

import pytest

from heliogram.carriers.protocol import Link
from heliogram.delivery.accounts import Account
from heliogram.delivery.canceling import GIVEN_UP, Canceler, want_canceled
from heliogram.delivery.slots import Slots
from heliogram.model.event import News, Untold
from heliogram.model.message import FINAL, State
from heliogram.model.parcel import THROTTLED, UNREACHABLE, Refused
from heliogram.storage.tables.delivery import cancellations
from tests.analytics.network import open_network
from tests.delivery.askable import AskableCarrier
from tests.delivery.scene import ADA, BO, Scene, numbers_in, receipt
from tests.world import SMSC, WORKSPACE

S = State
TOO_LATE = Untold(code="ESME_RCANCELFAIL", reason="It could not be canceled any more.")


def canceler(scene: Scene, carrier: AskableCarrier, *, me: str = "one") -> Canceler:
    account = Account(SMSC, WORKSPACE, "SMSC", "counter", carrier, Slots(9))
    return Canceler(store=scene.store, accounts={SMSC: account}, now=scene.world.clock.now, me=me)


async def want(scene: Scene, message_id: str, *, takes_back: bool = True) -> str | None:
    async with scene.store.write() as connection:
        return await want_canceled(
            connection, WORKSPACE, message_id, lambda account_id: takes_back, scene.world.clock.now()
        )


async def sent(scene: Scene, phone: str = ADA, *, parts: int = 1) -> str:
    (message_id,) = await scene.queue(phone, **({"body": "a" * 150 * parts} if parts > 1 else {}))
    await scene.answer(await scene.take())
    return message_id


async def wanted(scene: Scene) -> list[tuple[str, bool, str]]:
    """(message id, whether it is done with, why not) of what carriers were to take back."""
    return [(row["message_id"], row["done_at"] is not None, row["code"]) for row in await scene.rows(cancellations)]


# ── before the hand-over ──


async def test_a_message_in_line_never_leaves_and_those_around_it_do(scene: Scene) -> None:
    first, second = await scene.queue(ADA, BO)
    assert await want(scene, first) == ""
    assert numbers_in(await scene.take()) == [BO]
    assert await scene.reasons() == {first: (S.CANCELED, "canceled"), second: (S.SENDING, "")}


async def test_a_message_that_is_held_or_tried_again_ends_at_once(scene: Scene) -> None:
    (retried,) = await scene.queue(ADA)
    await scene.answer(await scene.take(), Refused(code=THROTTLED, reason="Slow.", permanent=False, retry_after_s=900))
    (held,) = await scene.queue(BO, due_at=scene.world.clock.now().replace(year=2030))
    await scene.take()
    assert await scene.states() == {retried: S.RETRYING, held: S.HELD}
    for message_id in (retried, held):
        assert await want(scene, message_id) == ""
    assert (await scene.take()).attempts == []
    assert (set((await scene.states()).values()), await scene.ready()) == ({S.CANCELED}, {})
    assert await wanted(scene) == []


# ── what cannot be ──


async def test_what_there_is_not_or_has_ended_or_is_leaving_is_not_canceled(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    assert await want(scene, "nothing") is None
    taken = await scene.take()
    assert (await want(scene, message_id) or "").startswith("It is being handed over")
    await scene.answer(taken)
    assert await want(scene, message_id, takes_back=False) == "Its carrier takes no message back."
    await scene.hear(receipt(f"{message_id}.1/0"))
    assert await want(scene, message_id) == "It has come to its end: it is delivered."
    assert S.DELIVERED in FINAL
    assert await wanted(scene) == []


async def test_what_has_no_id_cannot_be_asked_back(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.take()
    await scene.crash()
    assert (await want(scene, message_id) or "").startswith("The carrier gave it no id")


# ── after the hand-over ──


async def test_what_the_carrier_takes_back_is_deleted_and_nothing_is_sent_again(scene: Scene) -> None:
    message_id, other = await sent(scene), await sent(scene, BO)
    carrier = AskableCarrier()
    assert (await canceler(scene, carrier).step(), await want(scene, message_id)) == (0, "")
    assert await scene.states() == {message_id: S.SENT, other: S.SENT}
    assert await canceler(scene, carrier).step() == 1
    assert [(piece.carrier_id, piece.to_e164) for piece in carrier.canceled] == [(f"{message_id}.1/0", ADA)]
    assert await scene.reasons() == {message_id: (S.UNDELIVERED, "deleted"), other: (S.SENT, "")}
    assert (await wanted(scene), await scene.ready(), carrier.handed) == ([(message_id, True, "")], {}, [])
    (row,) = await scene.receipts()
    assert (row["news"], row["is_asked"]) == (News.DELETED.value, True)
    assert await canceler(scene, carrier).step() == 0


async def test_what_the_carrier_does_not_take_back_goes_on_its_way_and_may_be_asked_for_again(scene: Scene) -> None:
    message_id = await sent(scene)
    carrier = AskableCarrier(gives_back={f"{message_id}.1/0": TOO_LATE})
    for n in (1, 2):
        assert await want(scene, message_id) == ""
        assert (await canceler(scene, carrier).step(), len(carrier.canceled)) == (1, n)
        assert await wanted(scene) == [(message_id, True, "ESME_RCANCELFAIL")]
        assert await scene.states() == {message_id: S.SENT}
    await scene.hear(receipt(f"{message_id}.1/0"))
    assert await scene.states() == {message_id: S.DELIVERED}


async def test_of_a_text_in_pieces_each_is_asked_back_and_one_that_is_ends_the_text(scene: Scene) -> None:
    message_id = await sent(scene, parts=3)
    await want(scene, message_id)
    carrier = AskableCarrier(gives_back={f"{message_id}.1/0": TOO_LATE})
    assert await canceler(scene, carrier).step() == 1
    assert len(carrier.canceled) > 2
    assert await scene.states() == {message_id: S.UNDELIVERED}
    assert await wanted(scene) == [(message_id, True, "")]


async def test_a_carrier_that_is_away_is_waited_for_and_not_for_ever(scene: Scene) -> None:
    message_id = await sent(scene)
    await want(scene, message_id)
    carrier = AskableCarrier(link=Link.DOWN)
    asking = canceler(scene, carrier)
    scene.world.clock.move(seconds=GIVEN_UP.total_seconds() - 1)
    assert (await asking.step(), await wanted(scene)) == (0, [(message_id, False, "")])
    scene.world.clock.move(seconds=1)
    assert (await asking.step(), await wanted(scene)) == (1, [(message_id, True, UNREACHABLE)])
    assert (carrier.canceled, await scene.states()) == ([], {message_id: S.SENT})


async def test_what_ended_before_the_carrier_was_asked_is_left_as_it_is(small_scene: Scene) -> None:
    scene = small_scene
    message_id = await sent(scene)
    await want(scene, message_id)
    await scene.hear(receipt(f"{message_id}.1/0"))
    carrier = AskableCarrier()
    assert await canceler(scene, carrier).step() == 1
    assert (carrier.canceled, await wanted(scene)) == ([], [(message_id, True, "over")])
    assert await scene.states() == {message_id: S.DELIVERED}


async def test_an_account_that_became_one_without_cancellations_says_so(small_scene: Scene) -> None:
    scene = small_scene
    message_id = await sent(scene)
    await want(scene, message_id)
    assert await canceler(scene, AskableCarrier(cancels=False)).step() == 1
    assert await wanted(scene) == [(message_id, True, "not_offered")]


async def test_of_two_processes_one_asks(small_scene: Scene) -> None:
    scene = small_scene
    first, second = await sent(scene), await sent(scene, BO)
    one, two = AskableCarrier(), AskableCarrier()
    await want(scene, first)
    assert await canceler(scene, one).step() == 1
    await want(scene, second)
    assert (await canceler(scene, two, me="two").step(), two.canceled) == (0, [])


@pytest.mark.parametrize("delay_s", [60.0, 0.0], ids=["on its way", "on the phone"])
async def test_a_real_smsc_decides(small_scene: Scene, tmp_path: Path, delay_s: float) -> None:
    scene = small_scene
    async with open_network(scene, tmp_path, delivery_delay_s=delay_s, receipt_delay_s=60.0) as network:
        (message_id,) = await scene.queue(ADA)
        await network.deliver()
        assert await want(scene, message_id) == ""
        accounts = {
            name: Account(name, WORKSPACE, name.upper(), "real", carrier, Slots(9))
            for name, carrier in network.carriers.items()
        }
        asking = Canceler(store=scene.store, accounts=accounts, now=scene.world.clock.now, me="one")
        assert await asking.step() == 1
    is_back = delay_s > 0
    assert await wanted(scene) == [(message_id, True, "" if is_back else "ESME_RCANCELFAIL")]
    assert await scene.states() == {message_id: S.UNDELIVERED if is_back else S.SENT}
