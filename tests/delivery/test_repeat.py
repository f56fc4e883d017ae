"""A gateway that takes messages and hangs up: the same is sent again with its key, and the phone gets one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heliogram.carriers.protocol import Carrier, Link
from heliogram.carriers.registry import AccountSettings, carrier_for
from heliogram.delivery.accounts import Account
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.repeat import may_still_go, repeated
from heliogram.delivery.slots import Slots
from heliogram.delivery.worker import Worker
from heliogram.model.consent import Subscription
from heliogram.model.message import State
from heliogram.model.parcel import Accepted, Outcome, Parcel, Unknown
from heliogram.model.queue import LaneState
from heliogram.simulator.faults import FaultBoard
from heliogram.simulator.journal import Journal
from heliogram.storage.tables.delivery import lanes as lane_rows
from tests.carriers.books.webhook import WebhookBook
from tests.carriers.provider import AT, Provider, providing
from tests.carriers.sides import sms_parcel
from tests.delivery.carrier import CounterCarrier
from tests.delivery.scene import ADA, SERVER_URL, Scene, until
from tests.delivery.working import until_all, working
from tests.world import NOON, SMSC, WORKSPACE

SECRET = "a-secret-of-ours-12345"
NO_ANSWER = Unknown(reason="The carrier did not answer.")
TAKEN = Accepted(carrier_ids=("g-1",), exchange="POST /messages")


class Answering(CounterCarrier):
    """Gives these answers, one after the other."""

    def __init__(self, *answers: Outcome) -> None:
        self._answers = list(answers)
        super().__init__(answering=self._next)

    async def _next(self, _parcel: Parcel) -> Outcome:
        return self._answers.pop(0)


async def _asked_again(carrier: Carrier, *may: bool) -> tuple[Outcome, list[float]]:
    waited: list[float] = []
    word = list(may)

    async def may_go(wait_s: float) -> bool:
        waited.append(wait_s)
        return word.pop(0)

    return await repeated(carrier, sms_parcel(), NO_ANSWER, waits_s=(1, 5, 15), may_go=may_go), waited


async def test_the_very_same_parcel_is_sent_again_until_an_answer_comes() -> None:
    carrier = Answering(NO_ANSWER, TAKEN)
    outcome, waited = await _asked_again(carrier, True, True)
    assert isinstance(outcome, Accepted) and outcome.carrier_ids == ("g-1",)
    assert outcome.exchange.endswith("sent again with the same key, 2 times.")
    assert (carrier.handed, waited) == ([sms_parcel()] * 2, [1, 5])


async def test_it_is_sent_again_three_times_at_most_and_then_stays_unknown() -> None:
    carrier = Answering(NO_ANSWER, NO_ANSWER, NO_ANSWER)
    outcome, waited = await _asked_again(carrier, True, True, True)
    reason = "The carrier did not answer. Nor when it was repeated with the same key, 3 times."
    assert (outcome, len(carrier.handed), waited) == (Unknown(reason=reason), 3, [1, 5, 15])


async def test_what_may_no_longer_go_is_not_sent_again() -> None:
    carrier = Answering()
    assert await _asked_again(carrier, False) == (NO_ANSWER, [1])
    assert carrier.handed == []


# ── at work, against a gateway ──


@asynccontextmanager
async def _gateway(folder: Path) -> AsyncIterator[Provider]:
    journal = Journal(folder / "gateway.jsonl")
    async with providing(Provider(book=WebhookBook(SECRET, ""), journal=journal, faults=FaultBoard())) as provider:
        yield provider
    journal.close()


def _texted(provider: Provider) -> list[str]:
    return [line["to"] for line in provider.journal.lines() if line["kind"] == "submit"]


@asynccontextmanager
async def _sending(scene: Scene, provider: Provider, *waits_s: float) -> AsyncIterator[Account]:
    carrier = carrier_for(
        "webhook",
        AccountSettings(
            settings={"url": provider.url},
            secret=SECRET,
            callback_url="http://127.0.0.1:9/carriers/a",
            media_url=lambda _part: "",
            new_id=scene.world.ids.new_id,
            now=lambda: datetime.fromtimestamp(AT, UTC),
        ),
    )
    account = Account(SMSC, WORKSPACE, "GATEWAY", "webhook", carrier, Slots(10))
    listening = asyncio.create_task(carrier.listen(_nobody))

    async def is_up() -> bool:
        return carrier.health().link is Link.UP

    await until(is_up)
    now = scene.world.clock.now
    worker = Worker(
        store=scene.store,
        accounts={SMSC: account},
        pictures=Pictures(store=scene.store, blobs=scene.blobs, workshop=scene.workshop, now=now),
        now=now,
        new_token=scene.world.ids.new_token,
        link_base_url=SERVER_URL,
        me="one",
        repeat_waits_s=waits_s,
    )
    work = asyncio.create_task(worker.run())
    try:
        yield account
    finally:
        for task in (work, listening):
            task.cancel()
        await asyncio.wait([work, listening])
        await carrier.close()


async def _nobody(_events: object) -> None:
    return


async def test_a_gateway_that_took_it_and_hung_up_is_asked_again_and_the_phone_gets_one(
    scene: Scene, tmp_path: Path
) -> None:
    async with _gateway(tmp_path) as provider:
        provider.faults.set({"drop_after_n": 1})
        (message_id,) = await scene.queue(ADA)
        async with _sending(scene, provider, 0, 0):
            assert await until_all(scene, State.SENT, n=1) == {message_id: State.SENT}
        (outcome,) = await scene.outcomes()
        assert (outcome["kind"], outcome["carrier_ids"]) == ("accepted", ["g-1"])
        assert outcome["exchange"].endswith("sent again with the same key, once.")
        assert (_texted(provider), len(await scene.attempts())) == ([ADA], 1)


async def test_a_carrier_without_keys_is_asked_once(scene: Scene) -> None:
    carrier = CounterCarrier(answering=_silent)
    await scene.queue(ADA)
    async with working(scene, carrier) as worker:
        worker.repeat_waits_s = (0, 0)
        await until_all(scene, State.UNKNOWN, n=1)
    assert carrier.numbers() == [ADA]


async def _silent(_parcel: Parcel) -> Outcome:
    return NO_ANSWER


async def test_a_worker_that_is_told_to_stop_waits_for_no_repetition_and_leaves_it_unknown(
    scene: Scene, tmp_path: Path
) -> None:
    async with _gateway(tmp_path) as provider:
        provider.faults.set({"drop_after_n": 1})
        await scene.queue(ADA)
        async with _sending(scene, provider, 3_600) as account:

            async def is_taken() -> bool:
                return bool(_texted(provider))

            await until(is_taken)
            assert account.slots.taken == 1
        assert set((await scene.states()).values()) == {State.UNKNOWN}
        (outcome,) = await scene.outcomes()
        assert "repeated" not in outcome["reason"] and _texted(provider) == [ADA]


# ── the word of its moment ──


@pytest.mark.parametrize(
    ("lane", "has_agreed", "may"),
    [
        (LaneState.OPEN, True, True),
        (LaneState.PAUSED, True, False),
        (LaneState.CANCELED, True, False),
        (LaneState.OPEN, False, False),
    ],
)
async def test_a_repetition_needs_an_open_lane_and_the_word_of_its_moment(
    scene: Scene, lane: LaneState, has_agreed: bool, may: bool
) -> None:
    await scene.queue(ADA)
    (attempt,) = (await scene.take()).attempts
    async with scene.store.write() as connection:
        await connection.execute(lane_rows.update().values(state=lane.value))
    if not has_agreed:
        await scene.world.say(Subscription.UNSUBSCRIBED, [ADA])
    assert await may_still_go(scene.store, attempt.draft.message, scene.world.clock.now()) is may


async def test_a_message_whose_time_is_over_is_not_repeated(scene: Scene) -> None:
    await scene.queue(ADA, expires_at=NOON + timedelta(seconds=10))
    (attempt,) = (await scene.take()).attempts
    for seconds, may in ((9, True), (1, False)):
        now = scene.world.clock.move(seconds=seconds)
        assert await may_still_go(scene.store, attempt.draft.message, now) is may
