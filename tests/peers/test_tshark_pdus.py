"""tshark reads every kind of PDU that we can write, and what an account's settings make of texts."""

import asyncio
import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.parcel import Accepted, SmsParcel
from heliogram.model.sender import SenderKind
from heliogram.wire.gsm import encode as encode_gsm
from heliogram.wire.segment import split_text
from heliogram.wire.smpp.names import Command
from heliogram.wire.smpp.pdu import FIELDS, Pdu, encode
from tests.carriers.sides import Shelf, until
from tests.peers.capture import Capture, capturing
from tests.whole.stage import Stage
from tests.world import Ids

pytestmark = pytest.mark.peer

VECTORS = Path(__file__).parents[1] / "vectors/wire/pdus.json"
LONG = "Sale [today] at {Northgate}: 20 % off everything under €50. " * 4
PHONE = "+13125550142"

# ── every kind of PDU ──


FULL = (
    Pdu(Command.BIND_RECEIVER, sequence=90, fields={"system_id": "helio", "address_range": "^1312555"}),
    Pdu(
        Command.SUBMIT_SM,
        sequence=91,
        fields={
            "service_type": "CMT",
            "source_addr": "72345",
            "destination_addr": "13125550142",
            "priority_flag": 3,
            "schedule_delivery_time": "261224120000000+",
            "validity_period": "000002000000000R",
            "short_message": b"later",
        },
    ),
    Pdu(Command.CANCEL_SM, sequence=92, fields={"service_type": "WAP", "message_id": "0099AB", "source_addr": "72345"}),
)
"""What the vectors leave empty."""


def pdus() -> list[Pdu]:
    """Those of the vectors, which have each command of SMPP 3.4 with a table, and FULL."""
    made = []
    for each in json.loads(VECTORS.read_text())["exact"]:
        fields = {
            name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
            for name, value in each["fields"].items()
        }
        tlvs = tuple((int(tag, 16), bytes.fromhex(value)) for tag, value in each["tlvs"])
        made.append(Pdu(Command[each["command"]], each["status"], each["sequence"], fields, tlvs))
    return [*made, *FULL]


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    """The capture of one of each, from us to a port that listens."""
    path = tmp_path_factory.mktemp("kinds") / "kinds.pcapng"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        capturing(server.getsockname()[1], path) as capture,
        socket.create_connection(server.getsockname()) as us,
    ):
        us.sendall(b"".join(map(encode, pdus())))
    return capture


def test_it_finds_no_kind_of_pdu_malformed(every_kind: Capture) -> None:
    assert every_kind.complaints() == []
    assert {pdu.command for pdu in pdus()} == set(FIELDS)
    assert [int(each, 16) for each in every_kind.values("smpp.command_id")] == [pdu.command for pdu in pdus()]


NUMBERS = (
    *("interface_version", "addr_ton", "addr_npi", "source_addr_ton", "source_addr_npi", "dest_addr_ton"),
    *("dest_addr_npi", "esme_addr_ton", "esme_addr_npi", "protocol_id", "priority_flag", "replace_if_present_flag"),
    *("data_coding", "sm_default_msg_id", "message_state", "error_code"),
)
TEXTS = (
    *("system_id", "password", "system_type", "address_range", "service_type", "source_addr", "destination_addr"),
    *("message_id", "esme_addr"),
)


def meant(name: str) -> list[Any]:
    """What the vectors have in a field, in order, but for what is empty."""
    written = [pdu.fields[name] for pdu in pdus() if name in pdu.fields]
    return [each for each in written if each not in ("", b"")]


@pytest.mark.parametrize("name", NUMBERS)
def test_it_reads_the_numbers_that_were_meant(every_kind: Capture, name: str) -> None:
    tlvs = [value[0] for pdu in pdus() for tag, value in pdu.tlvs if (name, tag) == ("message_state", 0x0427)]
    # A field that is left out is written as 0.
    n_more = sum(name in {each for each, _kind, _limit in FIELDS[pdu.command]} for pdu in FULL)
    n_more -= sum(name in pdu.fields for pdu in FULL)
    read = [int(each, 0) for each in every_kind.values(f"smpp.{name}")]
    assert sorted(read) == sorted(meant(name) + tlvs + [0] * n_more)
    assert read


@pytest.mark.parametrize("name", TEXTS)
def test_it_reads_the_texts_that_were_meant(every_kind: Capture, name: str) -> None:
    read = [each for each in every_kind.values(f"smpp.{name}") if each not in ("", "(Default)")]
    assert read == meant(name)
    assert read


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("final_date", "Nov 23, 2026 10:54:00"),
        ("schedule_delivery_time", "Dec 24, 2026 12:00:00"),
        ("validity_period", "Nov 24, 2026 08:00:00"),
    ],
)
def test_it_reads_the_times_that_were_meant(every_kind: Capture, name: str, said: str) -> None:
    assert [each[: len(said)] for each in every_kind.values(f"smpp.{name}")] == [said]


