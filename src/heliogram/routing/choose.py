"""Chooses the sender, and whether the person gets the picture or a text with a link to it.

The sender: one at home in the recipient's country first, in the group's order, then a US or Canadian long code
that may go abroad. Short codes never leave their country (Braze: sms_sending, subscription_groups).

The picture: only to US and Canadian numbers, from a sender enabled for it, on a network that has approved it.
From an MMS-enabled US or Canadian sender to a destination that takes none, it becomes a link (`destination_no_mms`):
that is the channel's promise, and so for a number whose network has said that it takes none (`number_no_mms`), and for
a landline (`number_landline`). Every other replacement by a link is the group's choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from heliogram.model.group import Group, UnknownMms
from heliogram.model.message import Channel, Content
from heliogram.model.parcel import MEDIA_SMALLER
from heliogram.model.queue import Route
from heliogram.model.sender import MMS_COUNTRIES, Sender, SenderKind
from heliogram.routing.standby import account_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """What is known of the recipient's number. `network` is None until a lookup or receipt has named it."""

    country: str
    network: str | None = None
    is_landline: bool = False
    mms: bool | None = None
    """What its network has shown: it takes picture messages, it does not, or None for unknown."""

    def takes_mms(self) -> bool:
        return self.country in MMS_COUNTRIES and not self.is_landline


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoute:
    reason: str


def choose(
    group: Group,
    to: Destination,
    content: Content,
    *,
    misfit: str = "",
    forced_reason: str | None = None,
    from_address: str | None = None,
    away: Mapping[str, str] = {},
    avoids: str | None = None,
) -> Route | NoRoute:
    """The way for one message.

    `away` are the accounts that traffic has left, each with why, and `avoids` is one that could not take this message:
    another of the sender's stands in.
    `misfit` is why the media cannot go by the way that was chosen before: "media_not_taken", "type_not_taken" or
    "too_many_media".
    `forced_reason` is what an earlier attempt showed: only text + link is left, or a smaller picture.
    `from_address` is the sender to begin with, where it reaches the country: a reply's.
    """
    by = _By(away, avoids)
    if not group.senders:
        return NoRoute(reason="group_has_no_senders")
    able = _senders_for(group, to.country, from_address)
    if not able:
        return NoRoute(reason="no_sender_for_country")
    if content is Content.MMS:
        return _with_picture(group, to, able, by, misfit=misfit, forced_reason=forced_reason)
    if content is Content.TEXT_LINK:
        return _as_text(able, Channel.SMS_LINK, "text_link_chosen", by)
    return _as_text(able, Channel.SMS, "text", by)


class _By(NamedTuple):
    """What decides between the accounts of a sender."""

    away: Mapping[str, str]
    avoids: str | None


def _senders_for(group: Group, country: str, from_address: str | None) -> list[Sender]:
    """The group's senders that reach the country, in the group's order: those at home there, else those from abroad.

    Before all of them the one of `from_address`: who wrote to it expects the answer from there.
    """
    at_home = [sender for sender in group.senders if country in sender.countries]
    abroad = [
        sender
        for sender in group.senders
        if country not in sender.countries
        and sender.kind is SenderKind.LONG_CODE
        and sender.may_go_abroad
        and not MMS_COUNTRIES.isdisjoint(sender.countries)
    ]
    asked = [sender for sender in at_home + abroad if sender.address == from_address]
    return asked + [sender for sender in at_home or abroad if sender.address != from_address]


def _with_picture(
    group: Group, to: Destination, able: list[Sender], by: _By, *, misfit: str, forced_reason: str | None
) -> Route | NoRoute:
    if forced_reason is not None and forced_reason != MEDIA_SMALLER:
        return _fall_back(group, able, forced_reason, by)
    if not to.takes_mms():
        # The conversion is promised from an MMS-enabled US or Canadian sender; a sender that comes first for this
        # country (a UK long code to the UK) could not send the picture in any case.
        reason = "number_landline" if to.country in MMS_COUNTRIES else "destination_no_mms"
        reason = reason if any(sender.can_mms() for sender in able) else "sender_cannot_mms"
        return _fall_back(group, able, reason, by)
    if to.mms is False:
        return _fall_back(group, able, "number_no_mms", by)
    for sender in able:
        if sender.can_mms_on(to.network):
            if to.mms is None and group.unknown_mms is UnknownMms.LINK:
                return _fall_back(group, able, "mms_unknown", by)
            if misfit:
                return _fall_back(group, able, misfit, by)
            account_id, detour = account_for(sender.mms_accounts(), *by)  # can_mms() includes that there is one
            return Route(
                sender=sender,
                account_id=account_id,
                channel=Channel.MMS,
                reason=forced_reason or "mms",
                detour=detour,
            )
    waits_for_approval = any(_is_unapproved_code(sender) for sender in able)
    return _fall_back(group, able, "carrier_not_approved" if waits_for_approval else "sender_cannot_mms", by)


def _is_unapproved_code(sender: Sender) -> bool:
    """Whether only a network's word keeps the sender from sending the picture."""
    return sender.kind is SenderKind.SHORT_CODE and sender.mms_enabled and sender.mms_account_id is not None


def _fall_back(group: Group, able: list[Sender], reason: str, by: _By) -> Route | NoRoute:
    allowed = {
        "destination_no_mms": True,
        "number_no_mms": True,
        "number_landline": True,
        "mms_unknown": True,
        "carrier_not_approved": group.fallbacks.carrier_not_approved,
        "sender_cannot_mms": group.fallbacks.sender_cannot_mms,
        "media_not_taken": group.fallbacks.media_not_taken,
        "type_not_taken": group.fallbacks.media_not_taken,
        "too_many_media": group.fallbacks.media_not_taken,
    }
    if not allowed[reason]:
        return NoRoute(reason=reason)
    return _as_text(able, Channel.SMS_LINK, reason, by)


def _as_text(able: list[Sender], channel: Channel, reason: str, by: _By) -> Route | NoRoute:
    for sender in able:
        if sender.sms_account_id is not None:
            account_id, detour = account_for(sender.sms_accounts(), *by)
            return Route(sender=sender, account_id=account_id, channel=channel, reason=reason, detour=detour)
    return NoRoute(reason="no_account")
