"""What a carrier is handed: complete, and named after the attempt."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from heliogram.delivery.claim import reference_of
from heliogram.delivery.parcels import parcel_of
from heliogram.model.cut import Cut
from heliogram.model.message import Content
from heliogram.model.parcel import MmsParcel, SmsParcel
from heliogram.model.sender import SenderKind
from tests.delivery.decided import FITS, GROUP, PHONE, SENDER, attempt_of, queued, variant

PICTURE = queued(content=Content.MMS, media_id="menu", body="Today’s menu")


def test_a_text_is_handed_over_in_its_segments() -> None:
    parcel = parcel_of(attempt_of(queued(body="x" * 161)))
    assert parcel == SmsParcel(
        key="00000000000000000000000000000a1f.1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+13125550100",
        to_e164=PHONE,
        parts=("x" * 153, "x" * 8),
        encoding="GSM-7",
        reference=0x0A1F,
    )


def test_a_text_outside_the_alphabet_says_so() -> None:
    parcel = parcel_of(attempt_of(queued(body="menu 🍲")))
    assert isinstance(parcel, SmsParcel) and parcel.encoding == "UCS-2"


def test_a_picture_message_has_the_text_and_the_octets_that_every_recipient_shares() -> None:
    parcel = parcel_of(attempt_of(PICTURE))
    assert isinstance(parcel, MmsParcel)
    assert (parcel.text, parcel.sender, parcel.to_e164) == ("Today’s menu", "+13125550100", PHONE)
    assert [part.octets for part in parcel.media] == [b"picture"]
    assert parcel.media[0] in [each.part for fitted in FITS.values() for each in fitted or ()]
    again = parcel_of(attempt_of(changed(PICTURE, id="0" * 32)))
    assert isinstance(again, MmsParcel) and again.media[0] is parcel.media[0]


def test_several_media_are_handed_over_in_their_order() -> None:
    several = {key: (variant(b"one"), variant(b"two")) for key in FITS}
    parcel = parcel_of(attempt_of(PICTURE, variants=several))
    assert isinstance(parcel, MmsParcel) and [part.octets for part in parcel.media] == [b"one", b"two"]


def test_a_fallback_is_a_text_that_ends_in_the_link() -> None:
    parcel = parcel_of(attempt_of(changed(PICTURE, country="GB")))
    assert isinstance(parcel, SmsParcel)
    assert "".join(parcel.parts) == "Today's menu https://heliogram.test/p/T000000001"


def test_each_try_has_a_key_of_its_own_and_the_same_one_after_a_restart() -> None:
    keys = [parcel_of(attempt_of(queued(), n)).key for n in (1, 2, 2)]
    assert keys[0] != keys[1] == keys[2]


@pytest.mark.parametrize(("kind", "address"), [(SenderKind.SHORT_CODE, "62449"), (SenderKind.ALPHANUMERIC, "Shop")])
def test_the_carrier_is_told_what_kind_of_sender_it_is(kind: SenderKind, address: str) -> None:
    sender = replace(SENDER, kind=kind, address=address)
    parcel = parcel_of(attempt_of(queued(), group=replace(GROUP, senders=(sender,))))
    assert (parcel.sender_kind, parcel.sender) == (kind, address)


def test_references_vary_over_both_octets() -> None:
    assert {reference_of(f"{n:032x}") for n in range(100_000)} == set(range(65_536))
    assert {reference_of(f"{n:032x}") & 0xFF for n in range(1_000)} == set(range(256))


def test_a_text_in_national_tables_says_which() -> None:
    parcel = parcel_of(attempt_of(queued(body="ığ" * 40), cuts={"smsc": Cut(national=("tr",))}))
    assert isinstance(parcel, SmsParcel)
    assert (parcel.encoding, parcel.shift, len(parcel.parts)) == ("GSM-7", (1, 0), 1)
