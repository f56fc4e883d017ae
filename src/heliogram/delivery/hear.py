"""What carriers tell us: stored in one transaction, before the carrier hears that we have it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from heliogram.carriers.protocol import Sink
from heliogram.delivery.accounts import Account
from heliogram.delivery.receipts import store_receipts
from heliogram.model.event import Event, InboundHeard, ReceiptHeard
from heliogram.model.number import YES, Kind, NumberFact, Source, fact
from heliogram.storage import inbound, numbers
from heliogram.storage.blobs import Blobs
from heliogram.storage.engine import Store
from heliogram.storage.types import storable

log = structlog.get_logger()

Told = Callable[[], None]
"""Called when inbound messages are stored: somebody should read them."""
Settled = Callable[[], Awaitable[None]]
"""Returns when the answers that came before are stored: receipts are about them."""


def sink_of(
    account: Account,
    store: Store,
    blobs: Blobs,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[], str],
    told: Told,
    settled: Settled,
) -> Sink:
    """The sink of one account. It returns when everything is durable and raises when it is not."""

    async def sink(events: Sequence[Event]) -> None:
        receipts = [event for event in events if isinstance(event, ReceiptHeard)]
        messages = [event for event in events if isinstance(event, InboundHeard)]
        rows = [await _inbound_row(account, each, blobs, now(), new_id()) for each in messages]
        if receipts:
            await settled()
        async with store.write() as connection:
            await store_receipts(
                connection,
                account.id,
                account.workspace_id,
                receipts,
                now(),
                takes_mms=account.carrier.capabilities.mms,
            )
            await inbound.add(connection, rows)
            learnt = _learnt(messages, now()) + _networks(receipts, now())
            await numbers.learn(connection, account.workspace_id, learnt, now())
        if receipts:
            account.reported()
        if rows:
            told()

    return sink


def _learnt(messages: Sequence[InboundHeard], now: datetime) -> list[NumberFact]:
    """A phone that sends a picture takes one; and a carrier may say whose customer it is."""
    found = [fact(each.from_e164, Kind.MMS, YES, Source.INBOUND, now) for each in messages if each.media]
    return found + [
        fact(each.from_e164, Kind.NETWORK, each.network, Source.INBOUND, now) for each in messages if each.network
    ]


def _networks(receipts: Sequence[ReceiptHeard], now: datetime) -> list[NumberFact]:
    return [
        fact(each.about_e164, Kind.NETWORK, each.network, Source.RECEIPT, now)
        for each in receipts
        if each.network and each.about_e164
    ]


async def _inbound_row(
    account: Account, heard: InboundHeard, blobs: Blobs, now: datetime, new_id: str
) -> dict[str, Any]:
    media: list[dict[str, str]] = [
        {"sha256": await blobs.put(part.octets), "content_type": part.content_type, "filename": storable(part.filename)}
        for part in heard.media
    ]
    media += [{"url": storable(link.url), "content_type": storable(link.content_type)} for link in heard.links]
    reference, total, number = heard.concat or (None, None, None)
    octets, coding = heard.coded or (None, None)
    return {
        "id": new_id,
        "workspace_id": account.workspace_id,
        "account_id": account.id,
        "unique_key": heard.unique,
        "from_e164": heard.from_e164,
        "to_address": heard.to_address,
        "text": storable(heard.text),
        "concat_reference": reference,
        "concat_total": total,
        "concat_number": number,
        "octets": octets,
        "coding": coding,
        "media": media,
        "at": now,
        "raw": storable(heard.raw),
        "read_as": None,
    }
