"""tshark reads a capture of our client and our simulator: it finds every PDU, and nothing wrong with any."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.protocol import Link
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.parcel import Accepted, SmsParcel
from heliogram.model.sender import SenderKind
from heliogram.wire.segment import split_text
from heliogram.wire.smpp.names import RESPONSE, Command
from heliogram.wire.smpp.pdu import Pdu, encode
from heliogram.wire.smpp.session import ENQUIRE_S
from tests.carriers.sides import Shelf, until
from tests.peers.capture import Capture, capturing
from tests.whole.stage import Stage, control
from tests.world import Ids

pytestmark = pytest.mark.peer

PHONE = "+13125550142"
TEXTS = {
    "one": "Sale [today], everything under €50!",
    "gsm-7": "Sale [today] at {Northgate}: 20 % off everything under €50. " * 4,
    "ucs-2": "Распродажа 🎉 сегодня в Нортгейте, приходите все! " * 4,
}
SENDERS = {
    SenderKind.LONG_CODE: "+13125550100",
    SenderKind.SHORT_CODE: "72345",
    SenderKind.ALPHANUMERIC: "Northgate",
}


def parcels() -> list[SmsParcel]:
    """Every kind of text from every kind of sender."""
    made = []
    for number, text in enumerate(TEXTS.values()):
        split = split_text(text)
        for kind, sender in SENDERS.items():
            made.append(
                SmsParcel(
                    key=f"{number}.{kind}",
                    sender_kind=kind,
                    sender=sender,
                    to_e164=PHONE,
                    parts=split.parts,
                    encoding=split.encoding.value,
                    reference=40 + number,
                )
            )
    return made


N_SEGMENTS = sum(len(parcel.parts) for parcel in parcels())
REPLIES = ("STOP", "Ну хорошо 🎉", "ж" * 500)


async def drive(stage: Stage) -> None:
    """Bind, send everything, hear every receipt and three replies, ask about the link, and say goodbye."""
    settings = {"host": "127.0.0.1", "port": stage.smpp_port, "system_id": "heliogram", "window": 4}
    carrier, shelf = SmppCarrier.configured(settings, "secret", Ids().new_id), Shelf()
    listening = asyncio.create_task(carrier.listen(shelf))
    await until(lambda: carrier.health().link is Link.UP)
    for outcome in await asyncio.gather(*map(carrier.send, parcels())):
        assert isinstance(outcome, Accepted)
    for reply in REPLIES:
        await asyncio.to_thread(control, stage, "POST", f"/phones/{PHONE}/reply", {"to": "72345", "text": reply})
    await until(lambda: len(shelf.stored) == N_SEGMENTS + len(REPLIES))
    (bind,) = carrier._binds
    assert bind._session is not None
    bind._session.tick(bind._now() + ENQUIRE_S)  # half a minute of silence, without waiting for it
    bind._flush()
    await until(lambda: bind._session is not None and bind._session._enquired is None)
    listening.cancel()
    await asyncio.wait([listening])
    await carrier.close()


@pytest.fixture(scope="module")
def captured(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Capture:
    """The capture of one whole run."""
    with capturing(stage.smpp_port, tmp_path_factory.mktemp("capture") / "run.pcapng") as capture:
        asyncio.run(drive(stage))
    return capture


def test_it_sees_every_pdu_of_the_run(captured: Capture) -> None:
    n_told = N_SEGMENTS + len(REPLIES)
    counts = {
        Command.BIND_TRANSCEIVER: 1,
        Command.SUBMIT_SM: N_SEGMENTS,
        Command.DELIVER_SM: n_told,
        Command.ENQUIRE_LINK: 1,
        Command.UNBIND: 1,
    }
    assert captured.commands() == {
        **{int(command): n for command, n in counts.items()},
        **{int(command) | RESPONSE: n for command, n in counts.items()},
    }


def test_it_finds_none_malformed_and_marks_none_as_an_error(captured: Capture) -> None:
    assert captured.complaints() == []


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("smpp.source_addr_ton", lambda values: values.count("0x05")),
        ("smpp.source_addr", lambda values: values.count("Northgate")),
    ],
)
def test_it_reads_the_name_that_sends(captured: Capture, field: str, count: Callable[[list[str]], Any]) -> None:
    by_name = sum(len(parcel.parts) for parcel in parcels() if parcel.sender_kind is SenderKind.ALPHANUMERIC)
    assert count(captured.values(field)) == by_name


def test_it_reads_the_ids_given_and_the_receipts_that_name_them(captured: Capture) -> None:
    given = [each for each in captured.values("smpp.message_id") if each]
    named = captured.values("smpp.receipted_message_id")
    assert len(given) == len(set(given)) == N_SEGMENTS
    assert sorted(named) == sorted(given)


def test_it_reads_how_segments_belong_together(captured: Capture) -> None:
    places = list(
        zip(
            captured.values("gsm_sms.udh.mm.msg_id"),
            captured.values("gsm_sms.udh.mm.msg_parts"),
            captured.values("gsm_sms.udh.mm.msg_part"),
            strict=True,
        )
    )
    ours = [
        (parcel.reference, len(parcel.parts), number)
        for parcel in parcels()
        for number in range(1, len(parcel.parts) + 1)
        if len(parcel.parts) > 1
    ]
    assert sorted(tuple(map(int, place)) for place in places) == sorted(ours)


BROKEN = {
    "a text longer than its PDU": lambda octets: octets[:-3],
    "a TLV longer than its PDU": lambda octets: octets + b"\x04\x24\x00\xff\x00",
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_it_would_have_complained(tmp_path: Path, name: str) -> None:
    fields: dict[str, int | str | bytes] = {"destination_addr": "13125550142", "short_message": b"Sale today"}
    broken = BROKEN[name](encode(Pdu(Command.SUBMIT_SM, sequence=1, fields=fields)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with (
            capturing(port, tmp_path / "broken.pcapng") as capture,
            socket.create_connection(server.getsockname()) as us,
        ):
            us.sendall(len(broken).to_bytes(4, "big") + broken[4:])
    assert capture.commands()[Command.SUBMIT_SM] == 1
    assert len(capture.complaints()) == 1
