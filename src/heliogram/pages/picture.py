"""The page behind a short link: the media, their descriptions, who they are from. No script, no cookie, no index.

The link of a text is opened by programs, too, that draw previews; they are counted apart (`previews`).
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from fastapi import APIRouter, Request, Response

from heliogram.app import App
from heliogram.delivery.draft import Variant
from heliogram.media.kinds import SUFFIXES, Kind, kind_of
from heliogram.model.album import Shown
from heliogram.pages.frame import Own, page
from heliogram.pages.octets import octets_response
from heliogram.pages.previews import is_preview
from heliogram.storage import access, albums, media
from heliogram.storage.bulk import Row
from heliogram.storage.types import storable

router = APIRouter(include_in_schema=False)

_SHOWN: Final = (Kind.PICTURE, Kind.VIDEO, Kind.SOUND)


@router.api_route("/p/{token}", methods=["GET", "HEAD"])
async def show(token: str, request: Request, app: Own) -> Response:
    link, rows = await _link(app, token)
    if link is None:
        return _gone()
    shown = [each for n, row in enumerate(rows, 1) if (each := await _shown(app, row, n)) is not None]
    if not shown:
        return _gone()
    if request.method == "GET":
        await _note_open(app, link, request.headers)
    async with app.store.read() as connection:
        workspace = await access.workspace(connection, link["workspace_id"])
    return page("picture.html", token=token, sender=workspace["name"] if workspace else "", media=shown)


@router.api_route("/p/{token}/file", methods=["GET", "HEAD"])
async def file(token: str, request: Request, app: Own) -> Response:
    """The octets of the first medium."""
    return await numbered_file(token, 1, request, app)


@router.api_route("/p/{token}/file/{number}", methods=["GET", "HEAD"])
async def numbered_file(token: str, number: int, request: Request, app: Own) -> Response:
    """The octets of one medium, counted from 1."""
    _, rows = await _link(app, token)
    if not 1 <= number <= len(rows):
        return _gone()
    row = rows[number - 1]
    kind = kind_of(row["content_type"])
    if kind is not Kind.PICTURE:
        octets, shown = await app.blobs.get(row["sha256"]), "inline" if kind in _SHOWN else "attachment"
        return octets_response(request, octets, row["content_type"], row["filename"], disposition=shown)
    best = await _best(app, row)
    if best is None:
        return _gone()
    return octets_response(request, best.part.octets, best.part.content_type, _name(row, best), disposition="inline")


async def _shown(app: App, row: Row, number: int) -> Row | None:
    """One medium as the page shows it; None for a picture that cannot be shown."""
    kind = kind_of(row["content_type"])
    best = await _best(app, row) if kind is Kind.PICTURE else None
    if best is None and kind is Kind.PICTURE:
        return None
    return {
        "kind": (kind_of(best.part.content_type) if best else kind).value,
        "number": number,
        "alt_text": row["alt_text"],
        "width": best.width if best else row["width"],
        "height": best.height if best else row["height"],
        "filename": _name(row, best),
    }


async def _best(app: App, row: Row) -> Variant | None:
    """The largest that a route would get: turned as it was held, and without where and by whom it was taken.

    A film that stands in for a picture is shown where there is nothing else.
    """
    made = await app.pictures.prepare(Shown(row["workspace_id"], row["id"]))
    fitted = (each[0] for each in made.values() if each)
    return max(fitted, key=lambda each: (not each.is_stand_in, each.n_octets), default=None)


def _name(row: Row, best: Variant | None) -> str:
    """The name it was uploaded with, and the end of what it is here."""
    return f"{PurePosixPath(row['filename']).stem}.{SUFFIXES[best.part.content_type]}" if best else row["filename"]


async def _link(app: App, token: str) -> tuple[Row | None, Sequence[Row]]:
    """The link and its media; nothing for one that nobody was given, or whose time is over."""
    async with app.store.read() as connection:
        link = await media.resolve_link(connection, token)
        if link is None or link["expires_at"] <= app.now():
            return None, ()
        shown = albums.shown_of(link)
        return link, await albums.media_of(connection, shown) if shown else ()


async def _note_open(app: App, link: Row, headers: Mapping[str, str]) -> None:
    row = {
        "id": app.new_id(),
        "workspace_id": link["workspace_id"],
        "token": link["token"],
        "campaign_id": link["campaign_id"],
        "at": app.now(),
        "is_preview": is_preview(headers),
        "user_agent": storable(headers.get("user-agent", "")[:300]),
    }
    async with app.store.write() as connection:
        await media.add_open(connection, row)


def _gone() -> Response:
    return page(
        "notice.html",
        404,
        title="This picture is not here",
        detail="The link may be incomplete, or too old. Please ask whoever sent it to send it again.",
    )
