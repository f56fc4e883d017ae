"""What the composer asks while someone types: segments, and what one person would read."""

from typing import Any

import msgspec
from fastapi import APIRouter

from heliogram.api.auth import Anyone, Caller, CampaignsRead, Own
from heliogram.api.cuts import ByCut, cut_shape, cuts_of, names_of
from heliogram.api.errors import not_found
from heliogram.api.estimate import draft_of
from heliogram.api.schema.campaigns import (
    CountedShape,
    ForcingShape,
    MistakeShape,
    PreviewAsk,
    PreviewPerson,
    PreviewShape,
    SegmentsAsk,
    SegmentsShape,
    SmartShape,
)
from heliogram.api.schema.senders import AccountName
from heliogram.app import App
from heliogram.compose.errors import RenderRefused, TemplateRefused
from heliogram.compose.fallback import compile_fallback, short_url
from heliogram.compose.liquid import Template, compile_text
from heliogram.compose.person import person_of
from heliogram.compose.preview import preview
from heliogram.compose.written import split_for
from heliogram.delivery.forecast import TOKEN_LIKE
from heliogram.media.nouns import about
from heliogram.model.cut import PLAIN
from heliogram.model.group import Group
from heliogram.model.message import Channel, Content
from heliogram.model.queue import Route
from heliogram.model.reasons import sentence_for, sentence_for_way
from heliogram.routing.choose import Destination, NoRoute, choose
from heliogram.storage import people, senders
from heliogram.wire.segment import split_plainly

router = APIRouter(tags=["texts"])


@router.post("/segments", summary="Count a text's segments")
async def segments(asked: SegmentsAsk, app: Own, caller: Anyone) -> SegmentsShape:
    return segments_shape(asked.text, await _cuts_asked(app, caller, asked))


async def _cuts_asked(app: App, caller: Caller, asked: SegmentsAsk) -> ByCut:
    """What the text is to be counted by; empty for what most carriers take."""
    if asked.account is None and asked.group_id is None:
        return {}
    async with app.store.read() as connection:
        names = await names_of(connection, caller.workspace_id)
        groups = await senders.load_groups(connection, caller.workspace_id)
    if asked.account is not None:
        found = next((account_id for account_id, name in names.items() if name == asked.account), None)
        if found is None:
            raise not_found("account")
        return {app.cuts.get(found, PLAIN): [AccountName(id=found, name=asked.account)]}
    group = groups.get(asked.group_id or "")
    if group is None:
        raise not_found("group")
    return cuts_of(group, app.cuts, names)


def segments_shape(text: str, by_cut: ByCut) -> SegmentsShape:
    splits = [(split_for(text, cut), cut, accounts) for cut, accounts in (by_cut or {PLAIN: []}).items()]
    # Of equal ones the first stays first.
    splits.sort(key=lambda each: -each[0].n_segments)
    split, cut, _accounts = splits[0]
    plainly = split_plainly(text, split, is_wide=cut.is_wide)
    return SegmentsShape(
        encoding=split.encoding.value,
        segments=split.n_segments,
        units=split.n_units,
        parts=list(split.parts),
        forcing=[ForcingShape.model_validate(msgspec.structs.asdict(each)) for each in split.forcing],
        smart=SmartShape(text="".join(plainly.parts), segments=plainly.n_segments) if plainly else None,
        by_account=[
            CountedShape(
                encoding=each.encoding.value,
                segments=each.n_segments,
                units=each.n_units,
                cut=cut_shape(how),
                accounts=accounts,
            )
            for each, how, accounts in (splits if by_cut else [])
        ],
    )


