"""The named steps between a claimed message and a parcel. All traffic takes them: campaign, reminder, reply and API.

A step takes and returns a batch and does no I/O; what it needs is in `Facts`. The verdict is taken here, at
hand-over, for every try: a STOP that came in a second ago counts.
"""

from collections.abc import Callable, Iterable

from heliogram.compose.fallback import short_url
from heliogram.compose.written import fit_text
from heliogram.consent.verdict import may_send
from heliogram.delivery.draft import Batch, Draft, Facts, Fitted
from heliogram.media.limits import MMS_TEXT_LIMIT
from heliogram.media.plan import all_budgets, budget_for, most_media, takes
from heliogram.model.consent import Allowed, Denied, Held
from heliogram.model.cut import PLAIN
from heliogram.model.message import Channel, State
from heliogram.model.parcel import MEDIA_SMALLER
from heliogram.model.queue import Queued, Route, Stop
from heliogram.routing.choose import Destination, NoRoute, choose

Step = Callable[[Facts, Draft], Draft | Stop]


def heed_cancel(facts: Facts, draft: Draft) -> Draft | Stop:
    """Nobody wants it any more."""
    if draft.message.is_canceled:
        return Stop(message=draft.message, state=State.CANCELED, reason="canceled")
    return draft


def ask_consent(facts: Facts, draft: Draft) -> Draft | Stop:
    """May we? Allowed goes on; held waits until its time; denied ends."""
    message = draft.message
    verdict = may_send(message, facts.standings.get(message.phone_e164), facts.now)
    match verdict:
        case Allowed(fact_id=fact_id):
            draft.fact_id = fact_id
            return draft
        case Held(until=until, reason=reason):
            return Stop(message=message, state=State.HELD, reason=reason, until=until)
        case Denied(reason="expired"):
            return Stop(message=message, state=State.EXPIRED, reason="expired")
        case Denied(reason=reason):
            return Stop(message=message, state=State.SKIPPED, reason=reason)


def choose_way(facts: Facts, draft: Draft) -> Draft | Stop:
    """By which sender, and as picture or as text with a link; a picture that fits no budget becomes a link."""
    message = draft.message
    route = _way(facts, message)
    shown = message.shown()
    if isinstance(route, Route) and route.channel is Channel.MMS and shown is not None:
        budget = budget_for(route.sender.kind, route.sender.carrier_of(route.account_id), message.country)
        if message.forced_reason == MEDIA_SMALLER:
            budget = all_budgets()[0]
        fitted = facts.variants.get((shown.key, budget.octets))
        misfit = _misfit(route, fitted)
        if misfit:
            route = _way(facts, message, misfit=misfit)
        else:
            draft.variants = fitted or ()
    if isinstance(route, NoRoute):
        return Stop(message=message, state=State.SKIPPED, reason=route.reason)
    draft.route = route
    return draft


def _misfit(route: Route, fitted: Fitted | None) -> str:
    """Why these media cannot go this way, "" when they can. All go together, or none does."""
    carrier = route.sender.carrier_of(route.account_id)
    if fitted is None:
        return "media_not_taken"
    not_taken = [each for each in fitted if not takes(carrier, each.part.content_type)]
    if not_taken:
        # An MP4 that only stands in for a GIF is not what its author chose: what did not fit is the GIF.
        return "media_not_taken" if all(each.is_stand_in for each in not_taken) else "type_not_taken"
    return "too_many_media" if len(fitted) > most_media(carrier) else ""


def _way(facts: Facts, message: Queued, *, misfit: str = "") -> Route | NoRoute:
    """`choose`, once for all messages of the batch that are alike to it."""
    forced, address = message.forced_reason, message.from_address
    alike = (
        (message.country, message.network, message.is_landline, message.takes_mms),
        (message.content, forced, address, misfit, message.avoids),
    )
    way = facts.ways.get(alike)
    if way is None:
        to = Destination(
            country=message.country,
            network=message.network,
            is_landline=message.is_landline,
            mms=message.takes_mms,
        )
        group, content = facts.group, message.content
        way = choose(
            group,
            to,
            content,
            misfit=misfit,
            forced_reason=forced,
            from_address=address,
            away=facts.away,
            avoids=message.avoids,
        )
        facts.ways[alike] = way
    return way


def write_text(facts: Facts, draft: Draft) -> Draft | Stop:
    """The text this person gets: with a link of their own to the picture where the picture itself does not go.

    An empty text never leaves: it is what a template gives that this person's attributes break.
    """
    message = draft.message
    if not message.body.strip():
        return Stop(message=message, state=State.SKIPPED, reason="empty_text")
    draft.text = message.body
    if draft.the_route().channel is Channel.SMS_LINK and message.media_id is not None:
        draft.link_token = facts.new_token()
    return draft


def encode(facts: Facts, draft: Draft) -> Draft | Stop:
    """Text into segments, counted as it is: after personalization and with the link, and as its account has it cut.

    What it may be spelled like, how many it may have, and whether a longer one stops or is cut, its rules say.
    """
    if draft.the_route().channel is Channel.MMS:
        if len(draft.text) > MMS_TEXT_LIMIT:
            return Stop(message=draft.message, state=State.SKIPPED, reason="mms_text_too_long")
        return draft
    cut = facts.cuts.get(draft.the_route().account_id, PLAIN)
    link = short_url(facts.link_base_url, draft.link_token) if draft.link_token else None
    written = fit_text(draft.body(), link, facts.text_rules.but(draft.message.text_wishes), cut)
    if written.is_too_long:
        return Stop(message=draft.message, state=State.SKIPPED, reason="too_long")
    split, draft.text, draft.rewriting = written.split, written.text, written.rewriting
    draft.encoding, draft.parts = split.encoding.value, split.parts
    draft.shift = (split.shift.locking, split.shift.single)
    return draft


STEPS: tuple[Step, ...] = (heed_cancel, ask_consent, choose_way, write_text, encode)


def decide(facts: Facts, messages: Iterable[Queued]) -> Batch:
    """Take each message through the steps, in order."""
    going: list[Draft] = []
    stopped: list[Stop] = []
    for message in messages:
        result = _take(facts, message)
        if isinstance(result, Stop):
            stopped.append(result)
        else:
            going.append(result)
    return Batch(going=tuple(going), stopped=tuple(stopped))


def _take(facts: Facts, message: Queued) -> Draft | Stop:
    draft = Draft(message=message)
    for step in STEPS:
        result = step(facts, draft)
        if isinstance(result, Stop):
            return result
        draft = result
    return draft
