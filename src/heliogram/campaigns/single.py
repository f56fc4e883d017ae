"""Queues one message of its own: an API call, a reminder, a test. It takes the same way as a campaign's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.model.message import Content
from heliogram.model.phone import Phone
from heliogram.model.text import Wishes
from heliogram.storage import albums, campaigns, lanes, people

SINGLE_PRIORITY = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    group_id: str
    to: Phone
    body: str
    content: Content
    media_ids: tuple[str, ...] = ()
    due_at: datetime | None = None
    expires_at: datetime | None = None
    fallback_body: str | None = None
    text_wishes: Wishes | None = None


async def queue_single(
    connection: AsyncConnection, workspace_id: str, single: Single, *, new_id: Callable[[], str], now: datetime
) -> str | None:
    """Queue the message and return its id, None where one of its media is gone. A new number becomes a contact."""
    kept = await albums.keep(connection, workspace_id, single.media_ids)
    if kept is None:
        return None
    await people.add_missing_contact(
        connection,
        {
            "id": new_id(),
            "workspace_id": workspace_id,
            "phone_e164": single.to.e164,
            "country": single.to.country,
            "network": None,
            "is_landline": False,
            "first_name": "",
            "last_name": "",
            "attributes": {},
            "created_at": now,
        },
    )
    contact = (await people.by_phones(connection, workspace_id, [single.to.e164]))[single.to.e164]
    lane_id = lanes.single_lane_of(single.group_id)
    await lanes.add_lane(
        connection,
        id=lane_id,
        workspace_id=workspace_id,
        group_id=single.group_id,
        campaign_id=None,
        priority=SINGLE_PRIORITY,
    )
    row = lanes.message_row(
        contact,
        id=new_id(),
        group_id=single.group_id,
        purpose=await campaigns.purpose_of(connection, single.group_id),
        priority=SINGLE_PRIORITY,
        content=single.content.value,
        body=single.body,
        now=now,
        **kept,
        due_at=single.due_at,
        expires_at=single.expires_at,
        fallback_body=single.fallback_body,
        text_wishes=single.text_wishes,
    )
    await lanes.add_messages(connection, lane_id, [row])
    return str(row["id"])
