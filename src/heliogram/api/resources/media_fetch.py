"""A file from the web into the library: fetched past the guard of private networks, then taken like an upload."""

from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Response

from heliogram.api.audit import audit_row
from heliogram.api.auth import CampaignsWrite, Own
from heliogram.api.errors import Problem
from heliogram.api.media_view import uploaded_shape
from heliogram.api.once import OnceOnly
from heliogram.api.resources.media import inspected, put_picture
from heliogram.api.schema.media import FetchAsk, UploadedShape
from heliogram.app import App
from heliogram.carriers.fetch import Fetched, MediaAccess, NotFetched
from heliogram.media.kinds import SUFFIXES
from heliogram.media.probe import MediaRefused
from heliogram.storage import access
from heliogram.storage.types import storable

router = APIRouter(tags=["media"])

NOBODY: Final = MediaAccess()
"""No account's host: nothing in a private network may be asked, and no credentials are sent."""


@router.post("/media/fetch", status_code=201, response_model=UploadedShape, summary="Fetch a file from the web")
async def fetch(asked: FetchAsk, app: Own, caller: CampaignsWrite, once: OnceOnly) -> Response:
    """The very same file, fetched or uploaded before, answers 200 with the one that is there (`is_known`)."""
    said = asked.model_dump_json()
    async with app.store.read() as connection:
        if (answer := await once.answered(connection, caller.workspace_id, said)) is not None:
            return answer
    octets = await _fetched(app, asked.url)
    try:
        picture = await inspected(app, octets)
    except MediaRefused as refused:
        raise Problem("media_refused", str(refused), [("url", str(refused))]) from refused
    await app.blobs.put(picture.octets)
    filename = name_of(asked.url, picture.picture.content_type)
    async with app.store.write() as connection:
        if (answer := await once.earlier(connection, caller.workspace_id, said)) is not None:
            return answer
        given = {"filename": filename, "alt_text": asked.alt_text, "folder": asked.folder}
        row, is_known = await put_picture(connection, app, caller, picture, **given)
        # Not the whole address: it may be somebody's key to a file.
        detail = {"host": urlsplit(asked.url).hostname or ""}
        await access.add_audit(connection, audit_row(app, caller, "media.fetch", row["id"], detail))
        shape = uploaded_shape(row, is_known=is_known)
        return await once.keep(connection, caller.workspace_id, 200 if is_known else 201, shape)


async def _fetched(app: App, url: str) -> bytes:
    """The octets at an address. Raises Problem with the reason why there are none."""
    match await app.fetcher.fetch(url, NOBODY):
        case Fetched(octets=octets):
            return octets
        case NotFetched(reason=reason):
            raise Problem("not_fetched", reason, [("url", reason)])


def name_of(url: str, content_type: str) -> str:
    """What a file is called by its address, with the ending of what it is where it has none."""
    name = storable(unquote(PurePosixPath(urlsplit(url).path).name)).strip()
    suffix = SUFFIXES.get(content_type, content_type.partition("/")[2])
    return name if PurePosixPath(name).suffix else f"{name or 'file'}.{suffix}"
