"""Launches a send and watches it to its end, through lost answers and a server that is away for a moment."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from heliogram.clock import new_id
from heliogram.commands.client import Api, Fields, Files, Refused

POLL_S: Final = 0.3
SETTLE_S: Final = 5.0
"""How long receipts may still come in before the report is written: it says how many had not."""
AWAY_S: Final = 30.0
"""How long a server may be away, for a restart."""

Show = Callable[[Mapping[str, Any], str], None]
"""Shows a campaign's progress, with a note instead of its own where there is one."""


class NotReached(Exception):
    """The server could not be asked: nothing was sent."""


class LostSight(Exception):
    """It was asked, or may have been, and what became of it cannot be seen."""


async def launch(api: Api, fields: Fields, files: Files, *, away_s: float = AWAY_S) -> dict[str, Any]:
    """Ask for the send. Returns its report. Raises Refused, NotReached, LostSight.

    Asked again when the answer was lost: the same key keeps the second request from sending a second time.
    """
    once = new_id()
    began = asyncio.get_running_loop().time()
    may_be_launched = False
    while True:
        try:
            report: dict[str, Any] = await api.post("/sends", data=fields, files=files, once=once)
        except httpx.ConnectError as error:
            if not may_be_launched:
                raise NotReached(f"The server does not answer ({error}). Nothing was sent.") from error
        except httpx.TransportError:
            may_be_launched = True
        except Refused as error:
            if not may_be_launched:
                raise
            # The first request may have come through, and this one is refused for something else: a key withdrawn.
            raise LostSight(f"{_MAYBE} It says now: {error}") from error
        else:
            return report
        if asyncio.get_running_loop().time() - began > away_s:
            raise LostSight(_MAYBE)
        await asyncio.sleep(POLL_S)


_MAYBE: Final = (
    "The server's answer was lost, so it is not known whether the campaign was launched. Look at the campaigns in the "
    "dashboard before you send again."
)


async def follow(
    api: Api, campaign_id: str, show: Show, *, until_handed_over: bool, away_s: float = AWAY_S
) -> dict[str, Any]:
    """Until everything is handed over and the receipts have stopped coming, or at once. Raises LostSight."""
    settled_s = 0.0
    before = -1
    while True:
        campaign = await _campaign(api, campaign_id, show, away_s)
        progress = campaign["progress"]
        show(progress, "")
        if not until_handed_over or (_is_over(campaign) and (not progress["sent"] or settled_s >= SETTLE_S)):
            return campaign
        # Only a quiet time counts: as long as receipts come in, there is something to wait for.
        settled_s = settled_s + POLL_S if _is_over(campaign) and progress["sent"] == before else 0.0
        before = progress["sent"]
        await asyncio.sleep(POLL_S)


def _is_over(campaign: Mapping[str, Any]) -> bool:
    """Whether nothing is to be handed over now: what is held, paused or canceled is not waited for."""
    progress = campaign["progress"]
    is_stopped = campaign["state"] in ("canceled", "paused")
    return not progress["sending"] and (is_stopped or not progress["queued"])


async def _campaign(api: Api, campaign_id: str, show: Show, away_s: float) -> dict[str, Any]:
    began = asyncio.get_running_loop().time()
    while True:
        try:
            found: dict[str, Any] = await api.get(f"/campaigns/{campaign_id}")
        except Refused as error:
            raise LostSight(f"{_LAUNCHED} It says: {error}") from error
        except httpx.TransportError:
            show({}, "The server does not answer. Nothing is lost.")
        else:
            return found
        if asyncio.get_running_loop().time() - began > away_s:
            raise LostSight(f"{_LAUNCHED} It goes on by itself when the server is back.")
        await asyncio.sleep(POLL_S)


_LAUNCHED: Final = (
    "The campaign was launched, but the server cannot be asked any more what became of it. Look at its report in the "
    "dashboard."
)


@contextmanager
def bar(*, is_shown: bool) -> Iterator[Show]:
    """A live progress bar on the terminal, or nothing."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not is_shown,
    )
    task = progress.add_task("Handing over", total=None, note="")

    def show(now: Mapping[str, Any], note: str) -> None:
        if not now:
            progress.update(task, note=note)
            return
        done = now["total"] - now["queued"] - now["sending"]
        said = note or now["waiting"] or f"{now['delivered']:,} confirmed"
        progress.update(task, total=now["total"], completed=done, note=said)

    with progress:
        yield show
