import pytest

from heliogram.model.event import NEWS_STATE, Callback, InboundHeard, News, ReceiptHeard
from heliogram.model.message import FINAL, State, advance


def test_every_news_says_which_state_it_means() -> None:
    assert set(NEWS_STATE) == set(News)


def test_a_receipt_only_speaks_of_what_was_handed_over() -> None:
    assert {state for state in NEWS_STATE.values() if state} == {State.SENT, State.DELIVERED, State.UNDELIVERED}


def test_only_a_delivery_report_or_a_read_report_delivers() -> None:
    assert [news for news, state in NEWS_STATE.items() if state is State.DELIVERED] == [News.DELIVERED, News.READ]


@pytest.mark.parametrize("news", [News.EXPIRED, News.REJECTED, News.DELETED, News.UNDELIVERED])
def test_what_ended_before_the_handset_is_undelivered(news: News) -> None:
    assert NEWS_STATE[news] is State.UNDELIVERED and State.UNDELIVERED in FINAL


def test_a_network_that_does_not_know_changes_nothing() -> None:
    assert NEWS_STATE[News.UNKNOWN] is None


@pytest.mark.parametrize("state", [state for state in NEWS_STATE.values() if state])
def test_any_receipt_settles_an_attempt_whose_answer_never_came(state: State) -> None:
    assert advance(State.UNKNOWN, state) is state


def test_events_are_values_that_nobody_can_change() -> None:
    receipt = ReceiptHeard(carrier_id="17", news=News.DELIVERED)
    with pytest.raises(AttributeError):
        receipt.news = News.EXPIRED  # type: ignore[misc]
    assert receipt == ReceiptHeard(carrier_id="17", news=News.DELIVERED, about_e164="", code="", raw="")


def test_an_inbound_message_is_whole_and_without_media_unless_it_says_otherwise() -> None:
    heard = InboundHeard(unique="1", from_e164="+13125550142", to_address="62449", text="STOP")
    assert (heard.concat, heard.media) == (None, ())


def test_two_callbacks_never_share_their_headers() -> None:
    assert Callback(method="POST", path="/").headers is not Callback(method="POST", path="/").headers
