"""What is known of the numbers of a batch, put on its messages; and what answers, receipts and phones teach.

Only a word about the number counts: a picture that is too large or of a wrong kind says nothing of the next one.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import Channel, Content
from heliogram.model.number import NO, NOTHING, Kind, Known, NumberFact, Source, fact
from heliogram.model.parcel import NO_MMS, NOT_A_MOBILE
from heliogram.model.queue import Queued
from heliogram.storage import numbers

ABOUT_THE_NUMBER = frozenset({NO_MMS, NOT_A_MOBILE})
"""What a carrier says of a picture message that holds for every other to the same number."""


async def with_known(
    connection: AsyncConnection, workspace_id: str, messages: Sequence[Queued], now: datetime
) -> list[Queued]:
    """The messages with what is known of their numbers. Texts need none of it."""
    phones = [each.phone_e164 for each in messages if each.content is Content.MMS]
    known = await numbers.known_of(connection, workspace_id, phones, now) if phones else {}
    if not known:
        return list(messages)
    return [_with(each, known.get(each.phone_e164, NOTHING)) for each in messages]


def _with(message: Queued, known: Known) -> Queued:
    if known is NOTHING:
        return message
    takes_mms, is_landline = known.takes_mms(), known.is_landline() if known.line else message.is_landline
    return msgspec.structs.replace(
        message,
        network=known.network.value if known.network else message.network,
        # A landline that was sent a picture and took it is open to messages: what happened counts before what it is.
        is_landline=is_landline and takes_mms is not True,
        takes_mms=takes_mms,
        known=known,
    )


def fact_behind(message: Queued, reason: str) -> NumberFact | None:
    """The fact about its number that chose a message's way; None where another reason did."""
    match reason:
        case "number_no_mms" | "number_landline":
            return message.known.why_no_mms()
        case "carrier_not_approved":
            return message.known.network
    return None


def learnt_from(
    phone_e164: str, channel: Channel, why: str, source: Source, now: datetime, *, detail: str = ""
) -> NumberFact | None:
    """What a refusal says of the number; None where it says nothing."""
    if channel is not Channel.MMS or why not in ABOUT_THE_NUMBER:
        return None
    return fact(phone_e164, Kind.MMS, NO, source, now, detail=detail or why)
