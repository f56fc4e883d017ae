"""Octets over HTTP, whole or the one range asked for (RFC 9110 §14), for GET and HEAD."""

import re
from typing import Final

from fastapi import Request, Response

from heliogram.pages.frame import HEADERS

MAX_FILENAME: Final = 20
"""Characters of a file name. Twilio takes no longer one, and none with spaces (its guide to accepted MIME types)."""
_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\Z")


def octets_response(
    request: Request, octets: bytes, content_type: str, filename: str, *, disposition: str = "inline"
) -> Response:
    """The answer to a request for these octets."""
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f'{disposition}; filename="{plain(filename)}"',
        "X-Content-Type-Options": HEADERS["X-Content-Type-Options"],
        "X-Robots-Tag": HEADERS["X-Robots-Tag"],
    }
    asked = _RANGE.match(request.headers.get("range", ""))
    if asked is None or not (asked[1] or asked[2]):
        return _answer(request, octets, 200, headers, content_type)
    first, last = _bounds(asked[1], asked[2], len(octets))
    if first > last:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(octets)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(octets)}"
    return _answer(request, octets[first : last + 1], 206, headers, content_type)


def plain(filename: str) -> str:
    """A file name that every header and every carrier takes."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", filename) or "picture"


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """(first, last) octet of a range; first > last when it lies outside."""
    if not first:
        return max(0, size - int(last)) if int(last) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _answer(request: Request, octets: bytes, status: int, headers: dict[str, str], content_type: str) -> Response:
    if request.method == "HEAD":
        return Response(
            status_code=status, headers={**headers, "Content-Length": str(len(octets))}, media_type=content_type
        )
    return Response(octets, status, headers, media_type=content_type)
