"""What machines ask about this server: does it answer, is it ready for work, how is it doing.

`/metrics` is in the text format of Prometheus and needs an API key like the API: volumes are nobody else's business.
"""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from heliogram import __version__
from heliogram.api.auth import MessagesRead, Own
from heliogram.api.errors import Problem
from heliogram.app import App
from heliogram.carriers.protocol import Link
from heliogram.storage import deliveries, lanes, senders

router = APIRouter(include_in_schema=False)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz")
async def healthz() -> dict[str, bool]:
    return {"ok": True}


@router.get("/readyz")
async def readyz(app: Own) -> dict[str, bool]:
    """Whether to send requests here. A carrier that is away is no reason not to: messages wait for it."""
    if not await app.store.answers():
        raise Problem("not_ready", "The database does not answer.")
    return {"ready": True}


@router.get("/metrics")
async def metrics(app: Own, caller: MessagesRead) -> Response:
    async with app.store.read() as connection:
        depth = await lanes.queue_depth(connection, caller.workspace_id)
        oldest = await lanes.oldest_waiting(connection, caller.workspace_id)
        every = [row["id"] for row in await senders.accounts_of(connection, caller.workspace_id)]
        n_unmatched = sum((await deliveries.n_unmatched(connection, caller.workspace_id, every)).values())
    age_s = (app.now() - oldest).total_seconds() if oldest is not None else 0.0
    single = (
        ("heliogram_queue_messages", "Messages that wait in open lanes.", depth),
        ("heliogram_queue_oldest_seconds", "Age of the longest-waiting message of the open lanes.", max(0.0, age_s)),
        ("heliogram_receipts_unmatched", "Receipts about messages that nobody knows.", n_unmatched),
    )
    families = [GaugeMetricFamily(name, words, value) for name, words, value in single]
    return Response(_written([_build_info(), *families, *_accounts(app, caller.workspace_id)]), media_type=CONTENT_TYPE)


def _build_info() -> Metric:
    info = GaugeMetricFamily("heliogram_build_info", "The version that runs.", labels=["version"])
    info.add_metric([__version__], 1)
    return info


def _accounts(app: App, workspace_id: str) -> list[Metric]:
    labels = ["account", "carrier"]
    up = GaugeMetricFamily("heliogram_account_up", "1 while the carrier is connected.", labels=labels)
    out = GaugeMetricFamily("heliogram_account_in_flight", "Segments without a stored answer.", labels=labels)
    window = GaugeMetricFamily("heliogram_account_window", "Segments that may be in flight.", labels=labels)
    for account in app.accounts.values():
        if account.workspace_id != workspace_id:
            continue
        names = [account.name, account.kind]
        up.add_metric(names, float(account.health().link is Link.UP))
        out.add_metric(names, account.slots.taken)
        window.add_metric(names, account.slots.capacity)
    return [up, out, window]


class _Once:
    """What the library asks for its metrics."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _written(families: list[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Once(families))
    return generate_latest(registry)
