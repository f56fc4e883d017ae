from hypothesis import given
from hypothesis import strategies as st

from heliogram.model.campaign import CAMPAIGN_NEXT, CampaignState

C = CampaignState
ENDED = {C.DONE, C.CANCELED}


def _after(wishes: list[CampaignState]) -> list[CampaignState]:
    states = [C.DRAFT]
    for wanted in wishes:
        states.append(wanted if wanted in CAMPAIGN_NEXT[states[-1]] else states[-1])
    return states


def test_every_state_has_its_row() -> None:
    assert set(CAMPAIGN_NEXT) == set(CampaignState)


@given(st.lists(st.sampled_from(CampaignState), max_size=20))
def test_a_launched_campaign_is_never_a_draft_again_and_an_ended_one_stays_so(wishes: list[CampaignState]) -> None:
    states = _after(wishes)
    if set(states) != {C.DRAFT}:
        assert C.DRAFT not in states[states.index(C.SENDING) :]
    ends = [index for index, state in enumerate(states) if state in ENDED]
    if ends:
        assert len(set(states[ends[0] :])) == 1


def test_a_paused_campaign_is_resumed_or_canceled_but_never_done() -> None:
    assert CAMPAIGN_NEXT[C.PAUSED] == {C.SENDING, C.CANCELED}


def test_a_draft_can_only_be_sent() -> None:
    assert CAMPAIGN_NEXT[C.DRAFT] == {C.SENDING}
