"""An MP4 of an animated GIF, as a medium of its own beside it: a tenth of its octets, where a route takes videos."""

from pathlib import PurePosixPath

from fastapi import APIRouter, Response

from heliogram.api.auth import CampaignsWrite, Own
from heliogram.api.errors import not_found
from heliogram.api.media_view import uploaded_shape
from heliogram.api.once import OnceOnly
from heliogram.api.resources.media import inspected, put_picture
from heliogram.api.schema.media import UploadedShape
from heliogram.app import App
from heliogram.media.plan import all_budgets
from heliogram.media.probe import MediaRefused
from heliogram.storage import media

router = APIRouter(tags=["media"])


@router.post(
    "/media/{media_id}/mp4", status_code=201, response_model=UploadedShape, summary="Make an MP4 of an animated GIF"
)
async def mp4(media_id: str, app: Own, caller: CampaignsWrite, once: OnceOnly) -> Response:
    """It has the GIF's description and is in its folder. As small as every route takes it, where that can be done.

    One that was made before answers 200 with the one that is there (`is_known`). 422 says why there is none: the
    picture does not move, or this server has no ffmpeg (`mp4` of `GET /me`).
    """
    async with app.store.read() as connection:
        if (answer := await once.answered(connection, caller.workspace_id)) is not None:
            return answer
        row = await media.one(connection, caller.workspace_id, media_id)
    if row is None:
        raise not_found("picture")
    film = await inspected(app, await _film_of(app, await app.blobs.get(row["sha256"])))
    await app.blobs.put(film.octets)
    async with app.store.write() as connection:
        if (answer := await once.earlier(connection, caller.workspace_id)) is not None:
            return answer
        # What was typed while the film was made counts: who clicks has left the field a moment before.
        row = await media.one(connection, caller.workspace_id, media_id) or row
        filename = f"{PurePosixPath(row['filename']).stem}.mp4"
        given = {"filename": filename, "alt_text": row["alt_text"], "folder": row["folder"]}
        made, is_known = await put_picture(connection, app, caller, film, **given)
        shape = uploaded_shape(made, is_known=is_known)
        return await once.keep(connection, caller.workspace_id, 200 if is_known else 201, shape)


async def _film_of(app: App, octets: bytes) -> bytes:
    """Within the smallest budget in which it can be made: nobody makes a film smaller later. Raises MediaRefused."""
    *tighter, widest = all_budgets()
    for budget in tighter:
        try:
            return (await app.workshop.film(octets, budget)).octets
        except MediaRefused as refused:
            if refused.code != "does_not_fit":
                raise
    return (await app.workshop.film(octets, widest)).octets
