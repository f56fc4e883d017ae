import re

import pytest

from heliogram.audience.phones import parse_phone
from heliogram.compose.liquid import compile_text
from heliogram.compose.written import fit_text
from heliogram.demo.business import ACCOUNTS, APPROVALS, DRAFTS, EVIDENCE, GROUPS, SENDERS
from heliogram.media.limits import MMS_TEXT_LIMIT
from heliogram.media.sample import samples
from heliogram.model.group import Purpose
from heliogram.model.sender import Approval, SenderKind
from heliogram.model.text import TextRules

GROUP_IDS = {group["id"] for group, _senders in GROUPS}


def test_the_five_senders_are_the_kinds_a_shop_meets() -> None:
    assert [(sender["kind"], sender["countries"]) for sender in SENDERS] == [
        ("short_code", ["US"]),
        ("long_code", ["US", "CA"]),
        ("toll_free", ["US", "CA"]),
        ("long_code", ["GB"]),
        ("alphanumeric", ["DE", "FR"]),
    ]
    assert {sender["kind"] for sender in SENDERS} == set(SenderKind)
    assert {account["carrier"] for account in ACCOUNTS} == {"smpp", "mm7"}


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender["id"])
def test_a_sender_can_do_what_its_kind_can(sender: dict[str, object]) -> None:
    address = str(sender["address"])
    if sender["kind"] in ("long_code", "toll_free"):
        assert parse_phone(address, "US").e164 == address
    assert sender["mms_enabled"] == (sender["mms_account_id"] is not None)
    assert not (sender["kind"] in ("short_code", "alphanumeric") and sender["may_go_abroad"])


def test_one_network_has_not_approved_the_short_code_yet_so_that_the_fallback_can_be_seen() -> None:
    assert set(APPROVALS.values()) == {Approval.APPROVED, Approval.PENDING}


def test_three_groups_each_for_one_kind_of_messaging_share_the_senders() -> None:
    assert [group["purpose"] for group, _senders in GROUPS] == [
        Purpose.MARKETING,
        Purpose.REMINDER,
        Purpose.TRANSACTIONAL,
    ]
    used = {sender_id for _group, sender_ids in GROUPS for sender_id in sender_ids}
    assert used == {sender["id"] for sender in SENDERS}
    assert set(EVIDENCE) == GROUP_IDS
    for group, _senders in GROUPS:
        assert "STOP" in group["help_text"] and len(group["help_text"]) <= 160


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft[0])
def test_a_draft_has_a_text_that_may_go_out_and_a_picture_of_the_library(draft: tuple[str, str, str, str]) -> None:
    _name, group_id, body, filename = draft
    person = {"first_name": "Maximiliane", "favorite": "dark chocolate"}
    text = compile_text(body).render(person)
    assert text.startswith("Hi Maximiliane, ") and "{" not in text
    assert compile_text(body).render({}).startswith("Hi there, ")
    assert not fit_text(text, "http://127.0.0.1:8025/p/xxxxxxxxxx", TextRules()).is_too_long
    assert len(text) <= MMS_TEXT_LIMIT
    purpose = next(group["purpose"] for group, _senders in GROUPS if group["id"] == group_id)
    assert (purpose != "marketing") or re.search(r"\bSTOP\b", body)
    assert filename in {sample.filename for sample in samples()}


def test_every_picture_of_the_library_is_in_a_draft() -> None:
    assert {draft[3] for draft in DRAFTS} == {sample.filename for sample in samples()}
