"""Campaigns: drafts, estimates, progress; and what the composer asks while someone types."""

from datetime import datetime

from pydantic import Field

from heliogram.api.schema.media import MediaIds, MediaShape
from heliogram.api.schema.people import RejectedRow
from heliogram.api.schema.senders import AccountName, CutShape, TextWishes, TextWishesShape
from heliogram.api.schema.shape import Ask, Reasoned, Shape
from heliogram.model.campaign import AudienceKind, CampaignState
from heliogram.model.message import Channel, Content


class AudienceAsk(Ask):
    """`list_id` with kind "list" only. "group" is everyone the group has consent facts of."""

    kind: AudienceKind
    list_id: str | None = None
    label: str = ""


class AudienceShape(Shape):
    kind: AudienceKind
    list_id: str | None
    label: str


class DraftAsk(Ask):
    """`fallback_body` is what goes instead of `body` where the picture becomes a link; `{{ link }}` says where the link
    stands in it, else it goes behind. Empty: `body`, a space, the link. It counts with content "mms" only.
    """

    name: str = Field(min_length=1, max_length=200)
    group_id: str
    body: str = Field(max_length=20_000)
    fallback_body: str = Field(default="", max_length=20_000)
    media_ids: MediaIds = Field(default=[])
    content: Content = Content.MMS
    text_rules: TextWishes | None = None
    audience: AudienceAsk


class DraftChange(Ask):
    """Only what is given changes. `version` is the one the change was made on: two tabs cannot overwrite each other.

    `media_ids` and `text_rules` are changed as a whole: [] takes all media out, {} is to have the group's rules.
    """

    version: int = Field(ge=1, lt=2**31 - 1)
    name: str | None = Field(default=None, min_length=1, max_length=200)
    group_id: str | None = None
    body: str | None = Field(default=None, max_length=20_000)
    fallback_body: str | None = Field(default=None, max_length=20_000)
    media_ids: MediaIds | None = None
    content: Content | None = None
    text_rules: TextWishes | None = None
    audience: AudienceAsk | None = None


class LaunchAsk(Ask):
    confirm_warnings: bool = False


class Way(Reasoned):
    channel: Channel


class FailedWith(Shape):
    code: str
    sentence: str
    n: int


class ProgressShape(Shape):
    """Each message is in exactly one of the state counts, so they add up to `total`. `waiting` is why nothing moves."""

    total: int
    queued: int
    held: int
    sending: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    unknown: int
    skipped: int
    canceled: int
    expanded: int
    rate_per_s: float
    channels: list[Way]
    skipped_by_reason: list[Reasoned]
    failed_by_reason: list[FailedWith]
    waiting: str | None
    opens: int


class CampaignShape(Shape):
    id: str
    name: str
    state: CampaignState
    group_id: str
    group_name: str
    body: str
    fallback_body: str
    media: list[MediaShape]
    content: Content
    text_rules: TextWishesShape | None
    audience: AudienceShape
    n_audience: int
    version: int
    created_at: datetime
    updated_at: datetime
    launched_at: datetime | None
    finished_at: datetime | None
    progress: ProgressShape | None


class SpreadShape(Shape):
    segments: int
    n: int


class AccountSegments(Shape):
    """The `n` texts that go by an account, and their `segments` as it has them cut."""

    account_id: str
    n: int
    segments: int


class SegmentsTotal(Shape):
    total: int
    spread: list[SpreadShape]
    by_account: list[AccountSegments]


class FittedShape(Shape):
    """`quality` is JPEG's (40 to 95), null for other kinds. `similarity` tells how like it is to the original.

    Both in the same size: SSIM of the luma, 1 for no difference; null for an animation and for what is sent as it came.
    """

    octets: int
    content_type: str
    width: int
    height: int
    quality: int | None
    similarity: float | None


class RouteVariantShape(Shape):
    """The media as one route gets them, in order, together of `octets`. 0: they do not fit, so it sends a link."""

    route: str
    budget_octets: int
    octets: int
    media: list[FittedShape]
    n: int


