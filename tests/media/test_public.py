import base64
from datetime import UTC, datetime, timedelta

import pytest

from heliogram.media.public import Offered, PublicMedia, public_media
from heliogram.model.parcel import MediaPart
from tests.world import NOON, Clock

SHA256 = "ab" * 32
PART = MediaPart(content_type="image/jpeg", octets=b"", sha256=SHA256, filename="picture.jpg")
OFFERED = Offered(sha256=SHA256, content_type="image/jpeg")
LAST_MOMENT = datetime(2026, 3, 5, tzinfo=UTC)
"""The end of the second day after the one of NOON."""


def addresses(clock: Clock | None = None, secret: bytes = b"k" * 44) -> PublicMedia:
    return public_media("https://sms.example.com", secret, (clock or Clock()).now)


def token_of(url: str) -> str:
    return url.split("/")[-2]


def test_an_address_stands_for_the_octets_and_their_type() -> None:
    url = addresses().url_of(PART)
    assert url.startswith("https://sms.example.com/m/") and url.endswith("/picture.jpg")
    assert addresses().read(token_of(url)) == OFFERED
    assert SHA256 not in url


def test_everybody_gets_the_same_address_for_a_day_and_another_on_the_next() -> None:
    clock = Clock(datetime(2026, 3, 2, tzinfo=UTC))
    urls = addresses(clock)
    first = urls.url_of(PART)
    clock.move(seconds=86_399)
    assert urls.url_of(PART) == first
    clock.move(seconds=1)
    assert urls.url_of(PART) != first
    assert urls.read(token_of(first)) == OFFERED


def test_an_address_ends_two_days_after_its_own() -> None:
    clock = Clock()
    token = token_of(addresses(clock).url_of(PART))
    clock.move(seconds=(LAST_MOMENT - NOON - timedelta(seconds=1)).total_seconds())
    assert addresses(clock).read(token) == OFFERED
    clock.move(seconds=1)
    assert addresses(clock).read(token) is None


def test_another_servers_address_is_not_ours() -> None:
    token = token_of(addresses(secret=b"other" * 8).url_of(PART))
    assert addresses().read(token) is None


def test_no_bit_of_an_address_can_be_changed() -> None:
    token = token_of(addresses().url_of(PART))
    octets = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    assert addresses().read(base64.urlsafe_b64encode(octets).decode().rstrip("=")) == OFFERED
    for at in range(len(octets)):
        octets[at] ^= 1
        assert addresses().read(base64.urlsafe_b64encode(octets).decode().rstrip("=")) is None
        octets[at] ^= 1


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 100, "A" * 5_000, "../..", "AAAA=AAA", "\udcff"])
def test_what_is_no_token_offers_nothing(token: str) -> None:
    assert addresses().read(token) is None
