"""Asking a carrier what a number is, and keeping what it says."""

from collections.abc import Callable
from datetime import datetime

from heliogram.carriers.protocol import Carrier
from heliogram.model.number import LookedUp, Lookup, facts_of
from heliogram.storage import numbers
from heliogram.storage.engine import Store


async def look_up(
    store: Store, carrier: Carrier, workspace_id: str, phone_e164: str, now: Callable[[], datetime]
) -> Lookup:
    """Ask, and store the answer before it is given. Without a word nothing is learnt and nothing forgotten."""
    found = await carrier.look_up(phone_e164)
    if isinstance(found, LookedUp):
        at = now()
        async with store.write() as connection:
            await numbers.learn(connection, workspace_id, facts_of(phone_e164, found, at), at, anew=True)
    return found
