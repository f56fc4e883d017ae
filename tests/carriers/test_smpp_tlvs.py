"""TLVs of a carrier's own: sent as the account says, and shown as they came."""

import asyncio

import pytest

from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.smpp_settings import settings_of
from heliogram.carriers.smpp_tlvs import MAX_TLVS, MAX_VALUE_OCTETS, shown, tlvs_of
from heliogram.model.parcel import Accepted
from heliogram.wire.smpp.names import Command, Tag
from heliogram.wire.smpp.pdu import Pdu

from .bound import OWN, bound, carrying
from .sides import sms_parcel
from .smsc_peer import peer


@pytest.mark.parametrize(
    ("written", "tlvs"),
    [
        ("", ()),
        ("0x1400=text:abc", ((0x1400, b"abc\0"),)),
        ("5121=octets:a:b , 0x1402=hex:0aff", ((5121, b"a:b"), (0x1402, b"\x0a\xff"))),
        (
            "0x1400=int1:255,0x1401=int2:7,0x1402=int4:0x10",
            ((0x1400, b"\xff"), (0x1401, b"\0\7"), (0x1402, b"\0\0\0\x10")),
        ),
        ("0x1400=octets:" + "a" * MAX_VALUE_OCTETS, ((0x1400, b"a" * MAX_VALUE_OCTETS),)),
    ],
)
def test_tlvs_are_read_as_they_are_written(written: str, tlvs: tuple[tuple[int, bytes], ...]) -> None:
    assert tlvs_of(written) == tlvs


@pytest.mark.parametrize(
    "written",
    [
        *("0x1400", "0x1400=abc", "0x1400=word:abc", "x=text:abc", "0=text:a", "0x10000=text:a", "0x1400=int1:256"),
        *("0x1400=int1:-1", "0x1400=hex:0", "0x1400=text:ж", "0x0424=text:a", "0x1400=int1:1,0x1400=int1:2"),
        "0x1400=octets:" + "a" * (MAX_VALUE_OCTETS + 1),
        ",".join(f"{0x1400 + n}=int1:1" for n in range(MAX_TLVS + 1)),
    ],
)
def test_tlvs_that_cannot_work_are_complained_about(written: str) -> None:
    with pytest.raises(Misconfigured, match="TLV"):
        settings_of(OWN | {"tlvs": written}, "secret")


def test_only_what_we_make_nothing_of_is_shown() -> None:
    assert shown(((Tag.MESSAGE_STATE, b"\2"), (0x0381, b"13125550142"), (0x1400, b"\x0a\xff"))) == " 0x1400=0aff"


async def test_every_segment_has_them_and_those_of_the_answer_are_kept() -> None:
    async with peer() as smsc, carrying(smsc.port, tlvs="0x1400=text:abc") as carrier:
        line = await bound(smsc, carrier)
        sending = asyncio.create_task(carrier.send(sms_parcel(parts=("a", "b"))))
        for number in range(2):
            pdu = await line.hear()
            assert pdu.tlv(0x1400) == b"abc\0"
            told = {"message_id": f"g-{number}"}
            line.say(Pdu(Command.SUBMIT_SM_RESP, 0, pdu.sequence, dict(told), ((0x1500, b"\x2a"),)))
        outcome = await sending
        assert isinstance(outcome, Accepted)
        assert outcome.exchange.count(" 0x1500=2a") == 2
