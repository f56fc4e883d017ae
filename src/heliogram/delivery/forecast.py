"""What delivery would do with a campaign if it were launched now: the same steps over the same people, nothing sent.

It lives beside the pipeline because it is the pipeline: a second copy of the rules would drift.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heliogram.compose.liquid import Template
from heliogram.compose.person import fallback_for, render_for
from heliogram.compose.written import replaced_in
from heliogram.delivery.draft import Batch, Facts, Fitted
from heliogram.delivery.known import with_known
from heliogram.delivery.pictures import Pictures
from heliogram.delivery.pipeline import decide
from heliogram.media.plan import budget_for
from heliogram.model.album import Shown
from heliogram.model.campaign import Audience
from heliogram.model.consent import Source, Standing, Subscription
from heliogram.model.cut import Cut
from heliogram.model.group import Group
from heliogram.model.message import Channel, Content, State
from heliogram.model.queue import Queued
from heliogram.model.text import Rewriting, Spelling, Wishes
from heliogram.storage import consent, people
from heliogram.storage.engine import Store

N_PAGE = 1_000
TOKEN_LIKE = "x" * 10
"""As long as a real link's token, so that the segments counted are the segments sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A campaign as drafted. `cuts` has the accounts that want their texts cut in a way of their own.

    `text_wishes` is what it wants otherwise of its group's rules for texts, `fallback` its text for phones without
    pictures.
    """

    workspace_id: str
    group: Group
    audience: Audience
    content: Content
    template: Template
    shown: Shown | None
    fallback: Template | None = None
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    text_wishes: Wishes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteVariant:
    """The media as one kind of route gets them; `fitted` is None when they fit none."""

    route: str
    budget_octets: int
    fitted: Fitted | None
    n: int


@dataclass(slots=True, kw_only=True)
class Rewritten:
    """The texts that leave otherwise than they were written: cut, or spelled in another way, and what that saves.

    `n_saved` are segments; `replaced` has (character, what stands for it) → how often.
    """

    n_cut: int = 0
    n_respelled: int = 0
    n_saved: int = 0
    replaced: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, body: str, rewriting: Rewriting, n_segments: int) -> None:
        self.n_cut += rewriting.n_uncut > 0
        if rewriting.spelling is not Spelling.AS_WRITTEN:
            self.n_respelled += 1
            self.n_saved += rewriting.n_before - (rewriting.n_uncut or n_segments)
            self.replaced += replaced_in(body, rewriting.spelling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`n_counted` of `audience` people were looked at; the counts are of those.

    `by_account` has the texts that go by each account, and their segments.
    """

    audience: int
    n_counted: int
    channels: dict[tuple[Channel, str], int]
    skipped: dict[str, int]
    held: dict[str, int]
    segments: dict[int, int]
    by_account: dict[str, tuple[int, int]]
    longest_body: str
    rewritten: Rewritten
    variants: tuple[RouteVariant, ...]


async def forecast(
    store: Store,
    pictures: Pictures,
    plan: Plan,
    *,
    now: Callable[[], datetime],
    link_base_url: str,
    limit: int | None = None,
) -> Forecast:
    """Walk the audience, or its first `limit` people, through the steps and count what becomes of each."""
    if plan.shown is not None and plan.content is Content.MMS:
        await pictures.prepare(plan.shown)
    tally = _Tally()
    after = ""
    async with store.read() as connection:
        size = await people.audience_size(connection, plan.workspace_id, plan.group.id, plan.audience)
        while limit is None or tally.n < limit:
            n_wanted = N_PAGE if limit is None else min(N_PAGE, limit - tally.n)
            page = await people.audience_page(
                connection, plan.workspace_id, plan.group.id, plan.audience, after=after, limit=n_wanted
            )
            if not page:
                break
            after = page[-1]["id"]
            phones = [contact["phone_e164"] for contact in page]
            facts = Facts(
                now=now(),
                group=plan.group,
                standings=await consent.standings_of(connection, plan.workspace_id, plan.group.id, phones),
                variants=pictures.variants,
                link_base_url=plan.group.link_base_url or link_base_url,
                new_token=lambda: TOKEN_LIKE,
                cuts=plan.cuts,
                text_rules=plan.group.text_rules.but(plan.text_wishes),
            )
            queued = [queued_of(plan, contact) for contact in page]
            tally.add(decide(facts, await with_known(connection, plan.workspace_id, queued, facts.now)), page)
    return tally.total(size, plan, pictures.variants)


