"""Campaigns as they are shown: the row, its picture, its audience in words, its progress, and why nothing moves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.api.media_view import media_shape
from heliogram.api.schema.campaigns import AudienceShape, CampaignShape, FailedWith, ProgressShape, Way
from heliogram.api.schema.senders import TextWishesShape
from heliogram.api.schema.shape import Reasoned
from heliogram.app import App
from heliogram.campaigns.progress import Counts, progress_of
from heliogram.carriers.protocol import Link
from heliogram.media.nouns import about, noun_of
from heliogram.model.campaign import AudienceKind, CampaignState
from heliogram.model.group import Group
from heliogram.model.message import Channel, State
from heliogram.storage import albums, campaigns, history, people, senders


class Pace(Protocol):
    """What `api.watch` knows of the moment."""

    def rate(self, campaign_id: str) -> float: ...

    def since(self, account_id: str) -> datetime | None: ...


async def campaign_shapes(
    connection: AsyncConnection, app: App, pace: Pace, workspace_id: str, rows: Sequence[Any]
) -> list[CampaignShape]:
    """Shapes of campaign rows of one workspace, in their order."""
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    groups = await senders.load_groups(connection, workspace_id)
    pictures = await albums.media_of_rows(connection, workspace_id, rows)
    lists = await people.list_names(connection, workspace_id, [row["list_id"] for row in rows if row["list_id"]])
    counts = await campaigns.counts(connection, ids)
    opens = await history.counts_of_opens(connection, ids)
    return [
        CampaignShape(
            id=row["id"],
            name=row["name"],
            state=row["state"],
            group_id=row["group_id"],
            group_name=groups[row["group_id"]].name,
            body=row["body"],
            fallback_body=row["fallback_body"],
            media=[media_shape(each) for each in pictures.get(row["album_id"] or row["media_id"], ())],
            content=row["content"],
            text_rules=TextWishesShape(**row["text_rules"]) if row["text_rules"] else None,
            audience=_audience(row, groups[row["group_id"]], lists),
            n_audience=row["n_audience"],
            version=row["version"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            launched_at=row["launched_at"],
            finished_at=row["finished_at"],
            progress=_progress(
                app,
                pace,
                row,
                groups[row["group_id"]],
                counts[row["id"]],
                opens.get(row["id"], 0),
                noun_of([each["content_type"] for each in pictures.get(row["album_id"] or row["media_id"], ())]),
            ),
        )
        for row in rows
    ]


def _audience(row: Any, group: Group, lists: Mapping[str, str]) -> AudienceShape:
    kind = AudienceKind(row["audience_kind"])
    labels = {
        AudienceKind.LIST: lists.get(row["list_id"], "A list"),
        AudienceKind.GROUP: f"Everyone in {group.name}",
        AudienceKind.ALL: "Everyone",
    }
    return AudienceShape(kind=kind, list_id=row["list_id"], label=labels[kind])


def _progress(
    app: App, pace: Pace, row: Any, group: Group, counts: Counts, opens: int, noun: str
) -> ProgressShape | None:
    if row["state"] == CampaignState.DRAFT.value:
        return None
    progress = progress_of(row, counts)
    n = progress.by_state
    return ProgressShape(
        total=progress.total,
        queued=n[State.QUEUED] + n[State.RETRYING],
        held=n[State.HELD],
        sending=n[State.SENDING],
        sent=n[State.SENT],
        delivered=n[State.DELIVERED],
        undelivered=n[State.UNDELIVERED],
        failed=n[State.FAILED],
        unknown=n[State.UNKNOWN],
        skipped=n[State.SKIPPED] + n[State.EXPIRED],
        canceled=n[State.CANCELED],
        expanded=progress.expanded,
        rate_per_s=pace.rate(row["id"]) if row["state"] == CampaignState.SENDING.value else 0.0,
        channels=[_way(each.key, about(each.sentence, noun), each.n) for each in progress.channels],
        skipped_by_reason=[
            Reasoned(reason=each.key, sentence=about(each.sentence, noun), n=each.n) for each in progress.skipped
        ],
        failed_by_reason=[
            FailedWith(code=each.key, sentence=about(each.sentence, noun), n=each.n) for each in progress.failed
        ],
        waiting=_waiting(app, pace, row, group),
        opens=opens,
    )


def _way(key: str, sentence: str, n: int) -> Way:
    channel, _, reason = key.partition(":")
    return Way(channel=Channel(channel), reason=reason, sentence=sentence, n=n)


def _waiting(app: App, pace: Pace, row: Any, group: Group) -> str | None:
    """Why a running campaign stands still, in words; None when it does not, or when nobody here can tell."""
    if row["state"] != CampaignState.SENDING.value:
        return None
    ids = {each for sender in group.senders for each in (sender.sms_account_id, sender.mms_account_id) if each}
    down = [
        account
        for account in app.accounts.values()
        if account.id in ids and account.health().link is not Link.UP and pace.since(account.id) is not None
    ]
    if not down:
        return None
    names = " and ".join(f"“{account.name}”" for account in down)
    since = min(at for account in down if (at := pace.since(account.id)))
    noun, verb = ("carrier", "it is") if len(down) == 1 else ("carriers", "they are")
    return (
        f"The {noun} {names} cannot be reached since {since:%H:%M:%S} UTC. "
        f"Nothing is lost: sending goes on by itself when {verb} back."
    )
