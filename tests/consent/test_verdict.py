from datetime import timedelta

import pytest
from msgspec.structs import replace

from heliogram.consent.verdict import may_send
from heliogram.model.consent import Allowed, Denied, Held, Source, Standing, Subscription
from heliogram.model.group import Purpose
from heliogram.model.message import Content
from heliogram.model.queue import Queued
from tests.world import NOON

LATER = NOON + timedelta(hours=1)
EARLIER = NOON - timedelta(hours=1)
SUBSCRIBED = Standing(state=Subscription.SUBSCRIBED, fact_id="yes", at=EARLIER, source=Source.API)
OPTED_OUT = Standing(state=Subscription.UNSUBSCRIBED, fact_id="no", at=EARLIER, source=Source.KEYWORD)
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
    content=Content.TEXT,
    body="Hello",
    media_id=None,
    due_at=None,
    expires_at=None,
)
ASKED_FOR = [Purpose.MARKETING, Purpose.REMINDER, Purpose.TRANSACTIONAL]
REPLY = replace(MESSAGE, purpose=Purpose.REPLY)


@pytest.mark.parametrize("purpose", ASKED_FOR)
def test_a_subscriber_gets_it_and_the_verdict_names_the_fact_that_proves_consent(purpose: Purpose) -> None:
    assert may_send(replace(MESSAGE, purpose=purpose), SUBSCRIBED, NOON) == Allowed(fact_id="yes")


@pytest.mark.parametrize("purpose", ASKED_FOR)
def test_who_opted_out_gets_nothing(purpose: Purpose) -> None:
    assert may_send(replace(MESSAGE, purpose=purpose), OPTED_OUT, NOON) == Denied(reason="opted_out")


@pytest.mark.parametrize("purpose", ASKED_FOR)
def test_a_number_the_group_never_heard_of_gets_nothing(purpose: Purpose) -> None:
    assert may_send(replace(MESSAGE, purpose=purpose), None, NOON) == Denied(reason="no_consent")


def test_the_reply_to_a_keyword_goes_out_after_an_opt_out_and_to_strangers() -> None:
    assert may_send(REPLY, OPTED_OUT, NOON) == Allowed(fact_id="no")
    assert may_send(REPLY, None, NOON) == Allowed(fact_id=None)


def test_the_verdict_changes_with_the_standing_at_the_moment_of_handing_over() -> None:
    verdicts = [may_send(MESSAGE, standing, NOON) for standing in (SUBSCRIBED, OPTED_OUT, SUBSCRIBED)]
    assert [isinstance(each, Allowed) for each in verdicts] == [True, False, True]


def test_what_is_not_due_waits_until_it_is() -> None:
    assert may_send(replace(MESSAGE, due_at=LATER), SUBSCRIBED, NOON) == Held(until=LATER, reason="not_due")
    assert may_send(replace(MESSAGE, due_at=LATER), SUBSCRIBED, LATER) == Allowed(fact_id="yes")


def test_whoever_may_not_get_it_is_not_kept_waiting() -> None:
    assert may_send(replace(MESSAGE, due_at=LATER), OPTED_OUT, NOON) == Denied(reason="opted_out")


@pytest.mark.parametrize("standing", [SUBSCRIBED, OPTED_OUT, None])
@pytest.mark.parametrize("message", [MESSAGE, REPLY], ids=["marketing", "reply"])
def test_a_message_whose_time_has_passed_goes_to_nobody(message: Queued, standing: Standing | None) -> None:
    assert may_send(replace(message, expires_at=EARLIER), standing, NOON) == Denied(reason="expired")


def test_a_message_is_good_until_the_very_moment_it_expires() -> None:
    soon = replace(MESSAGE, expires_at=NOON)
    assert may_send(soon, SUBSCRIBED, NOON - timedelta(microseconds=1)) == Allowed(fact_id="yes")
    assert may_send(soon, SUBSCRIBED, NOON) == Denied(reason="expired")
