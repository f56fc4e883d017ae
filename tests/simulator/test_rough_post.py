"""Every fault of a scripted MMSC, met by our own carrier over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.mm7_settings import Mm7Settings
from heliogram.model.event import Callback, ReceiptHeard
from heliogram.model.parcel import Accepted, Refused, Unknown
from heliogram.simulator.conduct import FAULTS, Conduct
from heliogram.simulator.rough_post import OF_ANOTHER
from heliogram.simulator.script import read_script
from heliogram.simulator.several import start_carriers
from tests.carriers.sides import NUMBER, mms_parcel, until

AT = 1_790_000_000.0
ALL = {name for name, kind in FAULTS.items() if "mm7" in kind.protocols}


@dataclass(slots=True)
class Scene:
    """A scripted MMSC, our carrier, and the ids of the receipts it heard, in their order."""

    carrier: Mm7Carrier
    conduct: Conduct
    heard: list[str] = field(default_factory=list)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.conduct.journal.lines() if line["kind"] == kind]


@asynccontextmanager
async def scripted(folder: Path, name: str, more: str = "", **changes: Any) -> AsyncIterator[Scene]:
    """An MMSC with one fault, and our side, which takes what it is told."""
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        call = Callback(method="POST", path=request.path, headers=headers, body=await request.read())
        told = carrier.read_callback(call)
        heard.extend(event.carrier_id for event in told.events if isinstance(event, ReceiptHeard))
        return web.Response(status=told.stored.status, body=told.stored.body)

    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_post("/carriers/own", hear)
        ours = web.AppRunner(app, shutdown_timeout=0.1)
        await ours.setup()
        stack.push_async_callback(ours.cleanup)
        await web.TCPSite(ours, "127.0.0.1", 0).start()
        callback = f"http://127.0.0.1:{ours.addresses[0][1]}/carriers/own"
        text = f'''control_port = 0
            [[carrier]]
            name = "p"
            protocol = "mm7"
            callback_url = "{callback}"
            receipts = {{delay_s = 0}}
            [[carrier.fault]]
            name = "{name}"
            {more}'''
        ports, (conduct,) = await start_carriers(read_script(text), folder, lambda: AT, stack)
        url = f"http://127.0.0.1:{ports['p']}/mm7"
        carrier = Mm7Carrier(Mm7Settings(url=url, username="heliogram", password="secret", **changes))
        stack.push_async_callback(carrier.close)
        yield Scene(carrier, conduct, heard)


@pytest.mark.parametrize(
    ("name", "more", "code", "permanent"),
    [
        ("error", "", "3000", False),
        ("error", "status = 4006", "4006", False),
        ("error", "status = 2003", "2003", True),
        ("error", "status = 401", "account_refused", False),
        ("throttled", "", "throttled", False),
        ("throttled", "status = 4006", "4006", False),
        ("http_error", "", "carrier_trouble", False),
        ("http_error", "status = 400", "request_refused", True),
        ("soap_fault", "", "4006", False),
        ("soap_fault", "status = 2004", "media_refused", True),
        ("soap_fault_without_detail", "", "4000", False),
    ],
)
async def test_a_message_is_refused_and_not_taken(
    tmp_path: Path, name: str, more: str, code: str, permanent: bool
) -> None:
    async with scripted(tmp_path, name, more) as scene:
        outcome = await scene.carrier.send(mms_parcel())
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.permanent) == (code, permanent)
        assert [line["name"] for line in scene.lines("fault")] == [name]
        assert scene.lines("submit") == []


@pytest.mark.parametrize("name", ["no_answer", "drop", "cut_answer", "unreadable_answer", "empty_id"])
async def test_a_message_is_taken_and_we_do_not_know_it_until_its_receipt_comes(tmp_path: Path, name: str) -> None:
    async with scripted(tmp_path, name, timeout_s=2.0) as scene:
        assert isinstance(await scene.carrier.send(mms_parcel()), Unknown)
        (line,) = scene.lines("submit")
        await until(lambda: scene.heard)
        assert scene.heard == [line["id"]]


async def test_an_answer_that_is_slow_comes_in_the_end(tmp_path: Path) -> None:
    async with scripted(tmp_path, "slow_answer", "delay_s = 0.2") as scene:
        sending = asyncio.create_task(scene.carrier.send(mms_parcel()))
        await until(lambda: scene.heard)
        assert not sending.done()
        assert isinstance(await sending, Accepted)
    async with scripted(tmp_path / "slower", "slow_answer", timeout_s=2.0) as scene:
        assert isinstance(await scene.carrier.send(mms_parcel()), Unknown)


async def test_the_receipt_is_there_before_the_answer(tmp_path: Path) -> None:
    async with scripted(tmp_path, "receipt_first") as scene:
        outcome = await scene.carrier.send(mms_parcel())
        assert isinstance(outcome, Accepted)
        assert scene.heard == list(outcome.carrier_ids)


async def test_all_messages_get_the_same_id_and_receipts_name_their_own(tmp_path: Path) -> None:
    async with scripted(tmp_path, "repeated_id") as scene:
        outcomes = [await scene.carrier.send(mms_parcel(f"m{n}.1")) for n in range(2)]
        assert [each.carrier_ids for each in outcomes if isinstance(each, Accepted)] == [("1",), ("1",)]
        await until(lambda: len(scene.heard) == 2)
        assert sorted(scene.heard) == sorted(line["id"] for line in scene.lines("submit"))


@pytest.mark.parametrize(("name", "n"), [("receipt_twice", 2), ("receipt_of_another", 1), ("receipt_lost", 0)])
async def test_a_receipt_comes_twice_about_another_or_not_at_all(tmp_path: Path, name: str, n: int) -> None:
    async with scripted(tmp_path, name, "nth = 1") as scene:
        first, second = [await scene.carrier.send(mms_parcel(f"m{each}.1")) for each in range(2)]
        assert isinstance(first, Accepted)
        assert isinstance(second, Accepted)
        told = [OF_ANOTHER if name == "receipt_of_another" else first.carrier_ids[0]] * n
        await until(lambda: len(scene.heard) == n + 1)
        assert sorted(scene.heard) == sorted([*told, *second.carrier_ids])


@pytest.mark.parametrize("name", sorted(ALL))
async def test_a_fault_that_is_spent_leaves_a_sound_carrier(tmp_path: Path, name: str) -> None:
    async with scripted(tmp_path, name, "times = 0") as scene:
        outcome = await scene.carrier.send(mms_parcel())
        assert isinstance(outcome, Accepted)
        await until(lambda: scene.heard)
        assert scene.heard == list(outcome.carrier_ids)
        assert scene.lines("fault") == []


async def test_a_fault_befalls_the_numbers_it_is_for_and_nobody_who_has_no_password(tmp_path: Path) -> None:
    async with scripted(tmp_path, "error", 'to = "*0143"') as scene:
        assert isinstance(await scene.carrier.send(mms_parcel()), Accepted)
        assert isinstance(await scene.carrier.send(mms_parcel("m2.1", "+13125550143")), Refused)
        settings = Mm7Settings(url=scene.carrier.settings.url, username="heliogram", password="guess")
        stranger = Mm7Carrier(settings)
        assert isinstance(await stranger.send(mms_parcel("m3.1", "+13125550143")), Refused)
        await stranger.close()
        assert [line["to"] for line in scene.lines("submit")] == [NUMBER]
        assert len(scene.lines("fault")) == 1


async def test_an_answer_takes_as_long_as_the_latency_says(tmp_path: Path) -> None:
    text = "latency = {min_s = 2.0, max_s = 2.0}"
    script = f'control_port = 0\n[[carrier]]\nname = "p"\nprotocol = "mm7"\n{text}\n'
    async with AsyncExitStack() as stack:
        ports, (conduct,) = await start_carriers(read_script(script), tmp_path, lambda: AT, stack)
        url = f"http://127.0.0.1:{ports['p']}/mm7"
        for timeout_s, kind in ((1.0, Unknown), (20.0, Accepted)):
            settings = Mm7Settings(url=url, username="heliogram", password="secret", timeout_s=timeout_s)
            carrier = Mm7Carrier(settings)
            assert isinstance(await carrier.send(mms_parcel()), kind)
            await carrier.close()
        assert sum(line["kind"] == "submit" for line in conduct.journal.lines()) == 2


def test_every_fault_of_mm7_is_met_in_this_file() -> None:
    here = Path(__file__).read_text()
    assert [name for name in ALL if f'"{name}"' not in here] == []
