"""A carrier account as it is shown."""

from datetime import datetime

from heliogram.api.schema.senders import AccountShape
from heliogram.delivery.accounts import Account


def account_shape(account: Account, since: datetime | None, queue: int) -> AccountShape:
    health = account.health()
    return AccountShape(
        id=account.id,
        name=account.name,
        carrier=account.kind,
        state=health.link.value,
        since=since,
        detail=health.detail,
        in_flight=account.slots.taken,
        window=account.carrier.capabilities.window,
        queue=queue,
    )
