import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from heliogram.api.watch import FOLLOWED_FOR, N_WAITING, Listener, Watch
from heliogram.carriers.protocol import Health, Link
from heliogram.storage import campaigns
from tests.api.conftest import OTHER
from tests.api.kit import connected, run_sql
from tests.delivery.carrier import CounterCarrier
from tests.doors import Doors
from tests.world import NOON, WORKSPACE


@asynccontextmanager
async def watching(doors: Doors) -> AsyncIterator[Watch]:
    watch = Watch(doors.app)
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def heard(listener: Listener, *topics: str) -> list[str]:
    """The JSON of the next events, which must be of these topics in this order; "end" for the end."""
    told = []
    for topic in topics:
        async with asyncio.timeout(10):
            event = await listener.events.get()
        assert (event[0] if event else "end") == topic
        told.append(event[1] if event else "")
    return told


async def count(doors: Doors, n: int, campaign_id: str = "campaign", state: str = "sent") -> None:
    async with doors.app.store.write() as connection:
        await campaigns.add_counts(connection, {(campaign_id, WORKSPACE, "state", state): n})


async def test_a_newcomer_is_told_everything_and_then_only_what_changes(doors: Doors) -> None:
    carrier = connected(doors)
    await doors.world.add_campaign(state="sending")
    async with watching(doors) as watch:
        with watch.listen(WORKSPACE) as first:
            told = await heard(first, "campaign", "account")
            assert '"state":"sending"' in told[0] and '"id":"smsc"' in told[1]
            with watch.listen(WORKSPACE) as second:
                assert await heard(second, "campaign", "account") == told
                await carrier.close()
                # The campaign says why it waits, the account that it is down.
                for listener in (first, second):
                    waiting, down = await heard(listener, "campaign", "account")
                    assert "cannot be reached" in waiting and '"state":"down"' in down
                    assert listener.events.empty()


async def test_it_knows_since_when_a_link_is_as_it_is(doors: Doors) -> None:
    carrier = connected(doors)
    async with watching(doors) as watch:
        with watch.listen(WORKSPACE) as listener:
            await heard(listener, "account")
            assert watch.since("smsc") == NOON
            later = doors.clock.move(seconds=60)
            carrier.link = Link.DOWN
            (told,) = await heard(listener, "account")
    assert watch.since("smsc") == later
    assert '"since":"2026-03-02T12:01:00Z"' in told
    assert watch.since("unknown") is None


async def test_the_pace_is_what_was_handed_over_in_the_last_seconds(doors: Doors) -> None:
    await doors.world.add_campaign(state="sending", n_audience=1_000)
    async with watching(doors) as watch:
        with watch.listen(WORKSPACE) as listener:
            await heard(listener, "campaign")
            assert watch.rate("campaign") == 0.0
            doors.clock.move(seconds=2)
            await count(doors, 50)
            await heard(listener, "campaign")
            assert watch.rate("campaign") in (0.0, 25.0)
            doors.clock.move(seconds=0.5)
            await count(doors, 25, state="delivered")
            await heard(listener, "campaign")
            assert 0 < watch.rate("campaign") <= 75.0
    assert watch.rate("unknown") == 0.0


async def test_a_campaign_is_followed_for_a_while_after_its_end(doors: Doors) -> None:
    await doors.world.add_campaign("just", state="done", finished_at=NOON - FOLLOWED_FOR)
    await doors.world.add_campaign("long ago", state="done", finished_at=NOON - FOLLOWED_FOR * 1.001)
    await doors.world.add_campaign("draft")
    async with watching(doors) as watch:
        with watch.listen(WORKSPACE) as listener:
            (told,) = await heard(listener, "campaign")
            await count(doors, 1, "just")
            await heard(listener, "campaign")
            assert listener.events.empty()
    assert '"id":"just"' in told


async def test_nobody_hears_of_another_workspace(doors: Doors) -> None:
    connected(doors)
    await doors.world.add_workspace(OTHER)
    await doors.world.add_campaign(state="sending")
    async with watching(doors) as watch:
        with watch.listen(OTHER) as stranger, watch.listen(WORKSPACE) as ours:
            await heard(ours, "campaign", "account")
            assert stranger.events.empty()


async def test_a_listener_that_does_not_keep_up_is_cut_off_and_the_others_go_on(doors: Doors) -> None:
    for number in range(N_WAITING + 1):
        connected(doors, f"a{number:04d}")
    async with watching(doors) as watch:
        with watch.listen(WORKSPACE) as slow:
            # All of one look is told before anybody can take any of it.
            await heard(slow, "end")
            doors.app.accounts.clear()
            connected(doors)
            with watch.listen(WORKSPACE) as ours:
                await heard(ours, "account")
            assert slow.events.empty()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_closing_ends_those_who_listen_and_whoever_comes_late(doors: Doors, when: str) -> None:
    watch = Watch(doors.app)
    if when == "before":
        with watch.listen(WORKSPACE) as listener:
            watch.close()
            assert await heard(listener, "end") == [""]
    else:
        watch.close()
        with watch.listen(WORKSPACE) as listener:
            assert await heard(listener, "end") == [""]


class Looked(CounterCarrier):
    """A carrier that notices when somebody looks how it is."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = asyncio.Event()

    def health(self) -> Health:
        self.looks.set()
        return super().health()


async def test_it_outlives_a_database_that_is_away_for_a_moment(doors: Doors) -> None:
    connected(doors)
    carrier = doors.app.accounts["smsc"].carrier = Looked()
    await run_sql(doors, "ALTER TABLE campaigns RENAME TO lost")
    async with watching(doors) as watch:
        with watch.listen(WORKSPACE) as listener:
            for _ in range(2):  # the second look comes after the first has failed
                await carrier.looks.wait()
                carrier.looks.clear()
            assert listener.events.empty()
            await run_sql(doors, "ALTER TABLE lost RENAME TO campaigns")
            told = await heard(listener, "account")
    assert '"state":"up"' in told[0]
