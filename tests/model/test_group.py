from typing import Any

import pytest

from heliogram.model.group import Fallbacks, Group, Purpose
from heliogram.model.sender import Approval, Sender, SenderKind


def _sender(kind: SenderKind, **changes: Any) -> Sender:
    given: dict[str, Any] = {"id": kind.value, "address": "62449", "countries": ("US",), "mms_enabled": True}
    return Sender(kind=kind, **given | {"sms_account_id": "smsc", "mms_account_id": "mmsc"} | changes)


PLAIN = _sender(SenderKind.LONG_CODE, mms_enabled=False)
ENABLED = _sender(SenderKind.LONG_CODE)
NAME = _sender(SenderKind.ALPHANUMERIC)
UNAPPROVED = _sender(SenderKind.SHORT_CODE, approvals={"Verizon": Approval.PENDING})
APPROVED = _sender(SenderKind.SHORT_CODE, approvals={"Verizon": Approval.APPROVED, "AT&T": Approval.PENDING})


def _group(*senders: Sender) -> Group:
    return Group(
        id="g",
        workspace_id="w",
        name="Offers",
        purpose=Purpose.MARKETING,
        senders=senders,
        fallbacks=Fallbacks(),
    )


@pytest.mark.parametrize("one", [ENABLED, APPROVED], ids=lambda sender: sender.id)
def test_a_group_can_send_pictures_when_one_of_its_senders_can(one: Sender) -> None:
    assert _group(one).has_mms()
    assert _group(NAME, PLAIN, UNAPPROVED, one).has_mms()


def test_a_group_none_of_whose_senders_can_send_pictures_cannot() -> None:
    assert not _group().has_mms()
    assert not _group(NAME, PLAIN, UNAPPROVED).has_mms()


def test_a_group_gains_pictures_with_a_short_codes_first_approval_and_not_before() -> None:
    assert [_group(PLAIN, code).has_mms() for code in (UNAPPROVED, APPROVED)] == [False, True]


def test_a_new_group_sends_a_link_for_what_may_yet_work_and_not_where_no_sender_could_ever_send_the_picture() -> None:
    assert Fallbacks() == Fallbacks(carrier_not_approved=True, sender_cannot_mms=False, media_not_taken=True)
