import pytest
from msgspec.structs import replace

from heliogram.model.group import Purpose
from heliogram.model.message import Content, State
from heliogram.model.queue import LaneState, Queued, Stop
from tests.world import NOON

MESSAGE = Queued(
    id="m",
    number=1,
    workspace_id="w",
    lane_id="c-menu",
    group_id="offers",
    campaign_id="menu",
    phone_e164="+13125550142",
    country="US",
    network=None,
    is_landline=False,
    purpose=Purpose.MARKETING,
    content=Content.MMS,
    body="Hello",
    media_id="picture",
    due_at=None,
    expires_at=None,
)


def test_a_message_that_was_never_tried_has_burned_nothing_and_is_forced_to_nothing() -> None:
    assert (MESSAGE.n_burned, MESSAGE.forced_reason) == (0, None)


def test_a_claimed_message_cannot_change_under_a_step_only_be_replaced() -> None:
    with pytest.raises(AttributeError):
        MESSAGE.body = "Other"  # type: ignore[misc]
    assert replace(MESSAGE, n_burned=1) != MESSAGE


def test_a_stop_has_no_end_unless_it_is_a_wait() -> None:
    skipped = Stop(message=MESSAGE, state=State.SKIPPED, reason="opted_out")
    held = Stop(message=MESSAGE, state=State.HELD, reason="not_due", until=NOON)
    assert (skipped.until, held.until) == (None, NOON)


def test_a_lane_is_open_paused_or_canceled() -> None:
    assert {each.value for each in LaneState} == {"open", "paused", "canceled"}
