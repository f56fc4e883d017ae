import pytest

from heliogram.carriers.mm7 import Mm7Carrier
from heliogram.carriers.protocol import Misconfigured
from tests.world import Clock, Ids

from .kit import CALLBACK
from .test_mm7 import settings_for


def configured(settings: dict[str, object], password: str = "secret") -> Mm7Carrier:
    return Mm7Carrier.configured(settings, password, callback_url=CALLBACK, new_id=Ids().new_id, now=Clock().now)


def test_settings_that_cannot_work_are_complained_about_in_a_sentence() -> None:
    for settings in (
        {},
        {"url": "ftp://gateway"},
        {"url": "http://gateway", "color": "red"},
        {"url": "http://me:secret@gateway"},
        {"url": "http://gateway", "transfer_encoding": "quoted-printable"},
        {"url": "http://gateway", "namespace": "urn:mm7"},
        {"url": "http://gateway", "auth": "ntlm"},
        {"url": "http://gateway", "username": "u", "callback_auth": "ntlm"},
        {"url": "http://gateway", "callback_auth": "digest"},
        {"url": "http://gateway", "tls_ca": "/ca.pem"},
        {"url": "https://gateway", "tls_ca": "/nowhere/ca.pem"},
        {"url": "https://gateway", "tls_key": "/nowhere/key.pem"},
        {"url": "http://gateway", "window": "8"},
        {"url": "http://gateway", "window": 0},
        {"url": "http://gateway", "window": 1_001},
        {"url": "http://gateway", "timeout_s": 0},
        {"url": "http://gateway", "connect_timeout_s": 0},
        {"url": "http://gateway", "password": "in the wrong place"},
    ):
        with pytest.raises(Misconfigured) as complaint:
            configured(settings)
        assert str(complaint.value).endswith(".")


async def test_an_account_is_made_from_its_stored_settings() -> None:
    stored = {
        "url": "http://gateway.example:8080/mm7",
        "username": "helio",
        "vaspid": "v",
        "vasid": "a",
        "window": 8,
    }
    carrier = configured(stored)
    assert carrier.capabilities.window == 8
    assert (carrier.capabilities.sms, carrier.capabilities.mms, carrier.capabilities.idempotent) == (False, True, False)
    assert carrier.health().detail == "Trying gateway.example:8080."
    assert "secret" not in repr(settings_for())


def test_a_digest_without_a_password_proves_nothing() -> None:
    with pytest.raises(Misconfigured, match="only with a user name and a password"):
        configured({"url": "http://gateway", "username": "helio", "callback_auth": "digest"}, "")


def test_who_asks_for_digest_has_somebody_at_the_door_and_nobody_else_has() -> None:
    for way, doorkeeper in (("digest", None), ("basic", object())):
        with pytest.raises(ValueError, match="doorkeeper"):
            Mm7Carrier(settings_for(callback_auth=way), doorkeeper)  # type: ignore[arg-type]
