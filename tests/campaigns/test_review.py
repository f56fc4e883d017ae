from typing import Any

import pytest

from heliogram.campaigns.review import NOBODY, Check, Drafted, Level, review, stops, warnings
from heliogram.compose.errors import TemplateRefused
from heliogram.compose.liquid import compile_text
from heliogram.media.limits import weigh
from heliogram.model.group import Fallbacks, Group, Purpose
from heliogram.model.message import Content
from heliogram.model.sender import Approval, Sender, SenderKind

US = Sender(
    id="us",
    kind=SenderKind.LONG_CODE,
    address="+13125550100",
    countries=("US", "CA"),
    mms_enabled=True,
    sms_account_id="smsc",
    mms_account_id="mmsc",
)
UK = Sender(id="uk", kind=SenderKind.LONG_CODE, address="+447700900100", countries=("GB",), sms_account_id="smsc")
NAME = Sender(
    id="name",
    kind=SenderKind.ALPHANUMERIC,
    address="NORTHGATE",
    countries=("DE",),
    mms_enabled=True,
    sms_account_id="smsc",
    mms_account_id="mmsc",
)
BODY = "Soup of the day. Reply STOP to opt out"


def _group(*senders: Sender, purpose: Purpose = Purpose.MARKETING) -> Group:
    return Group(id="offers", workspace_id="w", name="Offers", purpose=purpose, senders=senders, fallbacks=Fallbacks())


def _drafted(**changes: Any) -> Drafted:
    values: dict[str, Any] = {
        "group": _group(US),
        "content": Content.MMS,
        "body": BODY,
        "mistake": "",
        "has_media": True,
        "n_audience": 10,
        "n_counted": 10,
        "n_going": 10,
        "skipped": {},
        "most_segments": 1,
        "weight": weigh([300_000], BODY),
    }
    return Drafted(**values | changes)


def _check(id: str, **changes: Any) -> Check:
    return next(check for check in review(_drafted(**changes)) if check.id == id)


def test_a_draft_in_order_passes_every_check() -> None:
    checks = review(_drafted())
    assert [check.id for check in checks] == ["text", "picture", "group", "audience", "opt_out"]
    assert {check.level for check in checks} == {Level.PASS}
    assert (stops(checks), warnings(checks)) == ((), ())


# ── what stands in the way ──


def _short_code(*approvals: Approval) -> Sender:
    return Sender(
        id="sc",
        kind=SenderKind.SHORT_CODE,
        address="72975",
        countries=("US",),
        mms_enabled=True,
        sms_account_id="smsc",
        mms_account_id="mmsc",
        approvals=dict(zip(("AT&T", "Verizon"), approvals, strict=False)),
    )


@pytest.mark.parametrize(
    ("changes", "id", "title"),
    [
        ({"group": _group()}, "group", "The group has no senders"),
        ({"group": _group(UK)}, "group", "The group cannot send pictures"),
        ({"group": _group(NAME)}, "group", "The group cannot send pictures"),
        ({"group": _group(_short_code(Approval.PENDING))}, "group", "The group cannot send pictures"),
        ({"body": "  \n"}, "text", "The text is empty"),
        ({"mistake": "Line 1: x"}, "text", "The text has a mistake"),
        ({"has_media": False, "weight": None}, "picture", "There is no picture yet"),
        ({"n_audience": 0, "n_counted": 0, "n_going": 0}, "audience", "Nobody is in the audience"),
        ({"n_going": 0, "skipped": {"no_consent": 10}}, NOBODY, "Nobody would get this message"),
    ],
)
def test_a_launch_is_stopped(changes: dict[str, Any], id: str, title: str) -> None:
    check = _check(id, **changes)
    assert (check.level, check.title) == (Level.STOP, title)
    assert check in stops(review(_drafted(**changes)))
    assert check.detail


def test_a_group_with_one_sender_able_to_send_pictures_carries_the_mms_tag() -> None:
    for senders in ((UK, US), (_short_code(Approval.PENDING, Approval.APPROVED),)):
        check = _check("group", group=_group(*senders))
        assert (check.level, check.title) == (Level.PASS, "“Offers” can send picture messages")


def test_text_and_link_is_an_explicit_choice_for_a_group_that_cannot_send_pictures() -> None:
    offered = _check("group", group=_group(UK))
    assert offered.fix is not None
    assert (offered.fix.label, offered.fix.action) == ("Send text + link", "content:text_link")
    checks = review(_drafted(group=_group(UK), content=Content.TEXT_LINK, weight=None))
    assert stops(checks) == ()
    assert {check.id: check.title for check in checks}["group"] == "“Offers” can send texts"
    assert {check.id: check.detail for check in checks}["picture"] == "It goes out as a link."


def test_a_picture_message_without_its_picture_may_become_a_text() -> None:
    fix = _check("picture", has_media=False).fix
    assert fix is not None and fix.action == "content:text"
    assert not any(check.id == "picture" for check in review(_drafted(content=Content.TEXT, has_media=False)))


