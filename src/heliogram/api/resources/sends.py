"""The main job in one request: people, a text and a picture in; a launched campaign, or what it would do, out.

Everything or nothing: the people, their consent, the picture and the launch are one transaction.
"""

from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile

from heliogram.api.auth import Caller, CampaignsWrite, Own
from heliogram.api.campaign_view import campaign_shapes
from heliogram.api.errors import Problem, sentence_of
from heliogram.api.estimate import Draft, Estimate, estimate_shape, judged
from heliogram.api.once import OnceOnly
from heliogram.api.resources.campaigns import draft_row
from heliogram.api.resources.media import ALT_TEXT, Inspected, add_picture, inspected
from heliogram.api.resources.people import read_file, rejected_rows
from heliogram.api.schema.campaigns import AudienceAsk, CampaignShape, DraftAsk, SendReport
from heliogram.api.schema.senders import TextWishes
from heliogram.api.schema.shape import CLEAN
from heliogram.app import App
from heliogram.audience.importing import PeopleFile
from heliogram.campaigns.lifecycle import LAUNCH, take
from heliogram.campaigns.people import MAX_EVIDENCE_CHARS, Imported, contact_row, import_people
from heliogram.campaigns.review import NOBODY, stops
from heliogram.compose.errors import TemplateRefused
from heliogram.compose.fallback import compile_fallback
from heliogram.compose.liquid import Template, compile_text
from heliogram.delivery.forecast import Plan, forecast_people
from heliogram.media.kinds import TAKEN_FILES
from heliogram.model.campaign import Audience, AudienceKind
from heliogram.model.consent import Subscription
from heliogram.model.group import Group
from heliogram.model.message import Content
from heliogram.model.text import MAX_SEGMENTS, TooLong
from heliogram.storage import campaigns, consent, senders
from heliogram.storage.types import storable

router = APIRouter(tags=["campaigns"])

FallbackText = Annotated[
    str, Form(max_length=20_000, description="Instead of the text where the picture becomes a link"), CLEAN
]

_NEW: Final = "new"
"""Stands for the id of a picture that is not stored."""


def _wishes(
    smart_encoding: Annotated[bool | None, Form(description="By default as the group has it, and so the next")] = None,
    transliterate: Annotated[bool | None, Form()] = None,
    max_segments: Annotated[int | None, Form(ge=1, le=MAX_SEGMENTS)] = None,
    too_long: Annotated[TooLong | None, Form()] = None,
) -> TextWishes:
    return TextWishes(
        smart_encoding=smart_encoding, transliterate=transliterate, max_segments=max_segments, too_long=too_long
    )


@router.post(
    "/sends", status_code=201, response_model=SendReport, summary="Send a text and a picture to a file of people"
)
async def send(
    request: Request,
    app: Own,
    caller: CampaignsWrite,
    once: OnceOnly,
    wishes: Annotated[TextWishes, Depends(_wishes)],
    people: Annotated[UploadFile, File(description="CSV with a header row; a column named phone")],
    group: Annotated[str, Form(max_length=200, description="A group's name or id"), CLEAN],
    text: Annotated[str, Form(max_length=20_000), CLEAN],
    fallback_text: FallbackText = "",
    media: Annotated[UploadFile | None, File(description=TAKEN_FILES)] = None,
    alt_text: Annotated[str, Form(max_length=500, description=ALT_TEXT), CLEAN] = "",
    content: Annotated[Content | None, Form(description="By default mms with a picture, text without")] = None,
    name: Annotated[str, Form(max_length=200), CLEAN] = "",
    attest_consent: Annotated[
        str, Form(max_length=MAX_EVIDENCE_CHARS, description="How and when they agreed"), CLEAN
    ] = "",
    dry_run: Annotated[bool, Form(description="Count everything, store and send nothing")] = False,
) -> Response:
    """Rows that cannot be used are reported and left out; people without consent are skipped by rule."""
    filename = storable(people.filename or "")[:200]
    attest_consent = attest_consent.strip()
    people_octets, media_octets = await people.read(), await media.read() if media is not None else b""
    template = _compiled(text, fallback_text)
    file = await read_file(people_octets)
    the_group = await _group(app, caller, group)
    picture = await inspected(app, media_octets) if media_octets else None
    draft = _draft(the_group, text, fallback_text, picture, content, wishes)
    estimate = await _estimate(app, caller, draft, template, file, picture, bool(attest_consent))
    _refuse_what_stops(estimate)
    if dry_run:
        counted = await _would_import(app, caller, the_group, file, bool(attest_consent))
        report = _report(None, file, counted, estimate)
        return Response(report.model_dump_json(by_alias=True), 200, media_type="application/json")
    if picture:
        await app.blobs.put(picture.octets)
    files = (sha256(people_octets).digest(), sha256(media_octets).digest())
    texts = (the_group.id, text, fallback_text)
    said = (*files, *texts, attest_consent, draft.content.value, name, alt_text, wishes.model_dump_json())
    async with app.store.write() as connection:
        if (earlier := await once.earlier(connection, caller.workspace_id, *said)) is not None:
            return earlier
        imported = await import_people(
            connection,
            caller.workspace_id,
            file,
            list_name=name or filename or "People",
            filename=filename,
            group_id=the_group.id,
            evidence=attest_consent,
            actor=caller.actor,
            new_id=app.new_id,
            now=app.now(),
        )
        media_id = await _store(connection, app, caller, media, picture, alt_text)
        shape = await _launch(connection, request, caller, draft, imported, media_id, name or _name_of(text))
        answer = await once.keep(connection, caller.workspace_id, 201, _report(shape, file, imported, estimate))
    app.kick()
    return answer


