"""Where carriers that take a picture by its address fetch it: `/m/{token}/{filename}`. No page, no cookie, no count."""

from fastapi import APIRouter, Request, Response

from heliogram.pages.frame import Own
from heliogram.pages.octets import MAX_FILENAME, octets_response

router = APIRouter(include_in_schema=False)


@router.api_route("/m/{token}/{filename}", methods=["GET", "HEAD"])
async def file(token: str, filename: str, request: Request, app: Own) -> Response:
    """The octets that the token offers."""
    offered = app.public_media.read(token)
    if offered is None:
        return _nothing()
    try:
        octets = await app.blobs.get(offered.sha256)
    except FileNotFoundError:
        return _nothing()
    return octets_response(request, octets, offered.content_type, filename[-MAX_FILENAME:])


def _nothing() -> Response:
    return Response("There is no picture at this address, or its time is over.\n", 404, media_type="text/plain")
