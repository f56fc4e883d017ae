"""A decided draft into the parcel a carrier is handed."""

from heliogram.delivery.claim import Attempt, reference_of
from heliogram.model.message import Channel
from heliogram.model.parcel import MmsParcel, Parcel, SmsParcel


def parcel_of(attempt: Attempt) -> Parcel:
    draft, route = attempt.draft, attempt.draft.the_route()
    key = f"{draft.message.id}.{attempt.n}"
    if route.channel is Channel.MMS:
        return MmsParcel(
            key=key,
            sender_kind=route.sender.kind,
            sender=route.sender.address,
            to_e164=draft.message.phone_e164,
            text=draft.text,
            media=tuple(each.part for each in draft.variants),
        )
    return SmsParcel(
        key=key,
        sender_kind=route.sender.kind,
        sender=route.sender.address,
        to_e164=draft.message.phone_e164,
        parts=draft.parts,
        encoding=draft.encoding,
        reference=reference_of(draft.message.id),
        shift=draft.shift,
    )