@pytest.mark.parametrize("source", ["Hi {{ first_name", "{% if x %}", "{{ first_name | shout }}"])
def test_a_text_with_broken_liquid_stops_the_launch_and_says_where(source: str) -> None:
    with pytest.raises(TemplateRefused) as refused:
        compile_text(source)
    mistake = f"Line {refused.value.line}: {refused.value.sentence}"
    check = _check("text", body=source, mistake=mistake, n_going=0)
    assert (check.level, check.detail) == (Level.STOP, mistake)
    # Nobody can be counted for such a text: that is no reason of its own.
    assert [check.id for check in stops(review(_drafted(body=source, mistake=mistake, n_going=0)))] == ["text"]


# ── size ──


@pytest.mark.parametrize(
    ("media", "body", "level", "title"),
    [
        (4_000_000, "", Level.PASS, "The picture fits"),
        (4_000_001, "", Level.WARNING, "The picture is large"),
        (4_999_000, "x" * 1_000, Level.WARNING, "The picture is large"),
        (4_999_000, "x" * 1_001, Level.STOP, "The message is too large"),
        (5_000_000, "", Level.WARNING, "The picture is large"),
        (5_000_001, "", Level.STOP, "The message is too large"),
    ],
)
def test_the_weight_of_picture_and_text_passes_warns_or_stops_and_shows_both(
    media: int, body: str, level: Level, title: str
) -> None:
    check = _check("picture", weight=weigh([media], body))
    assert (check.level, check.title) == (level, title)
    assert f"ictures {media:,} + text {len(body):,} = {media + len(body):,} octets" in check.detail


# ── what should be read first ──


@pytest.mark.parametrize(
    ("skipped", "title", "detail"),
    [
        ({"no_consent": 1}, "1 person is left out", "1: No consent is on record for this group."),
        (
            {"opted_out": 2, "no_sender_for_country": 3},
            "5 people are left out",
            "3: None of the group's senders may text this country. 2: This person has unsubscribed from this group.",
        ),
    ],
)
def test_people_left_out_are_counted_with_the_reason(skipped: dict[str, int], title: str, detail: str) -> None:
    check = _check("audience", skipped=skipped, n_going=10 - sum(skipped.values()))
    assert (check.level, check.title, check.detail) == (Level.WARNING, title, detail)


def test_when_everyone_is_left_out_the_reasons_stop_the_launch() -> None:
    check = _check(NOBODY, n_going=0, skipped={"no_sender_for_country": 10})
    assert check.detail == "10: None of the group's senders may text this country."


@pytest.mark.parametrize(("n", "warned"), [(1, False), (3, False), (4, True), (10, True)])
def test_a_text_of_many_segments_is_worth_a_word(n: int, warned: bool) -> None:
    found = [check for check in warnings(review(_drafted(most_segments=n))) if check.id == "segments"]
    assert [check.title for check in found] == ([f"Some texts have {n} segments"] if warned else [])


@pytest.mark.parametrize(
    ("body", "level"),
    [
        ("Text STOP to end", Level.PASS),
        ("To opt out write us", Level.PASS),
        ("unsubscribe any time", Level.PASS),
        ("Répondez ARRÊT", Level.PASS),
        ("Soup!", Level.WARNING),
        ("We never stopped cooking", Level.WARNING),
    ],
)
def test_marketing_should_say_how_to_opt_out(body: str, level: Level) -> None:
    check = _check("opt_out", body=body)
    assert check.level is level
    assert (check.fix is not None) == (level is Level.WARNING)


@pytest.mark.parametrize("purpose", [Purpose.REMINDER, Purpose.TRANSACTIONAL])
def test_other_messages_need_not_say_it(purpose: Purpose) -> None:
    checks = review(_drafted(group=_group(US, purpose=purpose), body="Your parcel is here"))
    assert not any(check.id == "opt_out" for check in checks)


def test_a_carrier_that_is_away_is_named_and_stops_nothing() -> None:
    one, two = _check("carrier", carriers_down=("SMSC",)), _check("carrier", carriers_down=("SMSC", "MMSC"))
    assert (one.level, two.level) == (Level.WARNING, Level.WARNING)
    assert one.detail == "“SMSC” is not connected. Messages wait, and go out by themselves when it is back."
    assert two.detail == (
        "“SMSC” and “MMSC” are not connected. Messages wait, and go out by themselves when they are back."
    )


def test_the_text_for_phones_without_pictures_is_looked_at_too() -> None:
    assert _check("fallback", fallback_mistake="Line 1: x").level is Level.STOP
    assert _check("fallback_opt_out", fallback_body="See {{ link }}").level is Level.WARNING
    said = review(_drafted(fallback_body="See {{ link }}. Reply STOP to opt out"))
    assert not any(check.id.startswith("fallback") for check in said)
