"""The media library: pictures are recognised by their octets, read to the last pixel in a child process, and stored.

The very same file is stored once: who uploads it again gets the one that is there.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.audit import audit_row
from heliogram.api.auth import Caller, CampaignsRead, CampaignsWrite, Own
from heliogram.api.errors import Problem, not_found
from heliogram.api.media_view import media_detail, media_shape, uploaded_shape, used_sentence
from heliogram.api.once import OnceOnly
from heliogram.api.paging import DEFAULT_LIMIT, After, Limit, next_of
from heliogram.api.schema.media import (
    MAX_ALT_TEXT,
    MAX_FILENAME,
    MAX_FOLDER,
    FolderShape,
    FoldersShape,
    MediaChange,
    MediaDetail,
    MediaShape,
    UploadedShape,
)
from heliogram.api.schema.shape import CLEAN, Page
from heliogram.app import App
from heliogram.media.kinds import SAVED, TAKEN_FILES, Kind, kind_of
from heliogram.media.limits import MEDIA_WARNING_OCTETS, WeightVerdict, weigh
from heliogram.media.plan import Budget
from heliogram.media.probe import Picture
from heliogram.storage import access, library, media
from heliogram.storage.bulk import Row
from heliogram.storage.types import storable

ALT_TEXT = "What is on the picture, for who cannot see it"

router = APIRouter(tags=["media"])


@router.post("/media", status_code=201, response_model=UploadedShape, summary="Upload a picture")
async def upload(
    app: Own,
    caller: CampaignsWrite,
    once: OnceOnly,
    file: Annotated[UploadFile, File(description=TAKEN_FILES)],
    alt_text: Annotated[str, Form(max_length=MAX_ALT_TEXT, description=ALT_TEXT), CLEAN] = "",
    folder: Annotated[str, Form(max_length=MAX_FOLDER, description="Empty for none"), CLEAN] = "",
) -> Response:
    """The very same file, uploaded again, answers 200 with the one that is there: it is told by `is_known`."""
    octets = await file.read()
    picture = await inspected(app, octets)
    await app.blobs.put(picture.octets)
    async with app.store.write() as connection:
        said = (sha256(octets).digest(), alt_text, folder)
        if (answer := await once.earlier(connection, caller.workspace_id, *said)) is not None:
            return answer
        given = {"filename": file.filename or "picture", "alt_text": alt_text, "folder": folder}
        row, is_known = await put_picture(connection, app, caller, picture, **given)
        shape = uploaded_shape(row, is_known=is_known)
        return await once.keep(connection, caller.workspace_id, 200 if is_known else 201, shape)


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

    A HEIC photo is kept as a JPEG: few browsers show one, and the page behind a link is for all. A sound is kept
    without its tags, a film without its places: whatever is sent or shown later tells nobody where and by whom.
    """
    weight = weigh([len(octets)], "")
    if weight.verdict is WeightVerdict.REFUSED:
        raise Problem("too_large", weight.sentence, [("file", weight.sentence)])
    picture = await app.workshop.inspect(octets)
    if picture.content_type == "image/heic":
        octets = (await app.workshop.fit(octets, _AS_JPEG)).octets
        picture = await app.workshop.inspect(octets)
    elif kind_of(picture.content_type) in (Kind.SOUND, Kind.VIDEO):
        octets = await app.workshop.bare(octets)
        picture = replace(picture, n_octets=len(octets))
    return Inspected(octets=octets, picture=picture)


async def add_picture(
    connection: AsyncConnection,
    app: App,
    caller: Caller,
    picture: Inspected,
    *,
    filename: str,
    alt_text: str,
    folder: str = "",
) -> dict[str, Any]:
    """Store the row of a picture whose octets are stored: nobody's transaction waits for a bucket."""
    row = {
        "id": app.new_id(),
        "workspace_id": caller.workspace_id,
        "sha256": sha256(picture.octets).hexdigest(),
        "filename": storable(filename)[:MAX_FILENAME],
        "content_type": picture.picture.content_type,
        "n_octets": len(picture.octets),
        "width": picture.picture.width,
        "height": picture.picture.height,
        "frames": picture.picture.frames,
        "duration_ms": picture.picture.duration_ms,
        "alt_text": alt_text,
        "folder": " ".join(folder.split()),
        "created_at": app.now(),
    }
    await media.add(connection, row)
    return row


