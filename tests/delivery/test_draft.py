"""A draft is filled in step by step: what it says before and after its way is chosen."""

import pytest

from heliogram.delivery.draft import Draft
from heliogram.model.message import Channel
from heliogram.model.queue import Route
from tests.delivery.decided import SENDER, queued


def test_a_step_that_comes_before_the_way_is_chosen_cannot_ask_for_it() -> None:
    with pytest.raises(AssertionError, match="the way is chosen before"):
        Draft(message=queued()).the_route()


def test_the_way_is_the_one_that_was_chosen() -> None:
    route = Route(sender=SENDER, account_id="smsc", channel=Channel.SMS, reason="text")
    assert Draft(message=queued(), route=route).the_route() is route


@pytest.mark.parametrize(("parts", "n"), [((), 1), (("a",), 1), (("a", "b", "c"), 3)])
def test_it_waits_for_an_answer_a_segment_and_for_one_to_a_picture(parts: tuple[str, ...], n: int) -> None:
    assert Draft(message=queued(), parts=parts).n_slots() == n
