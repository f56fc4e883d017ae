from dataclasses import FrozenInstanceError, fields

import pytest
from msgspec import structs

from heliogram.model.consent import Allowed, Denied, Fact, Held, Source, Subscription
from tests.world import NOON


def test_a_fact_can_not_be_changed_once_it_is_made() -> None:
    fact = Fact(
        group_id="offers",
        phone_e164="+13125550142",
        state=Subscription.UNSUBSCRIBED,
        source=Source.KEYWORD,
        at=NOON,
        evidence="STOP",
    )
    with pytest.raises(FrozenInstanceError):
        fact.state = Subscription.SUBSCRIBED  # type: ignore[misc]
    assert fact.state is Subscription.UNSUBSCRIBED


def test_a_fact_says_who_about_what_when_how_and_on_which_evidence() -> None:
    said = {each.name for each in fields(Fact)}
    assert said == {"group_id", "phone_e164", "state", "source", "at", "evidence"}


def test_a_number_is_either_subscribed_or_not() -> None:
    assert {each.value for each in Subscription} == {"subscribed", "unsubscribed"}


def test_only_a_yes_names_the_fact_it_rests_on_and_only_a_wait_names_its_end() -> None:
    said = {kind: {each.name for each in structs.fields(kind)} for kind in (Allowed, Held, Denied)}
    assert said == {Allowed: {"fact_id"}, Held: {"until", "reason"}, Denied: {"reason"}}