async def put_picture(
    connection: AsyncConnection, app: App, caller: Caller, picture: Inspected, **given: str
) -> tuple[Row, bool]:
    """The library's row of these octets, and whether it was there before. `given` is what `add_picture` takes.

    One that has no description yet takes over the one given: nothing that somebody wrote is lost.
    """
    known = await library.same(connection, caller.workspace_id, sha256(picture.octets).hexdigest())
    if not known:
        return await add_picture(connection, app, caller, picture, **given), False
    row = known[0]
    if given["alt_text"] and not row["alt_text"]:
        row = {**row, "alt_text": given["alt_text"]}
        await library.change(connection, caller.workspace_id, row["id"], {"alt_text": row["alt_text"]})
    return row, True


@router.get("/media", summary="The library, newest first")
async def list_media(
    app: Own,
    caller: CampaignsRead,
    folder: Annotated[str, Query(max_length=MAX_FOLDER, description="Only what is in this folder.")] = "",
    q: Annotated[str, Query(max_length=200, description="Words of the name or the description.")] = "",
    limit: Limit = DEFAULT_LIMIT,
    after: After = "",
) -> Page[MediaShape]:
    async with app.store.read() as connection:
        rows = await library.page(
            connection, caller.workspace_id, folder=folder, search=storable(q), before=after, limit=limit
        )
    return Page(items=[media_shape(row) for row in rows], next=next_of(rows, limit))


@router.get("/media/folders", summary="The library's folders")
async def list_folders(app: Own, caller: CampaignsRead) -> FoldersShape:
    async with app.store.read() as connection:
        found = await library.folders(connection, caller.workspace_id)
    items = [FolderShape(name=name, n=n) for name, n in found.items() if name]
    return FoldersShape(n=sum(found.values()), items=items)


@router.get("/media/{media_id}", summary="One medium, and where it is used")
async def read(media_id: str, app: Own, caller: CampaignsRead) -> MediaDetail:
    async with app.store.read() as connection:
        return await _detail(connection, caller, media_id)


@router.patch("/media/{media_id}", summary="Rename a medium, describe it, or put it into a folder")
async def change(media_id: str, asked: MediaChange, app: Own, caller: CampaignsWrite) -> MediaDetail:
    given = asked.model_dump(exclude_none=True)
    values = {name: " ".join(text.split()) if name != "alt_text" else text.strip() for name, text in given.items()}
    if values.get("filename") == "":
        raise Problem("invalid", "A medium needs a name.", [("filename", "Give it a name.")])
    async with app.store.write() as connection:
        if not await library.change(connection, caller.workspace_id, media_id, values):
            raise not_found("picture")
        return await _detail(connection, caller, media_id)


@router.delete("/media/{media_id}", status_code=204, summary="Take a medium that nothing uses out of the library")
async def delete(media_id: str, app: Own, caller: CampaignsWrite) -> Response:
    async with app.store.write() as connection:
        row = await media.one(connection, caller.workspace_id, media_id)
        uses = await library.remove(connection, caller.workspace_id, media_id)
        if row is not None and uses is not None and not uses.is_used:
            detail = {"filename": row["filename"]}
            await access.add_audit(connection, audit_row(app, caller, "media.remove", media_id, detail))
    if uses is None:
        raise not_found("picture")
    if uses.is_used:
        raise Problem("conflict", used_sentence(uses))
    return Response(status_code=204)


async def _detail(connection: AsyncConnection, caller: Caller, media_id: str) -> MediaDetail:
    row = await media.one(connection, caller.workspace_id, media_id)
    if row is None:
        raise not_found("picture")
    return media_detail(row, await library.uses(connection, caller.workspace_id, media_id))


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
    shown = "attachment" if kind_of(row["content_type"]) in SAVED else "inline"
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Disposition": shown}
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(await app.blobs.get(row["sha256"]), media_type=row["content_type"], headers=headers)
