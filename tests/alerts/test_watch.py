from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from heliogram.alerts.rules import CALM, N_UNREPORTED
from heliogram.alerts.telling import Word
from heliogram.alerts.watch import DUTY_LASTS, Alerts, Limits
from heliogram.carriers.protocol import Health, Link
from heliogram.storage import alerts, lanes
from heliogram.storage.engine import Store
from tests.world import GROUP, WORKSPACE, Clock, World

MINUTE = timedelta(minutes=1)
LIMITS = Limits(carrier_down=5 * MINUTE, queue_age=15 * MINUTE, no_receipts=30 * MINUTE)
NEVER = Limits(carrier_down=timedelta(0), queue_age=timedelta(0), no_receipts=timedelta(0))


@dataclass(slots=True)
class Shown:
    """An account as it shows itself."""

    id: str = "smsc"
    workspace_id: str = WORKSPACE
    name: str = "SMSC"
    link: Link = Link.UP
    is_paused: bool = False
    n_unreported: int = 0
    unreported_since: datetime | None = None

    def health(self) -> Health:
        return Health(link=self.link, detail="Nobody there.")


@dataclass(slots=True)
class Ear:
    """A way to tell; `is_deaf` takes nothing."""

    is_deaf: bool = False
    heard: list[str] = field(default_factory=list)

    async def tell(self, word: Word) -> bool:
        if not self.is_deaf:
            self.heard.append(word.title())
        return not self.is_deaf


@dataclass(slots=True)
class Desk:
    store: Store
    world: World
    clock: Clock
    account: Shown = field(default_factory=Shown)
    ear: Ear = field(default_factory=Ear)

    def watch(self, limits: Limits = LIMITS, me: str = "me") -> Alerts:
        return Alerts(
            store=self.store,
            accounts={self.account.id: self.account},
            channels=[self.ear],
            limits=limits,
            now=self.clock.now,
            new_id=self.world.ids.new_id,
            me=me,
        )

    async def look_for(self, minutes: float, watch: Alerts) -> list[str]:
        """Look every 30 seconds. What was heard by the end."""
        for _ in range(int(minutes * 2)):
            await watch.step()
            self.clock.move(seconds=30)
        return self.ear.heard

    async def told(self) -> list[str]:
        async with self.store.read() as connection:
            return [each.kind for each in await alerts.told(connection, WORKSPACE)]


@pytest.fixture
async def desk(store: Store, world: World, clock: Clock) -> Desk:
    await world.build()
    return Desk(store, world, clock)


async def test_a_carrier_that_stays_down_is_told_once_and_when_it_is_back_once(desk: Desk) -> None:
    watch = desk.watch()
    desk.account.link = Link.DOWN
    assert await desk.look_for(5, watch) == []
    assert await desk.look_for(60, watch) == ["“SMSC” cannot be reached"]
    assert await desk.told() == ["carrier_down"]
    desk.account.link = Link.UP
    heard = await desk.look_for(CALM / MINUTE, watch)
    assert (len(heard), await desk.told()) == (1, [])
    assert await desk.look_for(60, watch) == ["“SMSC” cannot be reached", "Resolved: “SMSC” cannot be reached"]


async def test_a_paused_account_and_a_limit_of_zero_are_no_trouble(desk: Desk) -> None:
    desk.account.link, desk.account.is_paused = Link.DOWN, True
    assert await desk.look_for(20, desk.watch()) == []
    desk.account.is_paused = False
    assert await desk.look_for(20, desk.watch(NEVER)) == []


async def test_what_was_told_is_not_told_again_after_a_restart(desk: Desk) -> None:
    desk.account.link = Link.DOWN
    await desk.look_for(6, desk.watch())
    assert await desk.look_for(6, desk.watch(me="me")) == ["“SMSC” cannot be reached"]


async def test_what_nobody_took_is_told_when_somebody_takes_it(desk: Desk) -> None:
    watch = desk.watch()
    desk.account.link, desk.ear.is_deaf = Link.DOWN, True
    assert (await desk.look_for(10, watch), await desk.told()) == ([], [])
    desk.ear.is_deaf = False
    assert await desk.look_for(1, watch) == ["“SMSC” cannot be reached"]


async def test_one_process_at_a_time_has_the_duty_and_another_takes_over(desk: Desk) -> None:
    desk.account.link = Link.DOWN
    first, second = desk.watch(me="first"), desk.watch(me="second")
    await first.step()
    desk.clock.move(seconds=400)
    await first.step()
    assert desk.ear.heard == ["“SMSC” cannot be reached"]
    desk.clock.move(seconds=DUTY_LASTS.total_seconds())
    await second.step()
    async with desk.store.write() as connection:
        now = desk.clock.now()
        taken = [await alerts.take_duty(connection, "alerts", me=me, now=now, until=now) for me in ("third", "first")]
    assert taken == [False, True]
    desk.clock.move(seconds=1)
    async with desk.store.write() as connection:
        now = desk.clock.now()
        assert await alerts.take_duty(connection, "alerts", me="third", now=now, until=now)
    assert desk.ear.heard == ["“SMSC” cannot be reached"]


async def test_messages_that_wait_too_long_are_told_with_how_many(desk: Desk) -> None:
    await desk.world.add_people(["+13125550101"])
    lane = lanes.single_lane_of(GROUP)
    async with desk.store.write() as connection:
        await lanes.add_lane(connection, id=lane, workspace_id=WORKSPACE, group_id=GROUP, campaign_id=None, priority=0)
        row = lanes.message_row(
            desk.world.person("+13125550101"),
            id="m1",
            group_id=GROUP,
            purpose="marketing",
            priority=0,
            content="text",
            body="Hi",
            now=desk.clock.now(),
        )
        await lanes.add_messages(connection, lane, [row])
    assert await desk.look_for(15, desk.watch()) == []
    assert await desk.look_for(1, desk.watch()) == ["Messages wait too long"]
    assert await desk.told() == ["queue_age"]


@pytest.mark.parametrize(
    ("n", "minutes", "n_told"), [(N_UNREPORTED, 30, 1), (N_UNREPORTED - 1, 30, 0), (N_UNREPORTED, 29, 0)]
)
async def test_a_carrier_that_reports_nothing_is_told(desk: Desk, n: int, minutes: int, n_told: int) -> None:
    desk.account.n_unreported, desk.account.unreported_since = n, desk.clock.now()
    desk.clock.move(seconds=minutes * 60)
    await desk.watch().step()
    assert desk.ear.heard == ["“SMSC” reports nothing"] * n_told
