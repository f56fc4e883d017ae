"""Messages: sent one at a time, listed, and each with its story."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from heliogram.analytics.history import load_history
from heliogram.analytics.timeline import timeline_of
from heliogram.api.audit import audit_row
from heliogram.api.auth import Caller, MessagesRead, MessagesWrite, Own
from heliogram.api.errors import Problem, not_found
from heliogram.api.media_view import media_shape
from heliogram.api.number_view import number_shape
from heliogram.api.once import OnceOnly
from heliogram.api.paging import DEFAULT_LIMIT, After, Limit, next_of
from heliogram.api.resources.inbound import CONTENT
from heliogram.api.schema.messages import FactShape, MessageAsk, MessageDetail, MessageShape, StepShape
from heliogram.api.schema.shape import Page
from heliogram.app import App
from heliogram.audience.phones import parse_phone
from heliogram.campaigns.single import Single, queue_single
from heliogram.carriers.registry import CANCELS
from heliogram.compose.fallback import marked, short_url, with_link
from heliogram.delivery.canceling import want_canceled
from heliogram.media.nouns import FILES, about, noun_of
from heliogram.model.message import Carrying, Content, State
from heliogram.model.number import NOTHING
from heliogram.model.phone import Phone
from heliogram.model.reasons import sentence_for, sentence_for_way
from heliogram.storage import access, history, numbers, senders
from heliogram.storage.history import MessageFilter
from heliogram.wire.smpp.status import sentence_of

router = APIRouter(tags=["messages"])


@router.get("/messages", summary="Messages, newest first")
async def list_messages(
    app: Own,
    caller: MessagesRead,
    campaign_id: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=200, description="One state, or several with commas.")] = "",
    reason: Annotated[str, Query(max_length=60)] = "",
    q: Annotated[str, Query(max_length=64, description="Digits of a number, or a message's id.")] = "",
    media: Annotated[
        Carrying | None, Query(description="With its pictures and files in it, with a link to them, or without any.")
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = "",
) -> Page[MessageShape]:
    wanted = MessageFilter(campaign_id=campaign_id, states=_states(state), reason=reason, words=q, carrying=media)
    async with app.store.read() as connection:
        rows = await history.message_page(connection, caller.workspace_id, wanted, before=after, limit=limit)
    return Page(items=[MessageShape(**_row(row)) for row in rows], next=next_of(rows, limit))


def _states(text: str) -> tuple[State, ...]:
    try:
        return tuple(State(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        known = ", ".join(State)
        raise Problem("invalid", f"A message's state is one of {known}.", [("state", f"One of {known}.")]) from None


@router.post("/messages", status_code=202, response_model=MessageShape, summary="Send one message")
async def send(asked: MessageAsk, app: Own, caller: MessagesWrite, once: OnceOnly) -> Response:
    """It takes the same way as a campaign's: consent, routing and fallback are decided at hand-over."""
    phone = parse_phone(asked.to)
    content = asked.content or (Content.MMS if asked.media_ids else Content.TEXT)
    if content is not Content.TEXT and not asked.media_ids:
        raise Problem("invalid", "A picture message needs a picture.", [("media_ids", "Give a picture.")])
    if content is Content.TEXT and not asked.body.strip():
        raise Problem("invalid", "A text message needs a text.", [("body", "Write what the person should read.")])
    if asked.fallback_body.strip() and content is not Content.MMS:
        sentence = "Only a picture message has a text for phones without pictures."
        raise Problem("invalid", sentence, [("fallback_body", "Give a picture, or leave it out.")])
    single = Single(
        group_id=asked.group_id,
        to=phone,
        body=asked.body,
        content=content,
        media_ids=tuple(asked.media_ids),
        due_at=asked.due_at,
        expires_at=asked.expires_at,
        fallback_body=marked(asked.fallback_body),
        text_wishes=asked.text_rules.given() if asked.text_rules else None,
    )
    async with app.store.write() as connection:
        earlier = await once.earlier(connection, caller.workspace_id, asked.model_dump_json())
        if earlier is not None:
            return earlier
        if asked.group_id not in await senders.group_names(connection, caller.workspace_id):
            raise not_found("group")
        message_id = await queue_single(connection, caller.workspace_id, single, new_id=app.new_id, now=app.now())
        if message_id is None:
            raise not_found("picture")
        row = await history.message(connection, caller.workspace_id, message_id)
        assert row is not None  # it was added two lines above
        answer = await once.keep(connection, caller.workspace_id, 202, MessageShape(**_row(row)))
    app.kick()
    return answer


