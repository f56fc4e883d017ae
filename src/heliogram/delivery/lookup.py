"""Asking a carrier what a number is, and keeping what it says."""

from collections.abc import Callable
from datetime import datetime

from heliogram.carriers.protocol import Carrier
from heliogram.model.number import YES, Kind, Line, LookedUp, Lookup, facts_of
from heliogram.storage import numbers
from heliogram.storage.engine import Store


async def look_up(
    store: Store, carrier: Carrier, workspace_id: str, phone_e164: str, now: Callable[[], datetime]
) -> Lookup:
    """Ask, and store the answer before it is given. Without a word nothing is learnt and nothing forgotten.

    A lookup costs money: while all that the last one said holds, nobody is asked, and that is the answer.
    """
    if (held := await _held(store, workspace_id, phone_e164, now())) is not None:
        return held
    found = await carrier.look_up(phone_e164)
    if isinstance(found, LookedUp):
        at = now()
        async with store.write() as connection:
            await numbers.learn(connection, workspace_id, facts_of(phone_e164, found, at), at, anew=True)
    return found


async def _held(store: Store, workspace_id: str, phone_e164: str, now: datetime) -> LookedUp | None:
    """What the last lookup said; None where there was none, or something of it no longer holds."""
    async with store.read() as connection:
        facts = await numbers.looked_up(connection, workspace_id, phone_e164)
    last_at = max((each.at for each in facts.values()), default=now)
    facts = {kind: each for kind, each in facts.items() if each.at == last_at}
    if not facts or any(each.until <= now for each in facts.values()):
        return None
    line, network, reach = (facts.get(kind) for kind in (Kind.LINE, Kind.NETWORK, Kind.REACH))
    return LookedUp(
        line=Line(line.value) if line else None,
        network=network.value if network else "",
        mccmnc=network.detail if network else "",
        is_reachable=reach.value == YES if reach else None,
        is_stored=True,
    )
