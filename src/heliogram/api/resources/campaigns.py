"""Campaigns: drafted, estimated, launched, paused, resumed, canceled."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.auth import Caller, CampaignsRead, CampaignsWrite, Own
from heliogram.api.campaign_view import campaign_shapes
from heliogram.api.errors import Problem, not_found
from heliogram.api.estimate import draft_of, estimate_of, estimate_shape, n_to_look_at
from heliogram.api.once import Once, OnceOnly
from heliogram.api.paging import DEFAULT_LIMIT, After, Limit, next_of
from heliogram.api.schema.campaigns import CampaignShape, DraftAsk, DraftChange, EstimateShape, LaunchAsk
from heliogram.api.schema.shape import Page
from heliogram.api.watch import Watch
from heliogram.app import App
from heliogram.campaigns.lifecycle import CANCEL, LAUNCH, PAUSE, RESUME, Step, take
from heliogram.campaigns.review import stops, warnings
from heliogram.model.album import album_id_of
from heliogram.model.campaign import AudienceKind, CampaignState
from heliogram.storage import albums, campaigns, people
from heliogram.storage.bulk import Row

router = APIRouter(tags=["campaigns"])


@router.get("/campaigns", summary="Campaigns, newest first")
async def list_campaigns(
    request: Request, app: Own, caller: CampaignsRead, limit: Limit = DEFAULT_LIMIT, after: After = ""
) -> Page[CampaignShape]:
    watch: Watch = request.app.state.watch
    async with app.store.read() as connection:
        rows = await campaigns.page(connection, caller.workspace_id, before=after, limit=limit)
        items = await campaign_shapes(connection, app, watch, caller.workspace_id, rows)
    return Page(items=items, next=next_of(rows, limit))


@router.post("/campaigns", status_code=201, response_model=CampaignShape, summary="Draft a campaign")
async def create(request: Request, asked: DraftAsk, app: Own, caller: CampaignsWrite, once: OnceOnly) -> Response:
    row = draft_row(app, caller.workspace_id, asked)
    await _check(app, caller, row, asked.media_ids)
    async with app.store.write() as connection:
        earlier = await once.earlier(connection, caller.workspace_id, asked.model_dump_json())
        if earlier is not None:
            return earlier
        await add_draft(connection, row, asked.media_ids)
        shapes = await campaign_shapes(connection, app, request.app.state.watch, caller.workspace_id, [row])
        return await once.keep(connection, caller.workspace_id, 201, shapes[0])


@router.post("/estimate", summary="What would become of a draft")
async def estimate_draft(asked: DraftAsk, app: Own, caller: CampaignsRead) -> EstimateShape:
    row = draft_row(app, caller.workspace_id, asked)
    return estimate_shape(await estimate_of(app, await draft_of(app, caller.workspace_id, row, asked.media_ids)))


@router.get("/campaigns/{campaign_id}", summary="One campaign with its progress")
async def read(campaign_id: str, request: Request, app: Own, caller: CampaignsRead) -> CampaignShape:
    return await _one(request, app, caller, campaign_id)


@router.patch("/campaigns/{campaign_id}", summary="Change a draft")
async def change(
    campaign_id: str, asked: DraftChange, request: Request, app: Own, caller: CampaignsWrite
) -> CampaignShape:
    row = dict(await _row(app, caller, campaign_id))
    values = _changes(asked) | {"updated_at": app.now()}
    await _check(app, caller, row | values, asked.media_ids)
    async with app.store.write() as connection:
        if asked.media_ids is not None:
            values |= await _kept(connection, caller.workspace_id, asked.media_ids)
        done = await campaigns.change_draft(connection, caller.workspace_id, campaign_id, values, version=asked.version)
    if not done:
        now = await _one(request, app, caller, campaign_id)
        if now.state is not CampaignState.DRAFT:
            raise Problem("conflict", "The campaign has been launched, so it cannot be changed any more.")
        raise Problem("changed_elsewhere", "This draft was changed in another window. Reload it before you go on.")
    return await _one(request, app, caller, campaign_id)


@router.delete("/campaigns/{campaign_id}", status_code=204, summary="Throw a draft away")
async def delete(campaign_id: str, app: Own, caller: CampaignsWrite) -> Response:
    await _row(app, caller, campaign_id)
    async with app.store.write() as connection:
        if not await campaigns.delete_draft(connection, caller.workspace_id, campaign_id):
            raise Problem("conflict", "Only a draft can be thrown away.")
    return Response(status_code=204)


@router.get("/campaigns/{campaign_id}/estimate", summary="What would become of it now")
async def estimate(campaign_id: str, app: Own, caller: CampaignsRead) -> EstimateShape:
    row = await _row(app, caller, campaign_id)
    return estimate_shape(await estimate_of(app, await draft_of(app, caller.workspace_id, row)))


@router.post("/campaigns/{campaign_id}/launch", response_model=CampaignShape, summary="Launch")
async def launch(
    campaign_id: str, asked: LaunchAsk, request: Request, app: Own, caller: CampaignsWrite, once: OnceOnly
) -> Response:
    """Refused while a check says "stop"; with a warning it needs `confirm_warnings`."""
    row = await _row(app, caller, campaign_id)
    if row["state"] == CampaignState.DRAFT.value:
        await review_launch(app, caller.workspace_id, row, confirm_warnings=asked.confirm_warnings)
    async with app.store.write() as connection:
        earlier = await once.earlier(connection, caller.workspace_id, asked.model_dump_json())
        if earlier is not None:
            return earlier
        await _take(connection, app, caller, LAUNCH, campaign_id, version=row["version"])
        answer = await _keep(connection, request, app, caller, once, campaign_id)
    app.kick()
    return answer


async def _keep(connection: Any, request: Request, app: App, caller: Caller, once: Once, campaign_id: str) -> Response:
    now = await campaigns.one(connection, caller.workspace_id, campaign_id)
    shapes = await campaign_shapes(connection, app, request.app.state.watch, caller.workspace_id, [now])
    return await once.keep(connection, caller.workspace_id, 200, shapes[0])


async def review_launch(app: App, workspace_id: str, row: Any, *, confirm_warnings: bool) -> None:
    """Raises Problem with every check that stands in the way, or that wants a confirmation."""
    draft = await draft_of(app, workspace_id, row)
    found = await estimate_of(app, draft, limit=n_to_look_at(draft))
    if stopped := stops(found.checks):
        raise Problem("not_launched", " ".join(_said(each) for each in stopped), [(c.id, _said(c)) for c in stopped])
    if not confirm_warnings and (warned := warnings(found.checks)):
        raise Problem("warnings", " ".join(_said(each) for each in warned), [(c.id, _said(c)) for c in warned])


def _said(check: Any) -> str:
    return f"{check.title}: {check.detail}" if check.detail else f"{check.title}."


@router.post("/campaigns/{campaign_id}/pause", response_model=CampaignShape, summary="Hand nothing more over for now")
async def pause(campaign_id: str, request: Request, app: Own, caller: CampaignsWrite, once: OnceOnly) -> Response:
    return await _step(request, app, caller, once, PAUSE, campaign_id)


@router.post("/campaigns/{campaign_id}/resume", response_model=CampaignShape, summary="Go on")
async def resume(campaign_id: str, request: Request, app: Own, caller: CampaignsWrite, once: OnceOnly) -> Response:
    return await _step(request, app, caller, once, RESUME, campaign_id)


@router.post("/campaigns/{campaign_id}/cancel", response_model=CampaignShape, summary="Hand nothing more over, ever")
async def cancel(campaign_id: str, request: Request, app: Own, caller: CampaignsWrite, once: OnceOnly) -> Response:
    return await _step(request, app, caller, once, CANCEL, campaign_id)


async def _step(request: Request, app: App, caller: Caller, once: Once, step: Step, campaign_id: str) -> Response:
    async with app.store.write() as connection:
        earlier = await once.earlier(connection, caller.workspace_id)
        if earlier is not None:
            return earlier
        await _take(connection, app, caller, step, campaign_id)
        answer = await _keep(connection, request, app, caller, once, campaign_id)
    app.kick()
    return answer


async def _take(
    connection: Any, app: App, caller: Caller, step: Step, campaign_id: str, *, version: int | None = None
) -> None:
    if version is not None:
        row = await campaigns.one(connection, caller.workspace_id, campaign_id, lock=True)
        if row is not None and row["version"] != version:
            raise Problem("changed_elsewhere", "The draft was changed while it was being checked. Review it again.")
    await take(connection, step, caller.workspace_id, campaign_id, actor=caller.actor, new_id=app.new_id, now=app.now())


async def _row(app: App, caller: Caller, campaign_id: str) -> Any:
    async with app.store.read() as connection:
        row = await campaigns.one(connection, caller.workspace_id, campaign_id)
    if row is None:
        raise not_found("campaign")
    return row


async def _one(request: Request, app: App, caller: Caller, campaign_id: str) -> CampaignShape:
    row = await _row(app, caller, campaign_id)
    async with app.store.read() as connection:
        shapes = await campaign_shapes(connection, app, request.app.state.watch, caller.workspace_id, [row])
    return shapes[0]


async def add_draft(connection: AsyncConnection, row: Row, media_ids: Sequence[str]) -> None:
    """Store a row of `draft_row` with its media. Raises Problem where one of them is gone."""
    await campaigns.add(connection, {**row, **await _kept(connection, row["workspace_id"], media_ids)})


async def _kept(connection: AsyncConnection, workspace_id: str, media_ids: Sequence[str]) -> dict[str, str | None]:
    kept = await albums.keep(connection, workspace_id, media_ids)
    if kept is None:
        raise not_found("picture")
    return kept


async def _check(app: App, caller: Caller, row: Any, media_ids: Sequence[str] | None) -> None:
    """What a draft names must exist, and be the workspace's own."""
    await draft_of(app, caller.workspace_id, row, media_ids)
    if row["audience_kind"] != AudienceKind.LIST.value:
        return
    async with app.store.read() as connection:
        if not row["list_id"] or not await people.list_names(connection, caller.workspace_id, [row["list_id"]]):
            raise not_found("list")


