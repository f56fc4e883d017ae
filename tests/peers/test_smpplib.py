"""PyPI's `smpplib` as the client of our simulator, judged by what it reads and by the simulator's journal."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from smpplib import consts, exceptions, gsm, smpp
from smpplib.client import Client

from tests.whole.stage import Stage, control, wait_until

pytestmark = pytest.mark.peer

SENDER, PHONE = "13125550100", "13125550142"
PLAIN = "The quick brown fox jumps over the lazy dog, 0123456789 times @ £5 in Grüße à la Ñandù. " * 5
ODD = "Привет, мир! 🎉 Скидка 20 % в субботу. " * 5


@dataclass(slots=True)
class Peer:
    """A bound smpplib client, and what it was told: answers to submits, and what came by itself."""

    client: Client
    stage: Stage
    n_before: int
    """Lines of the journal that were there before."""
    sent: list[Any] = field(default_factory=list)
    got: list[Any] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)

    def submit(self, text: str, *, to: str = PHONE) -> int:
        """Send a text as smpplib splits it. Returns the number of its parts."""
        parts, coding, esm_class = gsm.make_parts(text)
        for part in parts:
            self.client.send_message(
                source_addr_ton=consts.SMPP_TON_INTL,
                source_addr_npi=consts.SMPP_NPI_ISDN,
                source_addr=SENDER,
                dest_addr_ton=consts.SMPP_TON_INTL,
                dest_addr_npi=consts.SMPP_NPI_ISDN,
                destination_addr=to,
                short_message=part,
                data_coding=coding,
                esm_class=esm_class,
                registered_delivery=1,
            )
        return len(parts)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """What the simulator's journal says since this client came."""
        return [line for line in list(self.stage.journal())[self.n_before :] if line["kind"] == kind]

    def read_until(self, is_enough: Callable[[], bool]) -> None:
        """Read PDU after PDU; smpplib acknowledges what came. A silence of ten seconds ends it with an error."""
        while not is_enough():
            self.client.read_once(auto_send_enquire_link=False)


def connected(stage: Stage) -> Client:
    client = Client("127.0.0.1", stage.smpp_port, timeout=10, allow_unknown_opt_params=True)
    client.connect()
    return client


@pytest.fixture
def peer(stage: Stage) -> Iterator[Peer]:
    client = connected(stage)
    made = Peer(client, stage, len(list(stage.journal())))
    # A refusal is shown to both handlers.
    client.set_message_sent_handler(lambda pdu: None if pdu.is_error() else made.sent.append(pdu))
    client.set_message_received_handler(lambda pdu: made.got.append(pdu))
    client.set_error_pdu_handler(lambda pdu: made.refused.append(pdu))
    client.bind_transceiver(system_id="heliogram", password="secret")
    yield made
    if client._socket is not None:
        client.disconnect()


@pytest.mark.parametrize(("text", "coding"), [("Hello @ £5", 0), (PLAIN, 0), (ODD, 8)], ids=["one", "gsm-7", "ucs-2"])
def test_its_texts_arrive_whole_and_their_receipts_come_back(stage: Stage, peer: Peer, text: str, coding: int) -> None:
    n = peer.submit(text)
    assert (n > 1) == (text != "Hello @ £5")
    peer.read_until(lambda: len(peer.sent) == len(peer.got) == n)
    taken = peer.lines("submit")
    assert [line["id"].encode() for line in taken] == [pdu.message_id for pdu in peer.sent]
    assert "".join(line["text"] for line in taken) == text
    assert {line["data_coding"] for line in taken} == {coding}
    assert [(line.get("part", 1), line.get("parts", 1)) for line in taken] == [(each, n) for each in range(1, n + 1)]
    shown = control(stage, "GET", f"/phones/+{PHONE}")["messages"][-1]
    assert (shown["text"], shown["from"]) == (text, f"+{SENDER}")
    for pdu, line in zip(peer.got, taken, strict=True):
        assert pdu.esm_class == 0x04
        assert (pdu.receipted_message_id, pdu.message_state) == (line["id"].encode(), 2)
        said = dict(re.findall(rb"(id|stat|err|dlvrd):(\S+)", pdu.short_message))
        assert said == {b"id": line["id"].encode(), b"stat": b"DELIVRD", b"err": b"000", b"dlvrd": b"001"}
        assert (pdu.source_addr, pdu.destination_addr) == (PHONE.encode(), SENDER.encode())
    acknowledged = wait_until("all are acknowledged", lambda: _all(peer.lines("acknowledged"), n), within_s=10)
    assert [line["id"] for line in acknowledged] == [line["id"] for line in taken]


