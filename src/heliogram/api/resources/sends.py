"""The main job in one request: people, a text and a picture in; a launched campaign, or what it would do, out.

Everything or nothing: the people, their consent, the picture and the launch are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import Field

from heliogram.api.auth import Caller, CampaignsWrite, Own
from heliogram.api.campaign_view import campaign_shapes
from heliogram.api.errors import Problem, sentence_of
from heliogram.api.estimate import Draft, Estimate, estimate_shape, judged
from heliogram.api.once import OnceOnly
from heliogram.api.resources.campaigns import add_draft, draft_row
from heliogram.api.resources.media import ALT_TEXT, Inspected, add_picture, inspected
from heliogram.api.resources.people import read_file, rejected_rows
from heliogram.api.schema.campaigns import AudienceAsk, CampaignShape, DraftAsk, SendReport
from heliogram.api.schema.media import MAX_ALT_TEXT
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
from heliogram.model.album import MAX_MEDIA
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

Media = Annotated[list[UploadFile] | None, File(description=f"{TAKEN_FILES}; up to {MAX_MEDIA}, in order")]
AltText = Annotated[str, Field(max_length=MAX_ALT_TEXT), CLEAN]
AltTexts = Annotated[list[AltText] | None, Form(description=f"{ALT_TEXT}; one for each, in order")]

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
    media: Media = None,
    alt_text: AltTexts = None,
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
    people_octets, files = await people.read(), await _read(media or (), alt_text or ())
    template = _compiled(text, fallback_text)
    file = await read_file(people_octets)
    the_group = await _group(app, caller, group)
    pictures = [await inspected(app, each.octets) for each in files]
    draft = _draft(the_group, text, fallback_text, pictures, content, wishes)
    estimate = await _estimate(app, caller, draft, template, file, pictures, bool(attest_consent))
    _refuse_what_stops(estimate)
    if dry_run:
        counted = await _would_import(app, caller, the_group, file, bool(attest_consent))
        report = _report(None, file, counted, estimate)
        return Response(report.model_dump_json(by_alias=True), 200, media_type="application/json")
    for picture in pictures:
        await app.blobs.put(picture.octets)
    texts = (the_group.id, text, fallback_text, attest_consent, draft.content.value, name, wishes.model_dump_json())
    shown = [part for each in files for part in (sha256(each.octets).digest(), each.alt_text)]
    said = (sha256(people_octets).digest(), *texts, *shown)
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
        media_ids = await _store(connection, app, caller, files, pictures)
        shape = await _launch(connection, request, caller, draft, imported, media_ids, name or _name_of(text))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A file that came with the request."""

    filename: str
    octets: bytes
    alt_text: str


async def _read(media: Sequence[UploadFile], alt_texts: Sequence[str]) -> list[_Given]:
    """The files that are not empty. Raises Problem for too many, and for more descriptions than files."""
    if len(media) > MAX_MEDIA:
        raise Problem("invalid", f"A message has at most {MAX_MEDIA} files.", [("media", f"At most {MAX_MEDIA}.")])
    if len(alt_texts) > max(1, len(media)):
        raise Problem("invalid", "There are more descriptions than files.", [("alt_text", "One for each file.")])
    said = [*alt_texts, *[""] * len(media)]
    given = [
        _Given(filename=each.filename or "picture", octets=await each.read(), alt_text=alt_text)
        for each, alt_text in zip(media, said, strict=False)
    ]
    return [each for each in given if each.octets]


def _draft(
    group: Group,
    text: str,
    fallback_text: str,
    pictures: Sequence[Inspected],
    content: Content | None,
    wishes: TextWishes,
) -> Draft:
    return Draft(
        group=group,
        body=text,
        media=[
            {"id": f"{_NEW}-{n}", "n_octets": len(each.octets), "content_type": each.picture.content_type}
            for n, each in enumerate(pictures)
        ],
        content=content or (Content.MMS if pictures else Content.TEXT),
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
    pictures: Sequence[Inspected],
    is_attested: bool,
) -> Estimate:
    shown = draft.shown()
    tried = [(each.octets, each.picture.content_type) for each in pictures]
    variants = await app.pictures.try_out(tried) if tried and draft.content is Content.MMS else {}
    plan = Plan(
        workspace_id=caller.workspace_id,
        group=draft.group,
        audience=draft.audience,
        content=draft.content,
        template=template,
        shown=shown,
        fallback=compile_fallback(draft.authors_fallback()),
        cuts=app.cuts,
        text_wishes=draft.text_wishes,
    )
    counted = await forecast_people(
        app.store,
        plan,
        [contact_row(caller.workspace_id, each, "", app.now()) for each in file.people],
        {(shown.key, octets): fitted for octets, fitted in variants.items()} if shown else {},
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
    files: Sequence[_Given],
    pictures: Sequence[Inspected],
) -> list[str]:
    rows = [
        await add_picture(connection, app, caller, picture, filename=each.filename, alt_text=each.alt_text)
        for each, picture in zip(files, pictures, strict=True)
    ]
    return [str(row["id"]) for row in rows]


async def _launch(
    connection: Any,
    request: Request,
    caller: Caller,
    draft: Draft,
    imported: Imported,
    media_ids: list[str],
    name: str,
) -> CampaignShape:
    app: App = request.app.state.app
    asked = DraftAsk(
        name=name,
        group_id=draft.group.id,
        body=draft.body,
        fallback_body=draft.fallback_body,
        media_ids=media_ids,
        content=draft.content,
        text_rules=TextWishes.model_validate(draft.text_wishes or {}),
        audience=AudienceAsk(kind=AudienceKind.LIST, list_id=imported.list_id),
    )
    row = draft_row(app, caller.workspace_id, asked)
    await add_draft(connection, row, media_ids)
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