class WeightShape(Shape):
    media_octets: int
    body_octets: int
    total: int
    verdict: str
    sentence: str


class FixShape(Shape):
    label: str
    href: str | None = None
    action: str | None = None


class CheckShape(Shape):
    """One line of the review. "stop" keeps the campaign from being launched; "warning" wants a confirmation."""

    id: str
    level: str
    title: str
    detail: str
    fix: FixShape | None = None


class ReplacedShape(Shape):
    character: str
    name: str
    replacement: str
    n: int


class RewrittenShape(Shape):
    """Texts that leave otherwise than they were written: cut at a word, or with other characters, and what that saves.

    `replaced` has the most frequent characters. Who gets nothing because of the length is in `skipped_by_reason`.
    """

    n_cut: int
    n_respelled: int
    segments_saved: int
    replaced: list[ReplacedShape]


class EstimateShape(Shape):
    """What would become of everyone, by the rules of the hand-over. `n_counted` of `audience` were looked at.

    `medium` is what goes with the text, after “the”: “picture”, “contact card”, “files” for several.
    """

    audience: int
    n_counted: int
    mms: int
    sms_link: int
    sms: int
    skipped: int
    channels_by_reason: list[Way]
    skipped_by_reason: list[Reasoned]
    segments: SegmentsTotal
    rewritten: RewrittenShape
    variants: list[RouteVariantShape]
    medium: str
    weight: WeightShape | None
    checks: list[CheckShape]


class SegmentsAsk(Ask):
    """`account` is the name of the account that would send the text; or `group_id`, for every account of a group.

    Without either it is counted as most carriers cut it.
    """

    text: str = Field(max_length=20_000)
    account: str | None = Field(default=None, max_length=100)
    group_id: str | None = None


class ForcingShape(Shape):
    """A character outside the GSM alphabet; `replacement` is the plain one that says the same, when there is one."""

    position: int
    character: str
    name: str
    replacement: str | None


class SmartShape(Shape):
    text: str
    segments: int


class CountedShape(Shape):
    """The text by one way of cutting, and the accounts that cut so."""

    encoding: str
    segments: int
    units: int
    cut: CutShape
    accounts: list[AccountName]


class SegmentsShape(Shape):
    """Of several ways, the one of most segments is shown; `by_account` has them all, that one first."""

    encoding: str
    segments: int
    units: int
    parts: list[str]
    forcing: list[ForcingShape]
    smart: SmartShape | None
    by_account: list[CountedShape]


class PreviewAsk(Ask):
    group_id: str
    body: str = Field(max_length=20_000)
    fallback_body: str = Field(default="", max_length=20_000)
    media_ids: MediaIds = Field(default=[])
    content: Content = Content.MMS
    contact_id: str | None = None
    text_rules: TextWishes | None = None


class PreviewPerson(Shape):
    name: str
    phone: str
    country: str


class MistakeShape(Shape):
    """Where the text is wrong, counted from 1; `column` is null where only the line is known."""

    line: int
    column: int | None
    sentence: str


class PreviewShape(Shape):
    """`fallback_body` is the text message as it leaves. `cut_from` are its segments before it was cut, null for none.

    `is_too_long`: it has more segments than it may have, so this person would get no text message. `account` is the
    name of the one that the text would go by, and counted as it cuts texts; null where there is none.
    """

    person: PreviewPerson | None
    body: str
    channel: Channel
    reason: str
    fallback_body: str
    link: str | None
    segments: int
    fallback_segments: int
    account: str | None
    cut_from: int | None
    is_too_long: bool
    missing_fields: list[str]
    error: MistakeShape | None
    fallback_error: MistakeShape | None


class SendReport(Shape):
    """What one request to send did, or with `dry_run` would do. Every row of the file is a person or rejected.

    `campaign` is null for a dry run.
    """

    campaign: CampaignShape | None
    n_rows: int
    n_people: int
    n_rejected: int
    n_subscribed: int
    n_already_opted_out: int
    n_without_consent: int
    rejected: list[RejectedRow]
    estimate: EstimateShape
