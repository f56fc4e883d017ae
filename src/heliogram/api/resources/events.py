"""Server-sent events: one stream a tab, every event a full snapshot, so that a lost one costs nothing."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from heliogram.api.auth import CampaignsRead
from heliogram.api.watch import Watch

router = APIRouter(tags=["events"])

HEARTBEAT_S = 15.0


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
    summary="What changes, as it changes",
)
async def events(request: Request, caller: CampaignsRead) -> StreamingResponse:
    """Topics: `campaign` {id, state, progress} and `account`. Every event is a whole snapshot."""
    watch: Watch = request.app.state.watch
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(watch, caller.workspace_id), media_type="text/event-stream", headers=headers)


async def _stream(watch: Watch, workspace_id: str) -> AsyncIterator[str]:
    n = 0
    with watch.listen(workspace_id) as listener:
        yield "retry: 2000\n\n"
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    event = await listener.events.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            n += 1
            topic, text = event
            yield f"id: {n}\nevent: {topic}\ndata: {text}\n\n"
