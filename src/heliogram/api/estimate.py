"""What would become of a draft: delivery's forecast, the weight, and the review, put together for an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from heliogram.api.errors import not_found, sentence_of
from heliogram.api.schema.campaigns import (
    AccountSegments,
    CheckShape,
    EstimateShape,
    FittedShape,
    FixShape,
    ReplacedShape,
    RewrittenShape,
    RouteVariantShape,
    SegmentsTotal,
    SpreadShape,
    Way,
    WeightShape,
)
from heliogram.api.schema.shape import Reasoned
from heliogram.app import App
from heliogram.campaigns.review import Check, Drafted, review
from heliogram.carriers.protocol import Link
from heliogram.compose.errors import TemplateRefused
from heliogram.compose.fallback import compile_fallback
from heliogram.compose.liquid import Template, compile_text
from heliogram.delivery.forecast import Forecast, Plan, Rewritten, RouteVariant, forecast
from heliogram.media.limits import MESSAGE_LIMIT_OCTETS, MMS_TEXT_LIMIT, Weight, weigh
from heliogram.media.nouns import about, noun_of
from heliogram.model.album import Shown, album_id_of
from heliogram.model.campaign import Audience, AudienceKind
from heliogram.model.group import Group
from heliogram.model.message import Channel, Content
from heliogram.model.reasons import sentence_for, sentence_for_way
from heliogram.model.text import Wishes
from heliogram.storage import albums, media, senders
from heliogram.wire.segment import name_of

N_LOOKED_AT: Final = 20_000
"""People counted while someone composes: exact for most audiences, and an answer in about a second for the others."""
N_BEFORE_LAUNCH: Final = 2_000
"""People looked at before a launch, whose rules decide for everyone at hand-over anyway."""
N_REPLACED: Final = 20
"""How many different characters an estimate names."""
_LONGEST_BODY_OCTETS: Final = 4 * MMS_TEXT_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A campaign as drafted. `media` are rows, in the order in which they are shown."""

    group: Group
    body: str
    media: Sequence[Mapping[str, Any]]
    content: Content
    audience: Audience
    fallback_body: str = ""
    text_wishes: Wishes | None = None

    def authors_fallback(self) -> str:
        """The author's text for phones without pictures, where there can be such phones."""
        return self.fallback_body if self.content is Content.MMS and self.media else ""

    def noun(self) -> str:
        return noun_of([each["content_type"] for each in self.media])

    def shown(self) -> Shown | None:
        ids = [each["id"] for each in self.media]
        return Shown(self.group.workspace_id, ids[0], album_id_of(ids)) if ids else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    forecast: Forecast
    weight: Weight | None
    checks: tuple[Check, ...]
    noun: str


async def draft_of(
    app: App, workspace_id: str, row: Mapping[str, Any], media_ids: Sequence[str] | None = None
) -> Draft:
    """The draft of a campaign's row (or of a request with the same keys), with its media, or with these.

    Raises Problem for what does not exist.
    """
    async with app.store.read() as connection:
        group = (await senders.load_groups(connection, workspace_id)).get(row["group_id"])
        if media_ids is None:
            shown = albums.shown_of(row)
            rows: Sequence[Mapping[str, Any]] = await albums.media_of(connection, shown) if shown else ()
        else:
            found = await media.some(connection, workspace_id, media_ids)
            if len(found) < len(media_ids):
                raise not_found("picture")
            rows = [found[media_id] for media_id in media_ids]
    if group is None:
        raise not_found("group")
    audience = Audience(kind=AudienceKind(row["audience_kind"]), list_id=row["list_id"])
    return Draft(
        group=group,
        body=row["body"],
        media=rows,
        content=Content(row["content"]),
        audience=audience,
        fallback_body=row["fallback_body"],
        text_wishes=row["text_rules"],
    )


async def estimate_of(app: App, draft: Draft, *, limit: int | None = N_LOOKED_AT) -> Estimate:
    """Count what would become of the draft's people. A text with a mistake counts nobody, and its check says why."""
    (template, mistake), (fallback, fallback_mistake) = _template(draft.body), _fallback(draft.authors_fallback())
    plan = Plan(
        workspace_id=draft.group.workspace_id,
        group=draft.group,
        audience=draft.audience,
        content=draft.content,
        template=template,
        shown=draft.shown(),
        fallback=fallback,
        cuts=app.cuts,
        text_wishes=draft.text_wishes,
    )
    counted = await forecast(
        app.store, app.pictures, plan, now=app.now, link_base_url=app.config.own_url(), limit=limit
    )
    return judged(app, draft, counted, mistake, fallback_mistake)


