"""Carrier accounts: how they are, setting them up, trying them out, and what was said with them last."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.account_opening import opened, secret_with, settings_to_store
from heliogram.api.account_view import Queue, account_shape, queue_of
from heliogram.api.audit import audit_row
from heliogram.api.auth import Caller, CampaignsRead, Own, SettingsRead, SettingsWrite
from heliogram.api.errors import Problem, not_found
from heliogram.api.receipt_ids import receipt_ids_of
from heliogram.api.schema.accounts import (
    AccountAsk,
    AccountChange,
    AccountDetail,
    AccountListing,
    ExchangeShape,
    KindShape,
    SettingShape,
    TrialAsk,
    TrialChange,
    TrialShape,
    Value,
)
from heliogram.api.schema.senders import AccountShape, AwayShape
from heliogram.api.schema.shape import Page
from heliogram.api.standing_in import away_of, stand_ins
from heliogram.api.watch import Watch
from heliogram.app import App
from heliogram.carriers.catalogue import KINDS, Kind
from heliogram.carriers.trial import try_out
from heliogram.storage import access, senders
from heliogram.storage import accounts as rows
from heliogram.storage.bulk import Row

router = APIRouter(tags=["carriers"])

N_EXCHANGES: Final = 20


@router.get("/accounts", summary="Every carrier account and its health")
async def list_accounts(request: Request, app: Own, caller: CampaignsRead) -> Page[AccountListing]:
    every = await accounts_of(app, request.app.state.watch, caller.workspace_id)
    async with app.store.read() as connection:
        found = await senders.accounts_of(connection, caller.workspace_id)
        ids = await receipt_ids_of(connection, caller.workspace_id, found)
    return Page(items=[AccountListing(**each.model_dump(), receipt_ids=ids.get(each.id)) for each in every])


@router.get("/accounts/kinds", summary="The kinds of carriers there are, and what an account of each needs")
async def list_kinds(_caller: SettingsRead) -> Page[KindShape]:
    return Page(items=[_kind(kind) for kind in KINDS.values()])


@router.post("/accounts", status_code=201, summary="Connect a carrier")
async def add_account(request: Request, asked: AccountAsk, app: Own, caller: SettingsWrite) -> AccountDetail:
    settings = settings_to_store(asked.carrier, asked.settings)
    await opened(app, asked.carrier, settings, asked.secret).close()
    account_id = app.new_id()
    row = {
        "id": account_id,
        "workspace_id": caller.workspace_id,
        "name": asked.name,
        "carrier": asked.carrier,
        "settings": settings,
        "secret": app.locked(asked.secret),
        "created_at": app.now(),
        "is_paused": False,
    }
    async with app.store.write() as connection:
        await _name_is_free(connection, caller, asked.name)
        await senders.add_account(connection, row)
        detail = {"name": asked.name, "carrier": asked.carrier}
        await access.add_audit(connection, audit_row(app, caller, "account.add", account_id, detail))
    await app.connections.follow()
    return await _detail(app, request.app.state.watch, caller, account_id)


@router.post("/accounts/test", summary="Try settings out before they are stored; nothing is sent to anybody")
async def try_settings(asked: TrialAsk, app: Own, _caller: SettingsWrite) -> TrialShape:
    return await _tried(app, asked.carrier, settings_to_store(asked.carrier, asked.settings), asked.secret)


@router.get("/accounts/{account_id}", summary="One account, without its password")
async def read_account(account_id: str, request: Request, app: Own, caller: SettingsRead) -> AccountDetail:
    return await _detail(app, request.app.state.watch, caller, account_id)


@router.patch("/accounts/{account_id}", summary="Change an account, pause it, or let it go on")
async def change_account(
    account_id: str, request: Request, asked: AccountChange, app: Own, caller: SettingsWrite
) -> AccountDetail:
    """Only what changes the line opens it anew, after what is on its way has been answered."""
    row = await _row(app, caller, account_id)
    changes: dict[str, object] = {}
    if asked.settings is not None or asked.secret is not None:
        settings = settings_to_store(row["carrier"], row["settings"] if asked.settings is None else asked.settings)
        secret = secret_with(app, row, settings, asked.secret)
        await opened(app, row["carrier"], settings, secret).close()
        changes["settings"] = settings
    if asked.secret is not None:
        changes["secret"] = app.locked(asked.secret)
    changes |= asked.model_dump(include={"name", "is_paused"}, exclude_none=True)
    async with app.store.write() as connection:
        if asked.name is not None:
            await _name_is_free(connection, caller, asked.name, but=account_id)
        if changes:
            await rows.change(connection, caller.workspace_id, account_id, changes)
            # Which settings, not what they are: the log is read by more people than the settings.
            detail = {"changed": sorted(changes)} | asked.model_dump(include={"is_paused"}, exclude_none=True)
            await access.add_audit(connection, audit_row(app, caller, "account.change", account_id, detail))
    await app.connections.follow()
    return await _detail(app, request.app.state.watch, caller, account_id)


@router.post("/accounts/{account_id}/test", summary="Try an account out, with changes that are not stored yet")
async def try_account(account_id: str, asked: TrialChange, app: Own, caller: SettingsWrite) -> TrialShape:
    row = await _row(app, caller, account_id)
    settings = settings_to_store(row["carrier"], row["settings"] if asked.settings is None else asked.settings)
    secret = secret_with(app, row, settings, asked.secret)
    return await _tried(app, row["carrier"], settings, secret)


@router.delete("/accounts/{account_id}", status_code=204, summary="Remove an account that no sender goes through")
async def remove_account(account_id: str, app: Own, caller: SettingsWrite) -> None:
    row = await _row(app, caller, account_id)
    async with app.store.write() as connection:
        through = (await rows.senders_through(connection, caller.workspace_id)).get(account_id, [])
        if through:
            names = (await rows.groups_through(connection, caller.workspace_id)).get(account_id, [])
            where = f" of {', '.join(f'“{name}”' for name in names)}" if names else ""
            raise Problem(
                "conflict",
                f"“{row['name']}” is still used by {', '.join(through)}{where}. Pause it, or move them.",
            )
        await rows.remove(connection, caller.workspace_id, account_id)
        await access.add_audit(connection, audit_row(app, caller, "account.remove", account_id, {"name": row["name"]}))
    await app.connections.follow()


@router.get("/accounts/{account_id}/exchanges", summary="What was said with a carrier last, redacted")
async def list_exchanges(
    account_id: str, app: Own, caller: SettingsRead, limit: Annotated[int, Query(ge=1, le=100)] = N_EXCHANGES
) -> Page[ExchangeShape]:
    await _row(app, caller, account_id)
    async with app.store.read() as connection:
        found = await rows.exchanges(connection, caller.workspace_id, account_id, limit)
    return Page(
        items=[
            ExchangeShape(
                message_id=row["message_id"],
                n=row["n"],
                at=row["at"],
                outcome=row["kind"] or "waiting",
                code=row["code"] or "",
                reason=row["reason"] or "",
                exchange=row["exchange"] or "",
            )
            for row in found
        ]
    )


async def accounts_of(app: App, watch: Watch, workspace_id: str) -> list[AccountShape]:
    """The workspace's accounts; one that this process has no connection of is told so."""
    async with app.store.read() as connection:
        queue = await queue_of(connection, workspace_id, app.now())
        found = await senders.accounts_of(connection, workspace_id)
        away = await away_of(connection, app.accounts, workspace_id, app.now())
    return [_shape(app, watch, row, queue, away) for row in found]