def _all(found: list[dict[str, Any]], n: int) -> list[dict[str, Any]] | None:
    return found if len(found) == n else None


def test_what_a_phone_writes_reaches_it(stage: Stage, peer: Peer) -> None:
    for n, (text, coding) in enumerate([("STOP", 0), ("Ну хорошо 🎉", 8)], 1):
        control(stage, "POST", f"/phones/+{PHONE}/reply", {"to": f"+{SENDER}", "text": text})
        peer.read_until(lambda n=n: len(peer.got) == n)
        pdu = peer.got[-1]
        octets = text.encode("ascii") if coding == 0 else text.encode("utf-16-be")
        assert (pdu.short_message, pdu.data_coding, pdu.esm_class) == (octets, coding, 0)
        assert (pdu.source_addr, pdu.destination_addr) == (PHONE.encode(), SENDER.encode())


def test_a_reply_too_long_for_a_short_message_reaches_it_as_a_payload(stage: Stage, peer: Peer) -> None:
    control(stage, "POST", f"/phones/+{PHONE}/reply", {"to": f"+{SENDER}", "text": "ж" * 500})
    peer.read_until(lambda: len(peer.got) == 1)
    assert peer.got[0].message_payload.decode("utf-16-be") == "ж" * 500


def test_its_questions_about_the_link_are_answered_and_its_goodbye_too(stage: Stage, peer: Peer) -> None:
    asked = smpp.make_pdu("enquire_link", client=peer.client)
    peer.client.send_pdu(asked)
    answered = peer.client.read_pdu()
    assert (answered.command, answered.sequence, answered.status) == ("enquire_link_resp", asked.sequence, 0)
    goodbye = peer.client.unbind()
    assert (goodbye.command, goodbye.status) == ("unbind_resp", 0)
    peer.client.disconnect()
    # It may come again.
    again = connected(stage)
    assert again.bind_transceiver(system_id="heliogram", password="secret").system_id == b"SIMULATOR"
    again.disconnect()


@pytest.mark.parametrize(
    ("system_id", "password", "code"),
    [("heliogram", "guess", consts.SMPP_ESME_RINVPASWD), ("nobody", "secret", consts.SMPP_ESME_RINVSYSID)],
)
def test_it_reads_why_it_is_not_let_in(stage: Stage, system_id: str, password: str, code: int) -> None:
    client = connected(stage)
    with pytest.raises(exceptions.PDUError) as refused:
        client.bind_transceiver(system_id=system_id, password=password)
    assert refused.value.args[1] == code
    client.disconnect()


def test_it_reads_that_it_is_too_fast_and_nothing_was_taken(stage: Stage, peer: Peer) -> None:
    control(stage, "PUT", "/faults", {"refuse_status": consts.SMPP_ESME_RTHROTTLED, "refuse_n": 1})
    peer.submit("too fast")
    peer.submit("in time")
    peer.read_until(lambda: len(peer.refused) == len(peer.sent) == len(peer.got) == 1)
    assert [pdu.status for pdu in peer.refused] == [consts.SMPP_ESME_RTHROTTLED]
    assert [line["text"] for line in peer.lines("submit")] == ["in time"]
