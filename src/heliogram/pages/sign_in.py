"""The one-time sign-in link. Opening it spends nothing: mail and chat programs open links to preview them."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from heliogram.app import App
from heliogram.model.access import SESSION_COOKIE, hash_of
from heliogram.pages.frame import Own, page
from heliogram.storage import access

router = APIRouter(include_in_schema=False)

SESSION_LASTS: Final = timedelta(days=14)
LINK_LASTS: Final = timedelta(hours=12)


@router.get("/sign-in/{token}")
async def ask(token: str) -> Response:
    return page("sign_in.html")


@router.post("/sign-in/{token}")
async def sign_in(token: str, request: Request, app: Own) -> Response:
    if _is_from_elsewhere(request, app.config.own_url()):
        return page("notice.html", 403, title="Sign in on the computer that runs this server", detail=_HOW_ELSEWHERE)
    secret = app.new_secret()
    now = app.now()
    async with app.store.write() as connection:
        link = await access.use_sign_in_link(connection, hash_of(token), now)
        if link is not None:
            await access.add_session(
                connection,
                {
                    "token_hash": hash_of(secret),
                    "workspace_id": link["workspace_id"],
                    "member_id": link["member_id"],
                    "created_at": now,
                    "expires_at": now + SESSION_LASTS,
                },
            )
    if link is None:
        return page(
            "notice.html",
            410,
            title="This link has been used, or is too old",
            detail="Each sign-in link works once. Run “heliogram link” on the server for a new one.",
        )
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure="https" in (request.url.scheme, urlsplit(app.config.own_url()).scheme),
    )
    return answer


_HOW_ELSEWHERE: Final = (
    "Its address is for that computer alone. To be reached from others it needs an address of its own: set "
    "HELIOGRAM_PUBLIC_URL."
)


def _is_from_elsewhere(request: Request, own_url: str) -> bool:
    """Whether a server that is at home on loopback is asked by somebody who is not, such as through a proxy."""
    peer = request.client.host if request.client else "localhost"
    return _is_loopback(urlsplit(own_url).hostname or "") and not _is_loopback(peer)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def new_sign_in_link(app: App, workspace_id: str, member_id: str) -> str:
    """Make a link that signs a member in once. Returns its address."""
    secret = app.new_secret()
    async with app.store.write() as connection:
        await access.add_sign_in_link(
            connection,
            {
                "token_hash": hash_of(secret),
                "workspace_id": workspace_id,
                "member_id": member_id,
                "expires_at": app.now() + LINK_LASTS,
                "used_at": None,
            },
        )
    return f"{app.config.own_url()}/sign-in/{secret}"
