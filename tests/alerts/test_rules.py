from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from heliogram.alerts.rules import CALM, AlertKind, Judged, Key, Standing, Trouble, judge
from tests.world import NOON

KEY = Key(workspace_id="w", kind=AlertKind.CARRIER_DOWN, subject="smsc")
SECOND = timedelta(seconds=1)
AFTER = timedelta(minutes=5)
DOWN = Trouble(key=KEY, title="“SMSC” cannot be reached", sentence="Nobody there.", after=AFTER)


class Desk:
    """Looks once a second, and tells of all there is to tell."""

    def __init__(self) -> None:
        self.at = NOON
        self.known: dict[Key, Standing] = {}
        self.told: list[tuple[str, float]] = []

    def look(self, *found: Trouble, seconds: float = 1) -> Judged:
        self.at += timedelta(seconds=seconds)
        judged = judge(self.known, found, self.at)
        self.known = {each.key: each for each in judged.standing}
        for each in judged.begun:
            self.told.append(("begun", (self.at - NOON).total_seconds()))
            self.known[each.key] = Standing(
                key=each.key, title=each.title, sentence=each.sentence, since=each.since, told_at=self.at
            )
        self.told += [("over", (self.at - NOON).total_seconds()) for _ in judged.over]
        return judged


def test_a_trouble_is_told_once_it_has_lasted_and_never_again() -> None:
    desk = Desk()
    desk.look(DOWN, seconds=0)
    desk.look(DOWN, seconds=AFTER.total_seconds() - 1)
    assert desk.told == []
    desk.look(DOWN)
    assert desk.told == [("begun", 300)]
    for _ in range(100):
        desk.look(DOWN, seconds=60)
    assert desk.told == [("begun", 300)]


def test_it_is_over_once_it_has_stayed_away_and_that_is_told_once() -> None:
    desk = Desk()
    desk.look(DOWN, seconds=0)
    desk.look(DOWN, seconds=300)
    desk.look()
    desk.look(seconds=CALM.total_seconds() - 1)
    assert desk.told == [("begun", 300)]
    desk.look()
    assert desk.told == [("begun", 300), ("over", 421)]
    assert desk.known == {}
    desk.look(seconds=600)
    assert len(desk.told) == 2


def test_what_is_over_before_it_was_told_is_never_told() -> None:
    desk = Desk()
    desk.look(DOWN, seconds=0)
    for _ in range(10):
        desk.look(seconds=60)
    assert (desk.told, desk.known) == ([], {})


def test_a_carrier_that_flaps_makes_one_alert_not_many() -> None:
    desk = Desk()
    for number in range(1_000):
        desk.look(*([DOWN] if number % 3 else []), seconds=30)
    assert desk.told == [("begun", 360)]


@pytest.mark.parametrize("after", [timedelta(0), AFTER])
def test_the_newest_words_are_the_ones_that_stand(after: timedelta) -> None:
    later = Trouble(key=KEY, title="t", sentence="Another reason.", after=after)
    desk = Desk()
    desk.look(DOWN)
    assert desk.look(later).standing[0].sentence == "Another reason."


@given(some.lists(some.tuples(some.booleans(), some.integers(1, 400)), max_size=60))
def test_begun_and_over_always_take_turns_and_begun_is_first(looks: list[tuple[bool, int]]) -> None:
    desk = Desk()
    for is_down, seconds in looks:
        desk.look(*([DOWN] if is_down else []), seconds=seconds)
    words = [word for word, _at in desk.told]
    assert words == (["begun", "over"] * len(words))[: len(words)]
