"""Where carriers call us: `/carriers/{account id}`. The carrier's own file reads and checks the call.

The carrier is told "stored" after the events are in the database, and its own word for "not now" when they are not.
"""

import structlog
from fastapi import APIRouter, Request, Response

from heliogram.api.auth import Own
from heliogram.carriers.protocol import CallbackRefused
from heliogram.model.event import Answer, Callback

log = structlog.get_logger()

router = APIRouter(include_in_schema=False)


@router.api_route("/carriers/{account_id}", methods=["GET", "POST"])
async def callback(account_id: str, request: Request, app: Own) -> Response:
    account = app.accounts.get(account_id)
    if account is None:
        return Response("No such account.\n", 404, media_type="text/plain")
    call = Callback(
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )
    try:
        heard = account.carrier.read_callback(call)
    except CallbackRefused as refused:
        log.warning("callback refused", account=account.name, status=refused.status, why=str(refused))
        answer = Response(f"{refused}\n", refused.status, media_type="text/plain")
        for name, value in refused.headers:
            answer.headers.append(name, value)
        return answer
    try:
        await app.sink_for(account)(heard.events)
    except Exception:
        # Whatever kept us from storing it, the carrier must hear "not stored", or it would forget the event.
        log.exception("callback not stored", account=account.name)
        return _answer(heard.not_stored)
    return _answer(heard.stored)


def _answer(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)
