"""How addresses are written: by rules of the account, judged by the simulator's journal."""

from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.protocol import Link, Misconfigured
from heliogram.carriers.smpp_numbering import NPIS, TONS, rule_of
from heliogram.carriers.smpp_settings import settings_of
from heliogram.model.event import News, Piece, ReceiptHeard
from heliogram.model.parcel import Accepted
from heliogram.model.sender import SenderKind
from tests.simulator.clients import scene_in

from .bound import OWN, carrying
from .sides import NUMBER, sms_parcel, until

SENDERS = {
    SenderKind.LONG_CODE: "+13125550100",
    SenderKind.TOLL_FREE: "+18885550100",
    SenderKind.SHORT_CODE: "72345",
    SenderKind.ALPHANUMERIC: "Northgate",
}
USUAL = {
    SenderKind.LONG_CODE: [1, 1],
    SenderKind.TOLL_FREE: [1, 1],
    SenderKind.SHORT_CODE: [3, 0],
    SenderKind.ALPHANUMERIC: [5, 0],
}


@pytest.mark.parametrize("written", [f"{ton}/{npi}" for ton in TONS for npi in sorted(NPIS)])
def test_every_value_of_the_specification_is_a_rule(written: str) -> None:
    ton, npi = rule_of(f" {written} ")
    assert f"{ton}/{npi}" == written


@pytest.mark.parametrize("written", ["", "1", "1/", "/1", "7/0", "1/2", "1/19", "1/1/1", "-1/0", "a/b", "١/١"])
def test_what_is_no_rule_is_a_sentence(written: str) -> None:
    with pytest.raises(Misconfigured, match="as 3/0") as complaint:
        settings_of(OWN | {"ton_npi_short_code": written}, "secret")
    assert str(complaint.value).endswith(".")


@pytest.mark.parametrize("changed", [None, *SenderKind])
async def test_the_carrier_gets_each_kind_of_sender_as_the_account_has_it(
    tmp_path: Path, changed: SenderKind | None
) -> None:
    settings: dict[str, Any] = {"system_id": "heliogram"}
    wanted = {kind: [*rule, 1, 1] for kind, rule in USUAL.items()}
    if changed is not None:
        settings |= {f"ton_npi_{changed.value}": "2/8"}
        wanted[changed] = [2, 8, 1, 1]
    async with scene_in(tmp_path) as scene, carrying(scene.port, **settings) as carrier:
        await until(lambda: carrier.health().link is Link.UP)
        for kind, sender in SENDERS.items():
            assert isinstance(await carrier.send(sms_parcel(sender_kind=kind, sender=sender)), Accepted)
        lines = scene.journaled("submit")
    assert [each["ton_npi"] for each in lines] == [wanted[kind] for kind in SENDERS]
    assert [each["from"].lstrip("+") for each in lines] == [sender.lstrip("+") for sender in SENDERS.values()]


async def test_recipients_are_written_as_the_account_has_it(tmp_path: Path) -> None:
    async with (
        scene_in(tmp_path) as scene,
        carrying(scene.port, system_id="heliogram", ton_npi_recipient="0/1") as carrier,
    ):
        await until(lambda: carrier.health().link is Link.UP)
        await carrier.send(sms_parcel())
        (line,) = scene.journaled("submit")
    assert (line["ton_npi"], line["to"]) == ([1, 1, 0, 1], NUMBER)


async def test_a_message_is_asked_about_and_taken_back_under_the_address_it_was_submitted_with(
    tmp_path: Path,
) -> None:
    async with (
        scene_in(tmp_path, delivery_delay_s=60) as scene,
        carrying(scene.port, system_id="heliogram", ton_npi_short_code="6/0") as carrier,
    ):
        await until(lambda: carrier.health().link is Link.UP)
        outcome = await carrier.send(sms_parcel(sender_kind=SenderKind.SHORT_CODE, sender="72345"))
        assert isinstance(outcome, Accepted)
        piece = Piece(
            carrier_id=outcome.carrier_ids[0], sender_kind=SenderKind.SHORT_CODE, sender="72345", to_e164=NUMBER
        )
        found = [await carrier.ask(piece), await carrier.cancel(piece)]
    assert [each.news for each in found if isinstance(each, ReceiptHeard)] == [News.EN_ROUTE, News.DELETED]