@router.post(
    "/messages/{message_id}/cancel", status_code=202, response_model=MessageShape, summary="Stop one, or take it back"
)
async def cancel(message_id: str, app: Own, caller: MessagesWrite, once: OnceOnly) -> Response:
    """What waits is stopped. What a carrier has is asked back: its answer decides, and stands in the timeline."""
    async with app.store.write() as connection:
        earlier = await once.earlier(connection, caller.workspace_id)
        if earlier is not None:
            return earlier
        kinds = {row["id"]: row["carrier"] for row in await senders.accounts_of(connection, caller.workspace_id)}
        why_not = await want_canceled(
            connection, caller.workspace_id, message_id, lambda each: kinds.get(each) in CANCELS, app.now()
        )
        if why_not is None:
            raise not_found("message")
        if why_not:
            raise Problem("conflict", why_not)
        await access.add_audit(connection, audit_row(app, caller, "message.cancel", message_id, {}))
        row = await history.message(connection, caller.workspace_id, message_id)
        assert row is not None  # it was held above
        answer = await once.keep(connection, caller.workspace_id, 202, MessageShape(**_row(row)))
    app.kick()
    return answer


@router.get("/messages/{message_id}", summary="One message and everything that happened to it")
async def read(message_id: str, app: Own, caller: MessagesRead) -> MessageDetail:
    return await message_detail(app, caller, message_id)


async def message_detail(app: App, caller: Caller, message_id: str) -> MessageDetail:
    async with app.store.read() as connection:
        told = await load_history(connection, caller.workspace_id, message_id)
        if told is None:
            raise not_found("message")
        groups = await senders.load_groups(connection, caller.workspace_id)
        phone = Phone(e164=told.message["phone_e164"], country=told.message["country"])
        known = await numbers.known_of(connection, caller.workspace_id, [phone.e164], app.now())
    row = told.message
    base_url = groups[row["group_id"]].link_base_url or app.config.own_url()
    token = next((each["link_token"] for each in reversed(told.attempts) if each["link_token"]), None)
    link = short_url(base_url, token) if token else None
    return MessageDetail(
        **_row(row),
        body=row["body"],
        link_text=with_link(row["fallback_body"] or row["body"], link or "{{ link }}") if told.media else None,
        purpose=row["purpose"],
        media=[media_shape(each) for each in told.media],
        link=link,
        number=number_shape(phone, known.get(phone.e164, NOTHING), app.now()),
        timeline=[
            StepShape(
                at=step.at,
                kind=step.kind,
                title=step.title,
                detail=step.detail,
                facts=[FactShape(label=label, value=value) for label, value in step.facts],
                raw=step.raw,
                tone=step.tone.value,
                pictures=[CONTENT.format(each) for each in step.pictures],
            )
            for step in timeline_of(told)
        ],
    )


def _said(reason: str) -> str:
    return sentence_of(reason) or sentence_for(reason)


def _row(row: Any) -> dict[str, Any]:
    reason = row["state_reason"] or row["channel_reason"] or None
    sentence = _said(row["state_reason"] or "") or sentence_for_way(row["channel_reason"] or "")
    noun = FILES if row["album_id"] else noun_of([row["media_type"]] if row["media_type"] else [])
    name = f"{row['first_name'] or ''} {row['last_name'] or ''}".strip()
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "phone": row["phone_e164"],
        "person_name": name or None,
        "campaign_id": row["campaign_id"],
        "campaign_name": row["campaign_name"],
        "group_name": row["group_name"],
        "channel": row["channel"],
        "state": row["state"],
        "reason": reason,
        "sentence": about(sentence, noun) or None,
        "segments": row["n_segments"],
        "sender": row["sender"],
    }
