from typing import Any

import pytest

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.protocol import Misconfigured
from heliogram.carriers.registry import CARRIERS, AccountSettings, UnknownCarrier, carrier_for, carries, cut_for
from heliogram.carriers.smpp import SmppCarrier
from heliogram.model.cut import PLAIN, Cut
from tests.world import Clock, Ids

from .kit import account as secret_account
from .sides import WEB_CARRIERS


def account(**settings: Any) -> AccountSettings:
    return AccountSettings(
        settings=settings,
        secret="secret",
        callback_url="",
        media_url=lambda _part: "",
        new_id=Ids().new_id,
        now=Clock().now,
    )


async def test_an_account_gets_the_carrier_of_its_kind() -> None:
    smpp = carrier_for("smpp", account(host="127.0.0.1", port=2775, system_id="helio"))
    mm7 = carrier_for("mm7", account(url="http://127.0.0.1:9/mm7"))
    assert (type(smpp), type(mm7)) == (SmppCarrier, Mm7Carrier)
    for carrier in (smpp, mm7):
        await carrier.close()


def test_a_kind_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(
        UnknownCarrier,
        match="no carrier 'fax'; "
        "there are bandwidth, infobip, mm7, plivo, sinch, smpp, telnyx, twilio, vonage, webhook",
    ):
        carrier_for("fax", account())


@pytest.mark.parametrize("kind", sorted(CARRIERS))
@pytest.mark.parametrize("settings", [{}, {"colour": "red"}])
def test_settings_that_cannot_work_are_complained_about_before_anything_is_sent(
    kind: str, settings: dict[str, Any]
) -> None:
    with pytest.raises(Misconfigured) as complaint:
        carrier_for(kind, account(**settings))
    assert str(complaint.value).endswith(".")
    assert "secret" not in str(complaint.value)


@pytest.mark.parametrize("kind", sorted(CARRIERS))
def test_how_texts_are_cut_is_known_without_opening_the_account(kind: str) -> None:
    settings = {"host": "127.0.0.1", "port": 2775, "system_id": "helio", "long_texts": "udh16"}
    assert cut_for(kind, settings) == (Cut(is_wide=True) if kind == "smpp" else PLAIN)


@pytest.mark.parametrize("kind", CARRIERS)
def test_what_a_kind_carries_is_what_its_carriers_can(kind: str) -> None:
    settings = {"smpp": {"host": "h", "port": 1, "system_id": "a"}, "mm7": {"url": "http://h/mm7", "vaspid": "v"}}
    own = settings.get(kind) or {"url": "http://127.0.0.1:9", **WEB_CARRIERS[kind][0]}
    secret = "secret" if kind in settings else "secret-12345:and-more:and-a-key"
    can = CARRIERS[kind](secret_account(secret, own)).capabilities
    assert (carries(kind, "sms"), carries(kind, "mms")) == (can.sms, can.mms)
