from typing import Any

import pytest

from heliogram.model.sender import Approval, Sender, SenderKind

LONG, CODE = SenderKind.LONG_CODE, SenderKind.SHORT_CODE


def _sender(kind: SenderKind = LONG, **changes: Any) -> Sender:
    """One that has all it takes to send a picture, but for a short code's approvals."""
    given: dict[str, Any] = {
        "id": "s",
        "address": "+13125550100",
        "countries": ("US",),
        "mms_enabled": True,
        "sms_account_id": "smsc",
        "mms_account_id": "mmsc",
    }
    return Sender(kind=kind, **given | changes)


@pytest.mark.parametrize("kind", [LONG, SenderKind.TOLL_FREE])
@pytest.mark.parametrize("country", ["US", "CA"])
def test_an_enabled_number_of_the_us_or_canada_can_send_pictures_on_every_network(
    kind: SenderKind, country: str
) -> None:
    sender = _sender(kind, countries=(country,))
    assert sender.can_mms()
    assert sender.can_mms_on("T-Mobile") and sender.can_mms_on(None)


@pytest.mark.parametrize(
    "lacking",
    [{"mms_enabled": False}, {"mms_account_id": None}, {"countries": ("GB",)}, {"countries": ()}],
    ids=["not enabled", "no account for pictures", "at home elsewhere", "at home nowhere"],
)
@pytest.mark.parametrize("kind", list(SenderKind))
def test_a_sender_that_lacks_something_can_send_no_picture(kind: SenderKind, lacking: dict[str, Any]) -> None:
    sender = _sender(kind, approvals={"Verizon": Approval.APPROVED}, **lacking)
    assert not sender.can_mms()
    assert not sender.can_mms_on("Verizon")


def test_a_name_can_never_send_a_picture() -> None:
    sender = _sender(SenderKind.ALPHANUMERIC, address="Northgate", approvals={"Verizon": Approval.APPROVED})
    assert not sender.can_mms()
    assert not sender.can_mms_on("Verizon")


@pytest.mark.parametrize(
    "approvals",
    [{}, {"Verizon": Approval.PENDING}, {"Verizon": Approval.REJECTED, "AT&T": Approval.PENDING}],
    ids=["nobody asked", "pending", "rejected"],
)
def test_a_short_code_that_no_network_has_approved_can_send_no_picture(approvals: dict[str, Approval]) -> None:
    assert not _sender(CODE, approvals=approvals).can_mms()


def test_a_short_code_sends_pictures_only_on_the_networks_that_approved_it() -> None:
    words = {"Verizon": Approval.APPROVED, "AT&T": Approval.PENDING, "T-Mobile": Approval.REJECTED}
    code = _sender(CODE, approvals=words)
    assert code.can_mms()
    assert [code.can_mms_on(network) for network in (*words, "US Cellular")] == [True, False, False, False]


def test_on_an_unknown_network_a_short_code_needs_everyones_approval() -> None:
    some = _sender(CODE, approvals={"Verizon": Approval.APPROVED, "AT&T": Approval.PENDING})
    everyone = _sender(CODE, approvals={"Verizon": Approval.APPROVED, "AT&T": Approval.APPROVED})
    assert not some.can_mms_on(None)
    assert everyone.can_mms_on(None)


def test_a_short_code_that_nobody_approved_sends_no_picture_on_an_unknown_network() -> None:
    assert not _sender(CODE).can_mms_on(None)


def test_a_long_code_needs_no_approval() -> None:
    assert _sender(approvals={"Verizon": Approval.REJECTED}).can_mms_on("Verizon")


@pytest.mark.parametrize(
    ("said", "can"),
    [
        ("T-Mobile", True),
        ("T-Mobile USA, Inc.", True),
        ("t mobile", True),
        ("AT&T Mobility", False),
        ("Cellco Partnership", False),
        ("", False),
    ],
)
def test_a_network_is_known_by_how_its_name_begins_as_carriers_write_it(said: str, can: bool) -> None:
    words = {"T-Mobile": Approval.APPROVED, "AT&T": Approval.PENDING, "&": Approval.APPROVED}
    assert _sender(CODE, approvals=words).can_mms_on(said) is can


def test_the_longest_name_that_a_network_begins_with_is_its_own() -> None:
    code = _sender(CODE, approvals={"US": Approval.APPROVED, "US Cellular": Approval.REJECTED})
    assert not code.can_mms_on("US Cellular Corp.")
    assert code.can_mms_on("US Mobile")
