import pytest
from msgspec.structs import fields

from heliogram.model.parcel import (
    MEDIA_REFUSED,
    THROTTLED,
    UNREACHABLE,
    Accepted,
    MediaPart,
    MmsParcel,
    Partly,
    Refused,
    SmsParcel,
    Unknown,
)
from heliogram.model.reasons import sentence_for
from heliogram.model.sender import SenderKind

PICTURE = MediaPart(content_type="image/jpeg", octets=b"\xff\xd8", sha256="0" * 64, filename="menu.jpg")


def _mms() -> MmsParcel:
    return MmsParcel(
        key="m.1",
        sender_kind=SenderKind.LONG_CODE,
        sender="+13125550100",
        to_e164="+13125550142",
        text="Hello",
        media=(PICTURE,),
    )


def test_a_parcel_cannot_change_on_its_way() -> None:
    parcel = _mms()
    with pytest.raises(AttributeError):
        parcel.to_e164 = "+13125550143"  # type: ignore[misc]
    assert parcel == _mms()


def test_parcels_share_the_octets_of_their_picture() -> None:
    assert _mms().media[0].octets is _mms().media[0].octets


def test_a_text_and_a_picture_message_name_sender_and_recipient_alike() -> None:
    shared = {each.name for each in fields(SmsParcel)} & {each.name for each in fields(MmsParcel)}
    assert shared == {"key", "sender_kind", "sender", "to_e164"}


def test_every_outcome_can_keep_the_exchange_it_came_from() -> None:
    outcomes = (Accepted, Partly, Refused, Unknown)
    assert [{each.name: each.default for each in fields(kind)}["exchange"] for kind in outcomes] == [""] * 4


def test_a_refusal_must_say_whether_it_is_for_good() -> None:
    with pytest.raises(TypeError, match="permanent"):
        Refused(code="8", reason="The gateway is busy.")  # type: ignore[call-arg]


def test_no_answer_carries_neither_an_id_nor_a_code_that_could_be_taken_for_an_answer() -> None:
    assert {each.name for each in fields(Unknown)} == {"reason", "exchange"}


@pytest.mark.parametrize("code", [MEDIA_REFUSED, UNREACHABLE, THROTTLED])
def test_the_codes_every_carrier_shares_have_a_sentence_of_ours(code: str) -> None:
    assert not sentence_for(code).startswith("The carrier said")
