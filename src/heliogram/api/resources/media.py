"""Pictures: uploaded, recognised by their octets, read to the last pixel in a child process, and stored."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.auth import Caller, CampaignsRead, CampaignsWrite, Own
from heliogram.api.errors import Problem, not_found
from heliogram.api.media_view import media_shape
from heliogram.api.once import OnceOnly
from heliogram.api.paging import DEFAULT_LIMIT, After, Limit, next_of
from heliogram.api.schema.media import MediaShape
from heliogram.api.schema.shape import CLEAN, Page
from heliogram.app import App
from heliogram.media.limits import MEDIA_WARNING_OCTETS, WeightVerdict, weigh
from heliogram.media.plan import Budget
from heliogram.media.probe import TAKEN, Picture
from heliogram.storage import media
from heliogram.storage.types import storable

ALT_TEXT = "What is on the picture, for who cannot see it"

router = APIRouter(tags=["media"])


@router.post("/media", status_code=201, response_model=MediaShape, summary="Upload a picture")
async def upload(
    app: Own,
    caller: CampaignsWrite,
    once: OnceOnly,
    file: Annotated[UploadFile, File(description=TAKEN)],
    alt_text: Annotated[str, Form(max_length=500, description=ALT_TEXT), CLEAN] = "",
) -> Response:
    octets = await file.read()
    picture = await inspected(app, octets)
    async with app.store.write() as connection:
        if (
            answer := await once.earlier(connection, caller.workspace_id, sha256(octets).digest(), alt_text)
        ) is not None:
            return answer
        row = await add_picture(
            connection, app, caller, picture, filename=file.filename or "picture", alt_text=alt_text
        )
        return await once.keep(connection, caller.workspace_id, 201, media_shape(row))


_AS_JPEG: Final = Budget(
    octets=MEDIA_WARNING_OCTETS,
    max_width=4_096,
    max_height=4_096,
    content_types=("image/jpeg",),
    source="what is kept of a HEIC photo: as much as a message takes without a warning",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A picture that was read to its last pixel, as it is kept."""

    octets: bytes
    picture: Picture


async def inspected(app: App, octets: bytes) -> Inspected:
    """What the picture is. Raises Problem or MediaRefused for what cannot be sent.

    A HEIC photo is kept as a JPEG: few browsers show one, and the page behind a link is for all.
    """
    weight = weigh([len(octets)], "")
    if weight.verdict is WeightVerdict.REFUSED:
        raise Problem("too_large", weight.sentence, [("file", weight.sentence)])
    picture = await app.workshop.inspect(octets)
    if picture.content_type == "image/heic":
        octets = (await app.workshop.fit(octets, _AS_JPEG)).octets
        picture = await app.workshop.inspect(octets)
    return Inspected(octets=octets, picture=picture)


async def add_picture(
    connection: AsyncConnection,
    app: App,
    caller: Caller,
    picture: Inspected,
    *,
    filename: str,
    alt_text: str,
) -> dict[str, Any]:
    """Store the octets (named by their hash, so storing them first leaves nothing half made) and the row."""
    row = {
        "id": app.new_id(),
        "workspace_id": caller.workspace_id,
        "sha256": await app.blobs.put(picture.octets),
        "filename": storable(filename)[:200],
        "content_type": picture.picture.content_type,
        "n_octets": len(picture.octets),
        "width": picture.picture.width,
        "height": picture.picture.height,
        "frames": picture.picture.frames,
        "alt_text": alt_text,
        "created_at": app.now(),
    }
    await media.add(connection, row)
    return row


@router.get("/media", summary="Pictures, newest first")
async def list_media(
    app: Own, caller: CampaignsRead, limit: Limit = DEFAULT_LIMIT, after: After = ""
) -> Page[MediaShape]:
    async with app.store.read() as connection:
        rows = await media.page(connection, caller.workspace_id, before=after, limit=limit)
    return Page(items=[media_shape(row) for row in rows], next=next_of(rows, limit))


@router.get(
    "/media/{media_id}/content",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}},
    summary="The picture itself",
)
async def content(media_id: str, app: Own, caller: CampaignsRead) -> Response:
    async with app.store.read() as connection:
        row = await media.one(connection, caller.workspace_id, media_id)
    if row is None:
        raise not_found("picture")
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Disposition": "inline"}
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(await app.blobs.get(row["sha256"]), media_type=row["content_type"], headers=headers)