def judged(app: App, draft: Draft, counted: Forecast, mistake: str = "", fallback_mistake: str = "") -> Estimate:
    weight = None
    if draft.media and draft.content is Content.MMS:
        weight = weigh([each["n_octets"] for each in draft.media], counted.longest_body)
    drafted = Drafted(
        group=draft.group,
        content=draft.content,
        body=draft.body,
        mistake=mistake,
        has_media=bool(draft.media),
        noun=draft.noun(),
        n_audience=counted.audience,
        n_counted=counted.n_counted,
        n_going=sum(counted.channels.values()) + sum(counted.held.values()),
        skipped=counted.skipped,
        most_segments=max(counted.segments, default=0),
        n_cut=counted.rewritten.n_cut,
        weight=weight,
        fallback_body=draft.authors_fallback(),
        fallback_mistake=fallback_mistake,
        carriers_down=_carriers_down(app, draft.group),
    )
    return Estimate(forecast=counted, weight=weight, checks=review(drafted), noun=drafted.noun)


def n_to_look_at(draft: Draft) -> int | None:
    """How many people a launch must look at: all of them where one long text could make the message too large."""
    n_octets = sum(each["n_octets"] for each in draft.media)
    is_near_limit = n_octets > MESSAGE_LIMIT_OCTETS - _LONGEST_BODY_OCTETS
    return None if is_near_limit else N_BEFORE_LAUNCH


def _template(body: str) -> tuple[Template, str]:
    try:
        return compile_text(body), ""
    except TemplateRefused as refused:
        return compile_text(""), sentence_of(refused)


def _fallback(source: str) -> tuple[Template | None, str]:
    try:
        return compile_fallback(source), ""
    except TemplateRefused as refused:
        return None, sentence_of(refused)


def _carriers_down(app: App, group: Group) -> tuple[str, ...]:
    used = {each for sender in group.senders for each in (sender.sms_account_id, sender.mms_account_id) if each}
    return tuple(
        account.name for account in app.accounts.values() if account.id in used and account.health().link is not Link.UP
    )


def estimate_shape(estimate: Estimate) -> EstimateShape:
    counted = estimate.forecast
    by_channel = {channel: 0 for channel in Channel}
    for (channel, _reason), n in counted.channels.items():
        by_channel[channel] += n
    return EstimateShape(
        audience=counted.audience,
        n_counted=counted.n_counted,
        mms=by_channel[Channel.MMS],
        sms_link=by_channel[Channel.SMS_LINK],
        sms=by_channel[Channel.SMS],
        skipped=sum(counted.skipped.values()),
        channels_by_reason=[
            Way(channel=channel, reason=reason, sentence=about(sentence_for_way(reason), estimate.noun), n=n)
            for (channel, reason), n in sorted(counted.channels.items(), key=lambda item: -item[1])
        ],
        skipped_by_reason=[
            Reasoned(reason=reason, sentence=about(sentence_for(reason), estimate.noun), n=n)
            for reason, n in sorted(counted.skipped.items(), key=lambda item: -item[1])
        ],
        segments=SegmentsTotal(
            total=sum(segments * n for segments, n in counted.segments.items()),
            spread=[SpreadShape(segments=segments, n=n) for segments, n in sorted(counted.segments.items())],
            by_account=[
                AccountSegments(account_id=account_id, n=n, segments=segments)
                for account_id, (n, segments) in sorted(counted.by_account.items())
            ],
        ),
        rewritten=_rewritten(counted.rewritten),
        variants=[_variant(each) for each in counted.variants],
        medium=estimate.noun,
        weight=_weight(estimate.weight),
        checks=[_check(check) for check in estimate.checks],
    )


def _rewritten(found: Rewritten) -> RewrittenShape:
    return RewrittenShape(
        n_cut=found.n_cut,
        n_respelled=found.n_respelled,
        segments_saved=found.n_saved,
        replaced=[
            ReplacedShape(character=character, name=name_of(character), replacement=plain, n=n)
            for (character, plain), n in found.replaced.most_common(N_REPLACED)
        ],
    )


def _variant(each: RouteVariant) -> RouteVariantShape:
    fitted = each.fitted or ()
    return RouteVariantShape(
        route=each.route,
        budget_octets=each.budget_octets,
        octets=sum(one.n_octets for one in fitted),
        media=[
            FittedShape(
                octets=one.n_octets,
                content_type=one.part.content_type,
                width=one.width,
                height=one.height,
                quality=one.quality,
                similarity=one.similarity,
            )
            for one in fitted
        ],
        n=each.n,
    )


def _weight(weight: Weight | None) -> WeightShape | None:
    if weight is None:
        return None
    return WeightShape(
        media_octets=weight.media_octets,
        body_octets=weight.body_octets,
        total=weight.total,
        verdict=weight.verdict.value,
        sentence=weight.sentence,
    )


def _check(check: Check) -> CheckShape:
    fix = check.fix
    return CheckShape(
        id=check.id,
        level=check.level.value,
        title=check.title,
        detail=check.detail,
        fix=FixShape(label=fix.label, href=fix.href, action=fix.action) if fix else None,
    )