def _shape(app: App, watch: Watch, row: Row, queue: Queue, away: Mapping[str, AwayShape]) -> AccountShape:
    if row["id"] in app.accounts:
        return account_shape(app.accounts[row["id"]], watch.seen(row["id"]), queue, away.get(row["id"]))
    return AccountShape(
        id=row["id"],
        name=row["name"],
        carrier=row["carrier"],
        state="paused" if row["is_paused"] else "down",
        since=None,
        detail="This process does not deliver, so it has no connection of its own.",
        in_flight=0,
        window=0,
        queue=queue.n,
        queue_age_s=queue.age_s,
        is_paused=row["is_paused"],
        last_trouble=None,
        last_trouble_at=None,
        away=None,
    )


async def _detail(app: App, watch: Watch, caller: Caller, account_id: str) -> AccountDetail:
    row = await _row(app, caller, account_id)
    async with app.store.read() as connection:
        queue = await queue_of(connection, caller.workspace_id, app.now())
        groups = await rows.groups_through(connection, caller.workspace_id)
        through = await rows.senders_through(connection, caller.workspace_id)
        away = await away_of(connection, app.accounts, caller.workspace_id, app.now())
        standing_in = await stand_ins(connection, caller.workspace_id, account_id)
        ids = await receipt_ids_of(connection, caller.workspace_id, [row])
    kind = KINDS.get(row["carrier"])
    return AccountDetail(
        **_shape(app, watch, row, queue, away).model_dump(),
        receipt_ids=ids.get(account_id),
        settings=row["settings"],
        has_secret=bool(app.unlocked(row["secret"])),
        callback_url=app.config.callback_url(account_id) if kind is None or kind.calls_back else "",
        groups=groups.get(account_id, []),
        senders=through.get(account_id, []),
        stand_ins=standing_in,
        created_at=row["created_at"],
    )


async def _row(app: App, caller: Caller, account_id: str) -> Row:
    async with app.store.read() as connection:
        row = await rows.one(connection, caller.workspace_id, account_id)
    if row is None:
        raise not_found("carrier account")
    return dict(row)


async def _name_is_free(connection: AsyncConnection, caller: Caller, name: str, *, but: str = "") -> None:
    if await rows.is_name_taken(connection, caller.workspace_id, name, but=but):
        sentence = f"There is an account “{name}” already."
        raise Problem("conflict", sentence, [("name", sentence)])


async def _tried(app: App, carrier: str, settings: Mapping[str, Value], secret: str) -> TrialShape:
    trial = await try_out(opened(app, carrier, settings, secret))
    return TrialShape(ok=trial.is_good, sentence=trial.sentence)


def _kind(kind: Kind) -> KindShape:
    return KindShape(
        kind=kind.kind,
        title=kind.title,
        summary=kind.summary,
        secret_label=kind.secret_label,
        secret_help=kind.secret_help,
        needs_secret=kind.needs_secret,
        calls_back=kind.calls_back,
        settings=[
            SettingShape(
                name=each.name,
                label=each.label,
                help=each.help,
                type=each.type,
                default=each.default,
                is_required=each.is_required,
                is_rare=each.is_rare,
                choices=list(each.choices),
            )
            for each in kind.settings
        ],
    )