def _compiled(text: str, fallback_text: str) -> Template:
    """The text's template. Raises TemplateRefused, or Problem for a mistake in the fallback text."""
    try:
        compile_fallback(fallback_text)
    except TemplateRefused as refused:
        raise Problem("template_refused", sentence_of(refused), [("fallback_text", sentence_of(refused))]) from None
    return compile_text(text)


def _draft(
    group: Group,
    text: str,
    fallback_text: str,
    picture: Inspected | None,
    content: Content | None,
    wishes: TextWishes,
) -> Draft:
    return Draft(
        group=group,
        body=text,
        media={"id": _NEW, "n_octets": len(picture.octets)} if picture else None,
        content=content or (Content.MMS if picture else Content.TEXT),
        audience=Audience(kind=AudienceKind.LIST, list_id=_NEW),
        fallback_body=fallback_text,
        text_wishes=wishes.given(),
    )


def _refuse_what_stops(estimate: Estimate) -> None:
    """Raise Problem for what the review calls a stop. That nobody can get it is none here: the report says so."""
    if found := [check for check in stops(estimate.checks) if check.id != NOBODY]:
        sentence = " ".join(f"{check.title}. {check.detail}" for check in found)
        raise Problem("not_launched", sentence, [(check.id, check.detail) for check in found])


async def _group(app: App, caller: Caller, wanted: str) -> Group:
    async with app.store.read() as connection:
        groups = await senders.load_groups(connection, caller.workspace_id)
    found = groups.get(wanted) or next(
        (group for group in groups.values() if group.name.casefold() == wanted.strip().casefold()), None
    )
    if found is None:
        names = ", ".join(f"“{group.name}”" for group in groups.values()) or "none yet"
        raise Problem("not_found", f"There is no group “{wanted}”. The groups are: {names}.")
    return found


async def _estimate(
    app: App,
    caller: Caller,
    draft: Draft,
    template: Template,
    file: PeopleFile,
    picture: Inspected | None,
    is_attested: bool,
) -> Estimate:
    variants = (
        await app.pictures.try_out(picture.octets, picture.picture.content_type)
        if picture and draft.content is Content.MMS
        else {}
    )
    plan = Plan(
        workspace_id=caller.workspace_id,
        group=draft.group,
        audience=draft.audience,
        content=draft.content,
        template=template,
        media_id=_NEW if picture else None,
        fallback=compile_fallback(draft.authors_fallback()),
        cuts=app.cuts,
        text_wishes=draft.text_wishes,
    )
    counted = await forecast_people(
        app.store,
        plan,
        [contact_row(caller.workspace_id, each, "", app.now()) for each in file.people],
        {(_NEW, octets): variant for octets, variant in variants.items()},
        now=app.now,
        link_base_url=app.config.own_url(),
        is_attested=is_attested,
    )
    return judged(app, draft, counted)


async def _would_import(app: App, caller: Caller, group: Group, file: PeopleFile, is_attested: bool) -> Imported:
    phones = [each.phone.e164 for each in file.people]
    async with app.store.read() as connection:
        standings = await consent.standings_of(connection, caller.workspace_id, group.id, phones)
    n_new = len(phones) - len(standings)
    return Imported(
        list_id="",
        n_people=len(phones),
        n_subscribed=n_new if is_attested else 0,
        n_already_opted_out=sum(each.state is Subscription.UNSUBSCRIBED for each in standings.values()),
        n_without_consent=0 if is_attested else n_new,
    )


async def _store(
    connection: Any,
    app: App,
    caller: Caller,
    media: UploadFile | None,
    picture: Inspected | None,
    alt_text: str,
) -> str | None:
    if media is None or picture is None:
        return None
    filename = media.filename or "picture"
    row = await add_picture(connection, app, caller, picture, filename=filename, alt_text=alt_text)
    return str(row["id"])


async def _launch(
    connection: Any,
    request: Request,
    caller: Caller,
    draft: Draft,
    imported: Imported,
    media_id: str | None,
    name: str,
) -> CampaignShape:
    app: App = request.app.state.app
    asked = DraftAsk(
        name=name,
        group_id=draft.group.id,
        body=draft.body,
        fallback_body=draft.fallback_body,
        media_id=media_id,
        content=draft.content,
        text_rules=TextWishes.model_validate(draft.text_wishes or {}),
        audience=AudienceAsk(kind=AudienceKind.LIST, list_id=imported.list_id),
    )
    row = draft_row(app, caller.workspace_id, asked)
    await campaigns.add(connection, row)
    await take(connection, LAUNCH, caller.workspace_id, row["id"], actor=caller.actor, new_id=app.new_id, now=app.now())
    now = await campaigns.one(connection, caller.workspace_id, row["id"])
    return (await campaign_shapes(connection, app, request.app.state.watch, caller.workspace_id, [now]))[0]


def _name_of(text: str) -> str:
    words = " ".join(text.split())
    return words[:60] or "Untitled"


def _report(shape: CampaignShape | None, file: PeopleFile, imported: Imported, estimate: Estimate) -> SendReport:
    return SendReport(
        campaign=shape,
        n_rows=file.n_rows,
        n_people=imported.n_people,
        n_rejected=len(file.rejected),
        n_subscribed=imported.n_subscribed,
        n_already_opted_out=imported.n_already_opted_out,
        n_without_consent=imported.n_without_consent,
        rejected=rejected_rows(file),
        estimate=estimate_shape(estimate),
    )
