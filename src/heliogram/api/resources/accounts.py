"""Carrier accounts and how they are."""

from fastapi import APIRouter, Request

from heliogram.api.account_view import account_shape
from heliogram.api.auth import CampaignsRead, Own
from heliogram.api.schema.senders import AccountShape
from heliogram.api.schema.shape import Page
from heliogram.api.watch import Watch
from heliogram.app import App
from heliogram.storage import lanes, senders

router = APIRouter(tags=["carriers"])


@router.get("/accounts", summary="Every carrier account and its health")
async def list_accounts(request: Request, app: Own, caller: CampaignsRead) -> Page[AccountShape]:
    return Page(items=await accounts_of(app, request.app.state.watch, caller.workspace_id))


async def accounts_of(app: App, watch: Watch, workspace_id: str) -> list[AccountShape]:
    """The workspace's accounts; one that this process has no connection of is told so."""
    async with app.store.read() as connection:
        queue = await lanes.queue_depth(connection, workspace_id)
        rows = await senders.accounts_of(connection, workspace_id)
    return [
        account_shape(app.accounts[row["id"]], watch.since(row["id"]), queue)
        if row["id"] in app.accounts
        else AccountShape(
            id=row["id"],
            name=row["name"],
            carrier=row["carrier"],
            state="down",
            since=None,
            detail="This process does not deliver, so it has no connection of its own.",
            in_flight=0,
            window=0,
            queue=queue,
        )
        for row in rows
    ]
