"""What carriers tell us is durable before the sink returns; when it cannot be, the sink raises and nothing is kept."""

import msgspec
import pytest
from sqlalchemy import select

from heliogram.carriers.protocol import Sink
from heliogram.delivery.accounts import Account
from heliogram.delivery.hear import sink_of
from heliogram.delivery.slots import Slots
from heliogram.model.event import Event, InboundHeard, InboundPart
from heliogram.model.message import State
from heliogram.model.number import Source
from heliogram.model.parcel import Accepted
from heliogram.storage import numbers
from heliogram.storage.tables.delivery import receipts
from heliogram.storage.tables.inbound import inbound
from tests.delivery.carrier import CounterCarrier
from tests.delivery.faulty import DatabaseGone, FaultyStore, Trap
from tests.delivery.scene import ADA, BO, Scene, receipt
from tests.world import NOON, SMSC, WORKSPACE

STOP = InboundHeard(unique="c1:1", from_e164=ADA, to_address="+13125550100", text="STOP", raw="deliver_sm")


class Heard:
    """The sink of the account for texts, and how often somebody was told of inbound messages."""

    def __init__(self, scene: Scene, store: FaultyStore | None = None) -> None:
        self.n_told = 0
        self.n_stored_when_asked: list[int] = []
        self._scene = scene
        account = Account(SMSC, WORKSPACE, "SMSC", "counter", CounterCarrier(), Slots(1))
        world = scene.world
        self.sink: Sink = sink_of(
            account,
            store or scene.store,
            scene.blobs,
            now=world.clock.now,
            new_id=world.ids.new_id,
            told=self._told,
            settled=self._settled,
        )

    async def _settled(self) -> None:
        self.n_stored_when_asked.append(len(await self._scene.receipts()))

    def _told(self) -> None:
        self.n_told += 1


async def test_what_the_sink_took_is_there_when_it_returns(scene: Scene) -> None:
    (message_id,) = await scene.queue(ADA)
    await scene.answer(await scene.take(), Accepted(carrier_ids=("c1",)))
    heard = Heard(scene)
    await heard.sink([receipt("c1"), STOP])
    assert await scene.states() == {message_id: State.DELIVERED}
    (row,) = await scene.rows(inbound)
    assert (row["from_e164"], row["to_address"], row["text"], row["read_as"]) == (ADA, "+13125550100", "STOP", None)
    assert (row["account_id"], row["workspace_id"], row["at"], row["raw"]) == (SMSC, WORKSPACE, NOON, "deliver_sm")
    assert heard.n_told == 1


async def test_a_part_of_a_longer_text_is_kept_with_its_octets(scene: Scene) -> None:
    octets = b"\xd8\x3c\x00\x00"
    part = msgspec.structs.replace(STOP, concat=(7, 2, 1), coded=(octets, "utf-16-be"))
    await Heard(scene).sink([part, msgspec.structs.replace(STOP, unique="c1:2")])
    rows = await scene.rows(inbound)
    assert {(row["octets"], row["coding"]) for row in rows} == {(octets, "utf-16-be"), (None, None)}


async def test_receipts_alone_tell_nobody_of_inbound_messages(scene: Scene) -> None:
    heard = Heard(scene)
    await heard.sink([receipt("c1")])
    assert (heard.n_told, len(await scene.receipts())) == (0, 1)


async def test_receipts_wait_for_the_answers_before_them_and_texts_do_not(scene: Scene) -> None:
    heard = Heard(scene)
    await heard.sink([STOP])
    assert heard.n_stored_when_asked == []
    await heard.sink([receipt("c1")])
    assert (heard.n_stored_when_asked, len(await scene.receipts())) == ([0], 1)


async def test_a_text_that_the_carrier_repeats_is_kept_once(scene: Scene) -> None:
    heard = Heard(scene)
    await heard.sink([STOP])
    await heard.sink([STOP])
    assert [row["text"] for row in await scene.rows(inbound)] == ["STOP"]


async def test_a_segment_says_which_it_is_and_a_picture_keeps_its_octets(scene: Scene) -> None:
    segment = InboundHeard(unique="1", from_e164=ADA, to_address="1", text="half", concat=(7, 2, 1))
    part = InboundPart(content_type="image/png", octets=b"a picture", filename="me\0.png")
    picture = InboundHeard(unique="2", from_e164=ADA, to_address="1", text="look\0", media=(part,))
    await Heard(scene).sink([segment, picture])
    rows = {row["unique_key"]: row for row in await scene.rows(inbound)}
    columns = ("concat_reference", "concat_total", "concat_number")
    assert [tuple(rows[key][name] for name in columns) for key in "12"] == [(7, 2, 1), (None, None, None)]
    (media,) = rows["2"]["media"]
    assert (rows["2"]["text"], media["content_type"], media["filename"]) == ("look", "image/png", "me.png")
    assert await scene.blobs.get(media["sha256"]) == b"a picture"


@pytest.mark.parametrize("events", [[receipt("c1"), STOP], [STOP, receipt("c1")]], ids=["receipt first", "text first"])
async def test_when_the_database_fails_the_carrier_does_not_hear_that_we_have_it(
    scene: Scene, events: list[Event]
) -> None:
    store = FaultyStore.of(scene.store)
    store.trap = Trap(inbound, is_committed=False)
    heard = Heard(scene, store)
    with pytest.raises(DatabaseGone):
        await heard.sink(events)
    assert (await scene.rows(inbound), await scene.receipts(), heard.n_told) == ([], [], 0)
    await heard.sink(events)
    assert (len(await scene.rows(inbound)), len(await scene.receipts()), heard.n_told) == (1, 1, 1)


async def test_what_was_stored_without_a_word_of_it_is_kept_once_when_it_comes_again(scene: Scene) -> None:
    store = FaultyStore.of(scene.store)
    store.trap = Trap(receipts, is_committed=True)
    heard = Heard(scene, store)
    with pytest.raises(DatabaseGone):
        await heard.sink([receipt("c1"), STOP])
    await heard.sink([receipt("c1"), STOP])
    async with scene.store.read() as connection:
        rows = (await connection.execute(select(receipts.c.carrier_id))).scalars().all()
    assert (rows, len(await scene.rows(inbound))) == (["c1"], 1)


async def test_receipts_and_replies_teach_whose_a_number_is(scene: Scene) -> None:
    heard = Heard(scene)
    named = msgspec.structs.replace(receipt("c1"), about_e164=ADA, network="T-Mobile")
    nobodys = msgspec.structs.replace(receipt("c2"), about_e164="", network="Verizon")
    await heard.sink([named, nobodys, msgspec.structs.replace(STOP, from_e164=BO, network="AT&T")])
    async with scene.store.read() as connection:
        known = await numbers.known_of(connection, WORKSPACE, [ADA, BO], NOON)
    told = {phone: (each.network.value, each.network.source) for phone, each in known.items() if each.network}
    assert told == {ADA: ("T-Mobile", Source.RECEIPT), BO: ("AT&T", Source.INBOUND)}
