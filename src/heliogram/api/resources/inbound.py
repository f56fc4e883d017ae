"""What phones sent us, with their pictures: only octets that a child process has read to the last pixel are served."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from heliogram.api.auth import MessagesRead, Own
from heliogram.api.errors import not_found
from heliogram.api.paging import DEFAULT_LIMIT, After, Limit, next_of
from heliogram.api.schema.inbound import InboundMediaShape, InboundShape
from heliogram.api.schema.shape import Page
from heliogram.media.kinds import SAVED, kind_of
from heliogram.storage import inbound, inbound_media, people
from heliogram.storage.bulk import Row

router = APIRouter(prefix="/inbound", tags=["messages"])

CONTENT = "/api/v1/inbound/media/{}/content"


@router.get("", summary="What phones sent, newest first")
async def list_inbound(
    app: Own,
    caller: MessagesRead,
    phone: Annotated[str, Query(max_length=20, description="A number in E.164.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    after: After = "",
) -> Page[InboundShape]:
    workspace_id = caller.workspace_id
    async with app.store.read() as connection:
        rows = await inbound.page(connection, workspace_id, phone=phone, before=after, limit=limit)
        media = await inbound_media.of_messages(connection, workspace_id, [row["id"] for row in rows])
        known = await people.by_phones(connection, workspace_id, list({row["from_e164"] for row in rows}))
    items = [_shape(row, media.get(row["id"], []), known.get(row["from_e164"])) for row in rows]
    return Page(items=items, next=next_of(rows, limit))


@router.get(
    "/media/{media_id}/content",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}},
    summary="A picture that a phone sent",
)
async def content(media_id: str, app: Own, caller: MessagesRead) -> Response:
    async with app.store.read() as connection:
        row = await inbound_media.one(connection, caller.workspace_id, media_id)
    if row is None or row["state"] != "kept":
        raise not_found("picture")
    shown = "attachment" if kind_of(row["content_type"]) in SAVED else "inline"
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Disposition": shown}
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(await app.blobs.get(row["sha256"]), media_type=row["content_type"], headers=headers)


def _shape(row: Row, media: list[Row], contact: Row | None) -> InboundShape:
    name = f"{contact['first_name']} {contact['last_name']}".strip() if contact else ""
    return InboundShape(
        id=row["id"],
        at=row["at"],
        phone=row["from_e164"],
        person_name=name or None,
        to=row["to_address"],
        text=row["text"],
        read_as=row["read_as"],
        media=[
            InboundMediaShape(
                id=each["id"],
                state=each["state"],
                content_type=each["content_type"],
                filename=each["filename"],
                n_octets=each["n_octets"],
                width=each["width"],
                height=each["height"],
                reason=each["reason"],
                url=CONTENT.format(each["id"]) if each["state"] == "kept" else None,
            )
            for each in media
        ],
    )
