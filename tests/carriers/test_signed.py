import base64

import msgspec
import pytest

from heliogram.carriers.protocol import CallbackRefused
from heliogram.carriers.signed import (
    MAX_CALL_OCTETS,
    MAX_NETWORK,
    MAX_URL,
    N_LINKS,
    bounded,
    form_of,
    is_key,
    json_of,
    keyed,
    keyed_or_refused,
    links_of,
    mac,
    matches,
    network_of,
    number_of,
    signed_or_refused,
    told,
)
from heliogram.model.event import Answer, News, ReceiptHeard

from .kit import call

RECEIPT = ReceiptHeard(carrier_id="a", news=News.DELIVERED)


class Shape(msgspec.Struct):
    id: str


def test_a_call_is_bounded() -> None:
    body = b"x" * MAX_CALL_OCTETS
    assert bounded(call(body, {})) == body
    with pytest.raises(CallbackRefused) as refused:
        bounded(call(body + b"x", {}))
    assert (refused.value.status, str(refused.value)) == (413, "A call has at most 262,144 bytes.")


def test_nothing_but_a_post_is_read() -> None:
    with pytest.raises(CallbackRefused) as refused:
        bounded(call(b"", {}, method="GET"))
    assert refused.value.status == 405


@pytest.mark.parametrize(("is_genuine", "is_signed", "status"), [(False, False, 401), (False, True, 403)])
def test_a_stranger_hears_what_is_missing(is_genuine: bool, is_signed: bool, status: int) -> None:
    with pytest.raises(CallbackRefused, match="X-Signature") as refused:
        signed_or_refused(is_genuine, is_signed=is_signed, where="X-Signature")
    assert refused.value.status == status


def test_a_genuine_call_passes() -> None:
    signed_or_refused(True, is_signed=True, where="X-Signature")
    assert matches("é", "é") and not matches("", "x")


@pytest.mark.parametrize(
    ("key", "is_one"),
    [("1234567", False), ("12345678", True), ("aZ-._~09", True), ("1234567&", False), ("1234567é", False)],
)
def test_a_key_of_an_address_needs_no_quoting_and_is_long_enough(key: str, is_one: bool) -> None:
    assert is_key(key) is is_one


def test_who_calls_the_address_that_was_made_has_its_key() -> None:
    url, _, query = keyed("https://sms.example.com/carriers/a1", "a-key-~._").partition("?")
    assert url == "https://sms.example.com/carriers/a1"
    keyed_or_refused(call(b"", {}, query=query), "a-key-~._")
    with pytest.raises(CallbackRefused, match="no key in the address") as refused:
        keyed_or_refused(call(b"", {}), "a-key-~._")
    assert refused.value.status == 401


def test_a_mac_is_that_of_rfc_4231() -> None:
    # RFC 4231, test case 2.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert base64.b64decode(mac("Jefe", b"what do ya want for nothing?")).hex() == expected


def test_a_form_keeps_empty_fields_and_their_order() -> None:
    assert form_of(b"b=1&a=&b=%C3%A9+x") == [("b", "1"), ("a", ""), ("b", "é x")]


@pytest.mark.parametrize("body", [b"\xff=1", b"a=%ff", b"a=1&" * 1_500])
def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(CallbackRefused) as refused:
        form_of(body)
    assert refused.value.status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": 1}', b"{}", b"[" * 200_000, b'{"id": "\xff"}'])
def test_json_that_is_not_what_the_carrier_sends_is_refused(body: bytes) -> None:
    with pytest.raises(CallbackRefused) as refused:
        json_of(body, Shape)
    assert refused.value.status == 400 and str(refused.value).endswith(".")
    assert json_of(b'{"id": "x", "more": 1}', Shape) == Shape(id="x")


def test_thanks_are_for_what_is_stored() -> None:
    heard = told((RECEIPT,))
    assert (heard.events, heard.stored.status, heard.not_stored.status) == ((RECEIPT,), 200, 503)
    assert told((), Answer(status=204, headers={}, body=b"")).stored.status == 204


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+13125550142", "+13125550142"),
        ("13125550142", "+13125550142"),
        ("+1 (312) 555-0142", "+13125550142"),
        ("72345", ""),
        ("1234567", ""),
        ("12345678", "+12345678"),
        ("0312555014", ""),
        ("123456789012345", "+123456789012345"),
        ("1234567890123456", ""),
        ("Northgate", ""),
        ("", ""),
        ("whatsapp:+13125550142", ""),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, number: str) -> None:
    assert number_of(text) == number


def test_the_media_of_a_message_are_bounded_in_number_and_length() -> None:
    assert len(links_of([("https://a.test/x", "")] * N_LINKS)) == N_LINKS
    assert len(links_of([("https://a.test/x", "")] * (N_LINKS + 1))) == N_LINKS
    longest = "https://a.test/".ljust(MAX_URL, "x")
    assert [each.url for each in links_of([(longest, None), (longest + "x", None), (None, "image/png")])] == [longest]
    assert links_of([("https://a.test/\n", ""), ("", "image/png")]) == ()


@pytest.mark.parametrize(
    ("url", "content_type"),
    [("https://a.test/1.smil", ""), ("https://a.test/1.SMIL?x=y", ""), ("https://a.test/1", "Application/SMIL; a=b")],
)
def test_the_presentation_is_no_medium(url: str, content_type: str) -> None:
    assert links_of([(url, content_type)]) == ()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (" T-Mobile ", "T-Mobile"),
        ("n" * MAX_NETWORK, "n" * MAX_NETWORK),
        ("n" * (MAX_NETWORK + 1), "n" * MAX_NETWORK),
        ("a\nb", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_networks_name_is_bounded_and_can_be_read(name: str | None, kept: str) -> None:
    assert network_of(name) == kept