async def forecast_people(
    store: Store,
    plan: Plan,
    people_rows: Sequence[Mapping[str, Any]],
    variants: Mapping[tuple[str, int], Fitted | None],
    *,
    now: Callable[[], datetime],
    link_base_url: str,
    is_attested: bool,
) -> Forecast:
    """The same for people of a file that is not stored: rows as of `contacts`, the picture's variants already made.

    `is_attested`: the file's consent would be recorded, so that nobody new to the group lacks it.
    """
    tally = _Tally()
    async with store.read() as connection:
        for start in range(0, len(people_rows), N_PAGE):
            page = people_rows[start : start + N_PAGE]
            phones = [row["phone_e164"] for row in page]
            known = await people.by_phones(connection, plan.workspace_id, phones)
            rows = [{**row, **_kept(known.get(row["phone_e164"]), row)} for row in page]
            standings = await consent.standings_of(connection, plan.workspace_id, plan.group.id, phones)
            if is_attested:
                new = Standing(state=Subscription.SUBSCRIBED, fact_id="", at=now(), source=Source.IMPORT)
                standings = {phone: standings.get(phone, new) for phone in phones}
            facts = Facts(
                now=now(),
                group=plan.group,
                standings=standings,
                variants=variants,
                link_base_url=plan.group.link_base_url or link_base_url,
                new_token=lambda: TOKEN_LIKE,
                cuts=plan.cuts,
                text_rules=plan.group.text_rules.but(plan.text_wishes),
            )
            queued = [queued_of(plan, row) for row in rows]
            tally.add(decide(facts, await with_known(connection, plan.workspace_id, queued, facts.now)), rows)
    return tally.total(len(people_rows), plan, variants)


def _kept(known: Any | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """What an import would leave as it is stored: see `storage.people.put_contacts`."""
    if known is None:
        return {}
    return {
        "network": known["network"],
        "is_landline": known["is_landline"],
        "first_name": row["first_name"] or known["first_name"],
        "last_name": row["last_name"] or known["last_name"],
        "attributes": row["attributes"] or known["attributes"],
    }


def queued_of(plan: Plan, contact: Any) -> Queued:
    """The message this person would be queued."""
    return Queued(
        id=contact["id"],
        number=0,
        workspace_id=plan.workspace_id,
        lane_id="",
        group_id=plan.group.id,
        campaign_id=None,
        phone_e164=contact["phone_e164"],
        country=contact["country"],
        network=contact["network"],
        is_landline=contact["is_landline"],
        purpose=plan.group.purpose,
        content=plan.content,
        body=render_for(plan.template, contact),
        fallback_body=fallback_for(plan.fallback, plan.content, contact),
        media_id=plan.shown.media_id if plan.shown else None,
        album_id=plan.shown.album_id if plan.shown else None,
        due_at=None,
        expires_at=None,
    )


class _Tally:
    def __init__(self) -> None:
        self.n = 0
        self.channels: Counter[tuple[Channel, str]] = Counter()
        self.skipped: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.segments: Counter[int] = Counter()
        self.by_account: dict[str, tuple[int, int]] = {}
        self.routes: Counter[tuple[str, int]] = Counter()
        self.longest_body = ""
        self.rewritten = Rewritten()

    def add(self, batch: Batch, page: Any) -> None:
        self.n += len(page)
        for draft in batch.going:
            route = draft.the_route()
            self.channels[route.channel, route.reason] += 1
            if route.channel is Channel.MMS:
                carrier = route.sender.carrier_of(route.account_id)
                budget = budget_for(route.sender.kind, carrier, draft.message.country)
                self.routes[f"{route.sender.kind.value} {route.sender.address}", budget.octets] += 1
            else:
                self.segments[len(draft.parts)] += 1
                n, n_segments = self.by_account.get(route.account_id, (0, 0))
                self.by_account[route.account_id] = (n + 1, n_segments + len(draft.parts))
                if draft.rewriting is not None:
                    self.rewritten.add(draft.body(), draft.rewriting, len(draft.parts))
            self._see(draft.message.body)
        for stop in batch.stopped:
            (self.held if stop.state is State.HELD else self.skipped)[stop.reason] += 1
            self._see(stop.message.body)

    def _see(self, body: str) -> None:
        if len(body.encode()) > len(self.longest_body.encode()):
            self.longest_body = body

    def total(self, size: int, plan: Plan, made: Mapping[tuple[str, int], Fitted | None]) -> Forecast:
        variants = tuple(
            RouteVariant(
                route=route,
                budget_octets=octets,
                fitted=made.get((plan.shown.key if plan.shown else "", octets)),
                n=n,
            )
            for (route, octets), n in sorted(self.routes.items())
        )
        return Forecast(
            audience=size,
            n_counted=self.n,
            channels=dict(self.channels),
            skipped=dict(self.skipped),
            held=dict(self.held),
            segments=dict(self.segments),
            by_account=dict(self.by_account),
            longest_body=self.longest_body,
            rewritten=self.rewritten,
            variants=variants,
        )
