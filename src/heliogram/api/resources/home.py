"""The first page: how the last day went, what is on the way, and what needs somebody."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request

from heliogram.api.auth import CampaignsRead, Own
from heliogram.api.campaign_view import campaign_shapes
from heliogram.api.resources.accounts import accounts_of
from heliogram.api.schema.campaigns import CampaignShape
from heliogram.api.schema.messages import HalfHour, HomeShape, NeedsYou
from heliogram.api.schema.senders import AccountShape
from heliogram.api.watch import Watch
from heliogram.model.campaign import CampaignState
from heliogram.model.message import State
from heliogram.storage import alerts, campaigns, consent, history

router = APIRouter(tags=["home"])

BUCKET_S: Final = 1_800
N_BUCKETS: Final = 48
N_CAMPAIGNS: Final = 5


@router.get("/home", summary="The last day in figures, and what needs you")
async def home(request: Request, app: Own, caller: CampaignsRead) -> HomeShape:
    watch: Watch = request.app.state.watch
    now = app.now()
    since = now - timedelta(days=1)
    async with app.store.read() as connection:
        states = await history.count_states_since(connection, caller.workspace_id, since)
        ended = await history.final_states_between(connection, caller.workspace_id, since, BUCKET_S)
        opted_out = await consent.opted_out_since(connection, caller.workspace_id, since)
        rows = await campaigns.page(connection, caller.workspace_id, before="", limit=N_CAMPAIGNS)
        shapes = await campaign_shapes(connection, app, watch, caller.workspace_id, rows)
        troubles = await alerts.told(connection, caller.workspace_id)
    accounts = await accounts_of(app, watch, caller.workspace_id)
    running = [each.progress for each in shapes if each.progress and each.state is CampaignState.SENDING]
    return HomeShape(
        delivered_24h=states.get(State.DELIVERED, 0),
        sent_24h=sum(states.get(state, 0) for state in _HANDED_OVER),
        on_the_way=states.get(State.SENT, 0)
        + states.get(State.SENDING, 0)
        + sum(each.queued + each.held for each in running),
        opted_out_24h=opted_out,
        failed_24h=states.get(State.FAILED, 0) + states.get(State.UNDELIVERED, 0),
        needs_you=[*_troubles(troubles), *_needs_you(accounts, shapes, states)],
        campaigns=shapes,
        accounts=accounts,
        per_half_hour=_buckets(ended, now),
    )


_HANDED_OVER = (State.SENT, State.DELIVERED, State.UNDELIVERED, State.UNKNOWN)


def _troubles(told: list[alerts.Found]) -> list[NeedsYou]:
    """What operators were told of; that a carrier is away is said by its account, at once."""
    return [
        NeedsYou(kind=each.kind, title=each.title, detail=each.sentence, href=_WHERE[each.kind].format(each.subject))
        for each in told
        if each.kind in _WHERE
    ]


_WHERE: Final = {"queue_age": "/settings/carriers", "no_receipts": "/settings/carriers/{}"}


def _meanwhile(account: AccountShape) -> str:
    if account.away is not None and account.away.to:
        names = " and ".join(f"“{name}”" for name in account.away.to)
        return f"Its messages go by {names} meanwhile."
    return "Messages wait and go out by themselves when it is back."


def _needs_you(accounts: list[AccountShape], shapes: list[CampaignShape], states: dict[State, int]) -> list[NeedsYou]:
    found = [
        NeedsYou(
            kind="carrier",
            title=f"“{account.name}” {'is paused' if account.is_paused else 'cannot be reached'}",
            detail=f"{account.detail} {_meanwhile(account)}",
            href=f"/settings/carriers/{account.id}",
        )
        for account in accounts
        if account.state != "up"
    ]
    found += [
        NeedsYou(
            kind="paused",
            title=f"“{shape.name}” is paused",
            detail=f"{shape.progress.queued:,} people still wait for it.",
            href=f"/campaigns/{shape.id}",
        )
        for shape in shapes
        if shape.state is CampaignState.PAUSED and shape.progress
    ]
    if n := states.get(State.UNKNOWN, 0):
        found.append(
            NeedsYou(
                kind="unknown",
                title=f"{n:,} messages have no answer from the carrier",
                detail="They may have gone out, so they are not repeated by themselves.",
                href="/messages?state=unknown",
            )
        )
    if n := states.get(State.FAILED, 0):
        found.append(
            NeedsYou(
                kind="failed",
                title=f"{n:,} messages were refused",
                detail="Each says why on its page.",
                href="/messages?state=failed",
            )
        )
    return found


def _buckets(ended: Any, now: datetime) -> list[HalfHour]:
    found = {(row.bucket, row.state): row.n for row in ended}
    last = int(now.timestamp()) // BUCKET_S
    return [
        HalfHour(
            at=datetime.fromtimestamp(bucket * BUCKET_S, UTC),
            delivered=found.get((bucket, State.DELIVERED.value), 0),
            undelivered=found.get((bucket, State.UNDELIVERED.value), 0),
            failed=found.get((bucket, State.FAILED.value), 0),
        )
        for bucket in range(last - N_BUCKETS + 1, last + 1)
    ]
