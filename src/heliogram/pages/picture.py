"""The page behind a short link: the picture, its description, who it is from. No script, no cookie, no index.

The link of a text is opened by programs, too, that draw previews; they are told apart by what they say they are.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from heliogram.app import App
from heliogram.delivery.draft import Variant
from heliogram.media.kinds import SUFFIXES, Kind, kind_of
from heliogram.pages.frame import Own, page
from heliogram.pages.octets import octets_response
from heliogram.storage import access, media
from heliogram.storage.types import storable

router = APIRouter(include_in_schema=False)

_SHOWN: Final = (Kind.PICTURE, Kind.VIDEO, Kind.SOUND)
_PREVIEWER: Final = re.compile(
    r"bot|crawl|spider|preview|facebookexternalhit|whatsapp|telegram|slack|skype|discord|google-read-aloud|curl|python",
    re.IGNORECASE,
)


@router.api_route("/p/{token}", methods=["GET", "HEAD"])
async def show(token: str, request: Request, app: Own) -> Response:
    link = await _link(app, token)
    if link is None:
        return _gone()
    kind = kind_of(link["content_type"])
    best = await _best(app, link) if kind is Kind.PICTURE else None
    if best is None and kind is Kind.PICTURE:
        return _gone()
    if request.method == "GET":
        await _note_open(app, link, request.headers.get("user-agent", ""))
    async with app.store.read() as connection:
        workspace = await access.workspace(connection, link["workspace_id"])
    return page(
        "picture.html",
        token=token,
        kind=kind.value,
        sender=workspace["name"] if workspace else "",
        alt_text=link["alt_text"],
        width=best.width if best else link["width"],
        height=best.height if best else link["height"],
        filename=_name(link, best),
    )


@router.api_route("/p/{token}/file", methods=["GET", "HEAD"])
async def file(token: str, request: Request, app: Own) -> Response:
    """The picture's octets."""
    link = await _link(app, token)
    if link is None:
        return _gone()
    kind = kind_of(link["content_type"])
    if kind is not Kind.PICTURE:
        octets, shown = await app.blobs.get(link["sha256"]), "inline" if kind in _SHOWN else "attachment"
        return octets_response(request, octets, link["content_type"], link["filename"], disposition=shown)
    best = await _best(app, link)
    if best is None:
        return _gone()
    return octets_response(request, best.part.octets, best.part.content_type, _name(link, best), disposition="inline")


async def _best(app: App, link: Mapping[str, str]) -> Variant | None:
    """The largest that a route would get: turned as it was held, and without where and by whom it was taken."""
    made = await app.pictures.prepare(link["workspace_id"], link["media_id"])
    return max((each for each in made.values() if each), key=lambda each: len(each.part.octets), default=None)


def _name(link: Mapping[str, str], best: Variant | None) -> str:
    """The name it was uploaded with, and the end of what it is here."""
    return f"{PurePosixPath(link['filename']).stem}.{SUFFIXES[best.part.content_type]}" if best else link["filename"]


async def _link(app: App, token: str) -> Any | None:
    async with app.store.read() as connection:
        link = await media.resolve_link(connection, token)
    return link if link is not None and link["expires_at"] > app.now() else None


async def _note_open(app: App, link: Any, user_agent: str) -> None:
    row = {
        "id": app.new_id(),
        "workspace_id": link["workspace_id"],
        "token": link["token"],
        "campaign_id": link["campaign_id"],
        "at": app.now(),
        "is_preview": not user_agent or _PREVIEWER.search(user_agent) is not None,
        "user_agent": storable(user_agent[:300]),
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
