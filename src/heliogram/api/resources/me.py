"""Who is asking, and signing out."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Response

from heliogram.api.auth import Anyone, Own
from heliogram.api.schema.senders import Me, Member, Workspace
from heliogram.model.access import SESSION_COOKIE, hash_of
from heliogram.storage import access

router = APIRouter(tags=["session"])


@router.get("/me", summary="Who is asking")
async def me(app: Own, caller: Anyone) -> Me:
    async with app.store.read() as connection:
        workspace = await access.workspace(connection, caller.workspace_id)
    return Me(
        workspace=Workspace(id=caller.workspace_id, name=workspace["name"] if workspace else ""),
        member=Member(name=caller.name, role=caller.role),
        simulator=bool(app.config.simulator_url),
        mp4=app.workshop.makes_films,
    )


@router.delete("/session", status_code=204, summary="Sign out")
async def sign_out(
    app: Own, caller: Anyone, token: Annotated[str | None, Cookie(alias=SESSION_COOKIE)] = None
) -> Response:
    if caller.is_session and token:
        async with app.store.write() as connection:
            await access.end_session(connection, hash_of(token))
    answer = Response(status_code=204)
    answer.delete_cookie(SESSION_COOKIE)
    return answer
