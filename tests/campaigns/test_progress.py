from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.campaigns.progress import Progress, Reasoned, progress_of
from heliogram.model.campaign import CampaignState
from heliogram.model.message import FINAL, NEXT, State


def _progress(counts: dict[tuple[str, str], int], *, n_audience: int = 10, state: str = "sending") -> Progress:
    return progress_of({"n_audience": n_audience, "state": state, "is_expanded": False}, counts)


def test_before_the_first_page_everybody_is_queued() -> None:
    progress = _progress({})
    assert (progress.total, progress.expanded, progress.by_state[State.QUEUED]) == (10, 0, 10)


def test_people_not_expanded_yet_are_counted_with_those_who_wait() -> None:
    progress = _progress({("state", "queued"): 2, ("state", "sent"): 4})
    assert (progress.total, progress.expanded) == (10, 6)
    assert (progress.by_state[State.QUEUED], progress.by_state[State.SENT]) == (6, 4)


def test_people_a_canceled_campaign_never_came_to_are_canceled() -> None:
    progress = _progress({("state", "canceled"): 1, ("state", "delivered"): 4}, state=CampaignState.CANCELED.value)
    assert (progress.by_state[State.CANCELED], progress.by_state[State.QUEUED]) == (6, 0)


def test_people_who_joined_while_it_was_being_sent_make_the_total_larger() -> None:
    assert _progress({("state", "sent"): 12}).total == 12


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=60),
    st.integers(0, 60),
    st.sampled_from(list(CampaignState)),
)
def test_whatever_happens_to_whom_the_states_sum_to_the_audience_at_every_moment(
    moves: list[tuple[int, int]], n_audience: int, state: CampaignState
) -> None:
    """Messages are queued and moved one by one, as delivery does it; after each the sum is asked for."""
    where: dict[int, State] = {}
    counts: dict[tuple[str, str], int] = {}
    for person, choice in moves:
        before = where.get(person)
        if before is None:
            after = State.QUEUED
        elif before in FINAL:
            continue
        else:
            following = sorted(NEXT[before])
            after = following[choice % len(following)]
            counts["state", before.value] -= 1
        where[person] = after
        counts["state", after.value] = counts.get(("state", after.value), 0) + 1
        progress = _progress(counts, n_audience=n_audience, state=state.value)
        assert sum(progress.by_state.values()) == progress.total == max(n_audience, len(where))
        assert set(progress.by_state) == set(State)
        assert min(progress.by_state.values()) >= 0


@pytest.mark.parametrize(
    ("counts", "name", "expected"),
    [
        (
            {("skipped", "opted_out"): 2, ("skipped", "no_consent"): 5, ("skipped", "too_long"): 0},
            "skipped",
            [
                Reasoned(key="no_consent", sentence="No consent is on record for this group.", n=5),
                Reasoned(key="opted_out", sentence="This person has unsubscribed from this group.", n=2),
            ],
        ),
        (
            {("failed", "ESME_RINVDSTADR"): 1},
            "failed",
            [Reasoned(key="ESME_RINVDSTADR", sentence="The carrier cannot reach this number.", n=1)],
        ),
        (
            {("channel", "mms:mms"): 3, ("channel", "sms_link:destination_no_mms"): 4, ("channel", "sms:text"): 0},
            "channels",
            [
                Reasoned(
                    key="sms_link:destination_no_mms",
                    sentence="This destination takes no picture messages, so the text ends in a link to the picture.",
                    n=4,
                ),
                Reasoned(
                    key="mms:mms",
                    sentence="The sender can send pictures there, and nothing says that the phone takes none.",
                    n=3,
                ),
            ],
        ),
    ],
)
def test_reasons_come_in_words_the_most_frequent_first(
    counts: dict[tuple[str, str], int], name: str, expected: list[Any]
) -> None:
    assert list(getattr(_progress(counts), name)) == expected
