"""Subscription groups with their senders, and what networks said of a short code."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.audit import audit_row
from heliogram.api.auth import Caller, CampaignsRead, Own, SettingsWrite
from heliogram.api.cuts import ByCut, cuts_of, group_cuts, names_of
from heliogram.api.errors import Problem, not_found
from heliogram.api.schema.senders import (
    ApprovalAsk,
    ApprovalShape,
    FailoverAsk,
    FallbackShape,
    GroupChange,
    GroupShape,
    SenderShape,
    TextRulesShape,
)
from heliogram.api.schema.shape import Page
from heliogram.api.standing_in import failover_shape
from heliogram.app import App
from heliogram.carriers.registry import carries
from heliogram.model.consent import Subscription
from heliogram.model.group import Fallbacks, Group
from heliogram.model.sender import MMS_COUNTRIES, Approval, Sender, SenderKind
from heliogram.storage import access, consent, senders

router = APIRouter(tags=["groups"])


@router.get("/groups", summary="Every group with its senders")
async def list_groups(app: Own, caller: CampaignsRead) -> Page[GroupShape]:
    return Page(items=await _groups(app, caller))


@router.patch("/groups/{group_id}", summary="Change a group's switches")
async def change_group(group_id: str, asked: GroupChange, app: Own, caller: SettingsWrite) -> GroupShape:
    async with app.store.write() as connection:
        text_rules = await senders.text_rules(connection, caller.workspace_id, group_id)
        if text_rules is None:
            raise not_found("group")
        if asked.fallback is not None:
            detail = asked.fallback.model_dump()
            await senders.set_fallbacks(connection, caller.workspace_id, group_id, Fallbacks(**detail))
            await access.add_audit(connection, audit_row(app, caller, "group.fallbacks", group_id, detail))
        if asked.unknown_mms is not None:
            await senders.set_unknown_mms(connection, caller.workspace_id, group_id, asked.unknown_mms)
            detail = {"unknown_mms": asked.unknown_mms.value}
            await access.add_audit(connection, audit_row(app, caller, "group.unknown_mms", group_id, detail))
        if asked.text_rules is not None:
            new = text_rules.but(asked.text_rules.given())
            await senders.set_text_rules(connection, caller.workspace_id, group_id, new)
            detail = msgspec.to_builtins(new)
            await access.add_audit(connection, audit_row(app, caller, "group.text_rules", group_id, detail))
        if asked.link_base_url is not None:
            await senders.set_link_base_url(connection, caller.workspace_id, group_id, asked.link_base_url or None)
            detail = {"link_base_url": asked.link_base_url}
            await access.add_audit(connection, audit_row(app, caller, "group.link_base_url", group_id, detail))
    return next(group for group in await _groups(app, caller) if group.id == group_id)


@router.put("/senders/{sender_id}/approvals/{network}", summary="Record what a network said of a short code")
async def put_approval(
    sender_id: str,
    network: Annotated[str, Path(min_length=1, max_length=60)],
    asked: ApprovalAsk,
    app: Own,
    caller: SettingsWrite,
) -> SenderShape:
    async with app.store.write() as connection:
        if not await senders.has_sender(connection, caller.workspace_id, sender_id):
            raise not_found("sender")
        row = {"sender_id": sender_id, "network": network, "workspace_id": caller.workspace_id}
        await senders.put_approval(connection, {**row, "status": asked.status.value, "at": app.now()})
        detail = {"network": network, "status": asked.status.value}
        await access.add_audit(connection, audit_row(app, caller, "sender.approval", sender_id, detail))
    every = [sender for group in await _groups(app, caller) for sender in group.senders]
    found = next((sender for sender in every if sender.id == sender_id), None)
    if found is None:
        raise not_found("sender in a group")
    return found


@router.put("/senders/{sender_id}/failover", summary="Say which accounts stand in when a sender's own is down")
async def put_failover(sender_id: str, asked: FailoverAsk, app: Own, caller: SettingsWrite) -> SenderShape:
    """In their order, for texts and for picture messages; empty: none, and messages wait."""
    async with app.store.write() as connection:
        sender = await _sender_of(connection, caller, sender_id)
        kinds = {row["id"]: row["carrier"] for row in await senders.accounts_of(connection, caller.workspace_id)}
        wanted = {"sms": (sender.sms_account_id, asked.sms), "mms": (sender.mms_account_id, asked.mms)}
        for channel, (first, standing_in) in wanted.items():
            if why := _why_not(channel, first, standing_in, kinds):
                raise Problem("invalid", why, [(channel, why)])
        await senders.set_failover(connection, caller.workspace_id, sender_id, asked.model_dump())
        await access.add_audit(connection, audit_row(app, caller, "sender.failover", sender_id, asked.model_dump()))
        return _sender(await _sender_of(connection, caller, sender_id))


async def _sender_of(connection: AsyncConnection, caller: Caller, sender_id: str) -> Sender:
    for group in (await senders.load_groups(connection, caller.workspace_id)).values():
        for sender in group.senders:
            if sender.id == sender_id:
                return sender
    raise not_found("sender in a group")


def _why_not(channel: str, first: str | None, standing_in: Sequence[str], kinds: Mapping[str, str]) -> str:
    """Why these accounts cannot stand in; "" where they can."""
    what = {"sms": "texts", "mms": "picture messages"}[channel]
    if standing_in and first is None:
        return f"The sender has no account for {what} that another could stand in for."
    for account_id in standing_in:
        if account_id not in kinds:
            return f"There is no account {account_id!r}."
        if account_id == first or standing_in.count(account_id) > 1:
            return f"The account {account_id!r} is named twice."
        if not carries(kinds[account_id], channel):
            return f"The account {account_id!r} carries no {what}."
    return ""


async def _groups(app: App, caller: Caller) -> list[GroupShape]:
    async with app.store.read() as connection:
        groups = await senders.load_groups(connection, caller.workspace_id)
        counts = await consent.counts_by_group(connection, caller.workspace_id)
        names = await names_of(connection, caller.workspace_id)
    return [_group(group, counts, cuts_of(group, app.cuts, names)) for group in groups.values()]


def _group(group: Group, counts: dict[tuple[str, str], int], by_cut: ByCut) -> GroupShape:
    has_mms = group.has_mms()
    return GroupShape(
        id=group.id,
        name=group.name,
        purpose=group.purpose,
        has_mms=has_mms,
        mms_tag="MMS" if has_mms else "SMS only",
        n_subscribed=counts.get((group.id, Subscription.SUBSCRIBED.value), 0),
        n_unsubscribed=counts.get((group.id, Subscription.UNSUBSCRIBED.value), 0),
        fallback=FallbackShape(
            carrier_not_approved=group.fallbacks.carrier_not_approved,
            sender_cannot_mms=group.fallbacks.sender_cannot_mms,
            media_not_taken=group.fallbacks.media_not_taken,
        ),
        unknown_mms=group.unknown_mms,
        text_rules=TextRulesShape(**msgspec.structs.asdict(group.text_rules)),
        cuts=group_cuts(by_cut),
        link_base_url=group.link_base_url,
        senders=[_sender(sender) for sender in group.senders],
    )


def _sender(sender: Sender) -> SenderShape:
    return SenderShape(
        id=sender.id,
        kind=sender.kind,
        address=sender.address,
        display=sender.address,
        country=sender.countries[0] if sender.countries else "",
        countries=list(sender.countries),
        mms_enabled=sender.mms_enabled,
        can_mms=sender.can_mms(),
        mms_note=_mms_note(sender),
        failover=failover_shape(sender),
        approvals=[ApprovalShape(network=network, status=word) for network, word in sorted(sender.approvals.items())],
    )


def _mms_note(sender: Sender) -> str:
    if sender.kind is SenderKind.ALPHANUMERIC:
        return "A name cannot send pictures, and nobody can reply to it."
    if MMS_COUNTRIES.isdisjoint(sender.countries):
        return "Picture messages work from US and Canadian numbers only."
    if not sender.mms_enabled or sender.mms_account_id is None:
        return "Not enabled for picture messages."
    if sender.kind is not SenderKind.SHORT_CODE:
        return "Sends picture messages to US and Canadian phones."
    approved = [network for network, word in sorted(sender.approvals.items()) if word is Approval.APPROVED]
    waiting = [network for network, word in sorted(sender.approvals.items()) if word is not Approval.APPROVED]
    if not approved:
        return "No network has approved this short code for pictures yet."
    rest = f"; not yet: {', '.join(waiting)}" if waiting else ""
    return f"Approved for pictures by {', '.join(approved)}{rest}."
