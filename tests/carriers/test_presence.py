import asyncio
from urllib.parse import urlsplit

from heliogram.carriers.http import HttpClient
from heliogram.carriers.presence import Presence
from heliogram.carriers.protocol import Health, Link
from tests.carriers.gateway import always, closed_port, gateway_answering


def presence_at(port: int) -> Presence:
    client = HttpClient(connections=1, timeout_s=5, connect_timeout_s=1)
    return Presence(client, f"http://127.0.0.1:{port}/", "the gateway")


async def test_a_carrier_that_is_away_is_looked_for_until_it_is_there_and_is_sent_nothing() -> None:
    port = await closed_port()
    presence = presence_at(port)
    assert presence.health == Health(link=Link.CONNECTING, detail="Trying the gateway.")
    looking = asyncio.create_task(presence.wait_until_back())
    await asyncio.wait([looking], timeout=0.2)
    assert presence.health == Health(link=Link.DOWN, detail="the gateway cannot be reached.")
    async with gateway_answering(always(200, b""), port=port) as gateway, asyncio.timeout(5):
        await looking
        assert gateway.asked == []
    assert presence.health == Health(link=Link.UP, detail="Connected to the gateway.")


async def test_a_carrier_that_went_away_is_looked_for_again() -> None:
    async with gateway_answering(always(200, b"")) as gateway:
        presence = presence_at(urlsplit(gateway.url).port or 0)
        watching = asyncio.create_task(presence.watch())
        for _ in range(2):
            await asyncio.wait([watching], timeout=0.2)
            assert presence.health.link is Link.UP
            presence.saw(Link.DOWN)
        watching.cancel()


async def test_a_carrier_that_answers_is_not_looked_for() -> None:
    presence = presence_at(await closed_port())
    presence.saw(Link.UP)
    watching = asyncio.create_task(presence.watch())
    await asyncio.wait([watching], timeout=0.1)
    watching.cancel()
    assert presence.health.link is Link.UP