@router.post("/preview", summary="What one person would read")
async def preview_one(asked: PreviewAsk, app: Own, caller: CampaignsRead) -> PreviewShape:
    """Without a `contact_id`, somebody's. A mistake in a text comes back in `error` or `fallback_error`."""
    row = {"group_id": asked.group_id, "body": asked.body, "content": asked.content.value}
    row["fallback_body"] = asked.fallback_body
    rest = {"audience_kind": "all", "list_id": None, "text_rules": asked.text_rules and asked.text_rules.given()}
    draft = await draft_of(app, caller.workspace_id, row | rest, asked.media_ids)
    contact = await _contact(app, caller, asked.contact_id)
    person = person_of(contact) if contact else {}
    destination = Destination(
        country=contact["country"] if contact else "US",
        network=contact["network"] if contact else None,
        is_landline=contact["is_landline"] if contact else False,
    )
    link = short_url(draft.group.link_base_url or app.config.own_url(), TOKEN_LIKE)
    route = choose(draft.group, destination, asked.content)
    channel, reason = (
        (_AS_ASKED[asked.content], route.reason)
        if isinstance(route, NoRoute)
        else (
            route.channel,
            route.reason,
        )
    )
    account_id = _text_account(draft.group, destination, route)
    shown: dict[str, Any] = {
        "person": _person(contact),
        "channel": channel,
        "reason": about(sentence_for(reason) if isinstance(route, NoRoute) else sentence_for_way(reason), draft.noun()),
        "link": link if draft.media else None,
        "account": await _name_of(app, caller, account_id) if account_id else None,
    }
    fallback, shown["fallback_error"] = _fallback(draft.authors_fallback())
    try:
        template, rules = compile_text(asked.body), draft.group.text_rules.but(draft.text_wishes)
        cut = app.cuts.get(account_id or "", PLAIN)
        has_media = bool(draft.media)
        read = preview(template, person, media=has_media, link_url=link, rules=rules, fallback=fallback, cut=cut)
    except TemplateRefused as refused:
        return _mistaken(asked.body, shown, refused.sentence, refused.line, refused.column)
    except RenderRefused as refused:
        return _mistaken(asked.body, shown, refused.sentence)
    return PreviewShape(
        **shown,
        body=read.body,
        fallback_body=read.fallback_body,
        segments=read.n_segments,
        fallback_segments=read.n_fallback_segments,
        cut_from=read.n_uncut or None,
        is_too_long=read.is_too_long,
        missing_fields=list(read.missing_fields),
        error=None,
    )


def _text_account(group: Group, to: Destination, route: Route | NoRoute) -> str | None:
    """The account that this person's text goes by: beside a picture, the one it would go by without."""
    if isinstance(route, Route) and route.channel is Channel.MMS:
        route = choose(group, to, Content.TEXT_LINK)
    return None if isinstance(route, NoRoute) else route.account_id


async def _name_of(app: App, caller: Caller, account_id: str) -> str:
    async with app.store.read() as connection:
        return (await names_of(connection, caller.workspace_id)).get(account_id, account_id)


_AS_ASKED = {Content.MMS: Channel.MMS, Content.TEXT_LINK: Channel.SMS_LINK, Content.TEXT: Channel.SMS}


def _fallback(source: str) -> tuple[Template | None, MistakeShape | None]:
    try:
        return compile_fallback(source), None
    except TemplateRefused as refused:
        return None, MistakeShape(line=refused.line, column=refused.column, sentence=refused.sentence)


def _mistaken(
    body: str, shown: dict[str, Any], sentence: str, line: int = 1, column: int | None = None
) -> PreviewShape:
    return PreviewShape(
        **shown,
        body=body,
        fallback_body=body,
        segments=0,
        fallback_segments=0,
        cut_from=None,
        is_too_long=False,
        missing_fields=[],
        error=MistakeShape(line=line, column=column, sentence=sentence),
    )


async def _contact(app: App, caller: Caller, contact_id: str | None) -> Any | None:
    async with app.store.read() as connection:
        if contact_id is None:
            return await people.first_of(connection, caller.workspace_id)
        found = await people.one(connection, caller.workspace_id, contact_id)
    if found is None:
        raise not_found("person")
    return found


def _person(contact: Any | None) -> PreviewPerson | None:
    if contact is None:
        return None
    name = f"{contact['first_name']} {contact['last_name']}".strip()
    return PreviewPerson(name=name or contact["phone_e164"], phone=contact["phone_e164"], country=contact["country"])
