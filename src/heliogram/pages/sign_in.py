"""The one-time sign-in link. Opening it spends nothing: mail and chat programs open links to preview them."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from heliogram.app import App
from heliogram.model.access import SESSION_COOKIE, hash_of
from heliogram.pages.frame import Own, page
from heliogram.storage import access

router = APIRouter(include_in_schema=False)

SESSION_LASTS: Final = timedelta(days=14)
LINK_LASTS: Final = timedelta(hours=12)
Token = Annotated[str, Path(max_length=128)]


@router.get("/sign-in/{token}")
async def ask(token: Token) -> Response:
    return page("sign_in.html")


@router.post("/sign-in/{token}")
async def sign_in(token: Token, request: Request, app: Own) -> Response:
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
        secure=request.url.scheme == "https",
    )
    return answer


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