def test_it_reads_how_long_a_message_is_good_for(every_kind: Capture) -> None:
    day_s = 86_400.0
    assert [float(each) for each in every_kind.values("smpp.validity_period_r") if float(each)] == [day_s, 2 * day_s]


def test_it_reads_the_octets_that_were_meant(every_kind: Capture) -> None:
    payloads = [value.hex() for pdu in pdus() for tag, value in pdu.tlvs if tag == 0x0424]
    assert every_kind.values("smpp.message_payload") == payloads
    assert every_kind.values("smpp.message") == [octets.hex() for octets in meant("short_message")]


# ── what an account's settings make of a text ──


def parcel_of(text: str, *, is_wide: bool) -> SmsParcel:
    split = split_text(text, is_wide=is_wide)
    return SmsParcel(
        key="m1.1",
        sender_kind=SenderKind.SHORT_CODE,
        sender="72345",
        to_e164=PHONE,
        parts=split.parts,
        encoding=split.encoding.value,
        reference=0x1A2B,
    )


async def drive(stage: Stage, settings: dict[str, Any]) -> None:
    """Bind, send one long text, and say goodbye."""
    account = {"host": "127.0.0.1", "port": stage.smpp_port, "system_id": "heliogram", **settings}
    carrier = SmppCarrier.configured(account, "secret", Ids().new_id)
    shelf = Shelf()
    listening = asyncio.create_task(carrier.listen(shelf))
    await until(lambda: carrier.health().link is Link.UP)
    outcome = await carrier.send(parcel_of(LONG, is_wide=True))
    assert isinstance(outcome, Accepted)
    await until(lambda: len(shelf.stored) == len(outcome.carrier_ids))
    listening.cancel()
    await asyncio.wait([listening])
    await carrier.close()


def capture_of(stage: Stage, folder: Path, **settings: Any) -> Capture:
    with capturing(stage.smpp_port, folder / "run.pcapng") as capture:
        asyncio.run(drive(stage, settings))
    assert capture.complaints() == []
    return capture


def of_submits(capture: Capture, *names: str) -> list[tuple[int, ...]]:
    """These fields of each submit_sm, as numbers."""
    columns: Sequence[list[str]] = [capture.values(f"smpp.{name}", "smpp.command_id == 4") for name in names]
    return [tuple(int(each, 0) for each in row) for row in zip(*columns, strict=True)]


def test_it_reads_segments_by_sar(stage: Stage, tmp_path: Path) -> None:
    capture = capture_of(stage, tmp_path, long_texts="sar")
    places = of_submits(capture, "sar_msg_ref_num", "sar_total_segments", "sar_segment_seqnum", "esm.submit.features")
    assert places == [(0x1A2B, 2, number, 0) for number in (1, 2)]


def test_it_reads_segments_by_a_wide_reference(stage: Stage, tmp_path: Path) -> None:
    capture = capture_of(stage, tmp_path, long_texts="udh16")
    assert of_submits(capture, "esm.submit.features") == [(1,), (1,)]
    read = [capture.values(f"gsm_sms.udh.mm.msg_{name}") for name in ("id", "parts", "part")]
    assert [[int(each, 0) for each in column] for column in read] == [[0x1A2B] * 2, [2, 2], [1, 2]]


def test_it_reads_a_whole_text_as_a_payload(stage: Stage, tmp_path: Path) -> None:
    capture = capture_of(stage, tmp_path, long_texts="payload")
    assert capture.values("smpp.message_payload") == [encode_gsm(LONG).hex()]
    assert of_submits(capture, "sm_length", "esm.submit.features") == [(0, 0)]


def test_it_reads_the_tlvs_of_a_carriers_own(stage: Stage, tmp_path: Path) -> None:
    capture = capture_of(stage, tmp_path, tlvs="0x1400=text:abc, 0x1401=int2:7, 0x020D=int1:5, 0x3FFF=hex:0aff")
    assert capture.values("smpp.vendor_op") == ["61626300", "0007", "0aff"] * 2
    assert of_submits(capture, "language_indicator") == [(5,), (5,)]


def test_it_reads_a_pair_of_binds(stage: Stage, tmp_path: Path) -> None:
    capture = capture_of(stage, tmp_path, bind_mode="pair")
    counts = capture.commands()
    for command in (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER):
        assert (counts[command], counts[command | 0x80000000]) == (1, 1)
    sender, hearer = (
        set(capture.values("tcp.stream", f"smpp.command_id == {command:d}"))
        for command in (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER)
    )
    assert set(capture.values("tcp.stream", "smpp.command_id == 4")) == sender
    assert set(capture.values("tcp.stream", "smpp.command_id == 5")) == hearer != sender