def draft_row(app: App, workspace_id: str, asked: DraftAsk) -> dict[str, Any]:
    """A new draft as a row of `campaigns`, for `add_draft`."""
    now = app.now()
    return {
        "id": app.new_id(),
        "workspace_id": workspace_id,
        "name": asked.name,
        "state": CampaignState.DRAFT.value,
        "group_id": asked.group_id,
        "body": asked.body,
        "fallback_body": asked.fallback_body,
        "media_id": asked.media_ids[0] if asked.media_ids else None,
        "album_id": album_id_of(asked.media_ids),
        "content": asked.content.value,
        "text_rules": asked.text_rules.given() if asked.text_rules else None,
        "audience_kind": asked.audience.kind.value,
        "list_id": asked.audience.list_id if asked.audience.kind is AudienceKind.LIST else None,
        "n_audience": 0,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "launched_at": None,
        "finished_at": None,
        "expanded_to": "",
        "is_expanded": False,
    }


def _changes(asked: DraftChange) -> dict[str, Any]:
    given = asked.model_dump(
        exclude_unset=True, exclude={"version", "audience", "text_rules", "media_ids"}, mode="json"
    )
    if asked.audience is not None:
        is_list = asked.audience.kind is AudienceKind.LIST
        given |= {
            "audience_kind": asked.audience.kind.value,
            "list_id": asked.audience.list_id if is_list else None,
        }
    if asked.text_rules is not None:
        given["text_rules"] = asked.text_rules.given()
    # Only the rules and the list can be taken away; anything else given as null is as it was.
    may_go = ("list_id", "text_rules")
    return {name: value for name, value in given.items() if value is not None or name in may_go}
