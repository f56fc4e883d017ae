"""The windows: never more without a stored outcome than a carrier's window, and some of it kept for the urgent."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.delivery.slots import Reservation, Slots


@pytest.mark.parametrize(
    ("capacity", "for_all", "for_urgent"),
    [(1, 1, 1), (2, 1, 2), (9, 8, 9), (10, 9, 10), (20, 18, 20), (100, 90, 100)],
)
def test_one_slot_in_ten_and_at_least_one_is_kept_for_urgent_messages(
    capacity: int, for_all: int, for_urgent: int
) -> None:
    slots = Slots(capacity)
    assert (slots.free(urgent=False), slots.free(urgent=True)) == (for_all, for_urgent)


def test_what_is_taken_is_free_again_only_when_it_is_given_back() -> None:
    slots = Slots(10)
    slots.take(9)
    assert not slots.fits(1, urgent=False) and slots.fits(1, urgent=True) and not slots.fits(2, urgent=True)
    slots.give_back(4)
    assert slots.fits(4, urgent=False) and not slots.fits(5, urgent=False)


def test_a_text_longer_than_the_window_goes_alone() -> None:
    slots = Slots(4)
    assert slots.fits(10, urgent=False)
    slots.take(1)
    assert not slots.fits(10, urgent=False)


def test_a_text_that_the_window_holds_but_not_its_open_part_goes_alone_too() -> None:
    slots = Slots(10)
    assert slots.fits(10, urgent=False)
    slots.take(1)
    assert not slots.fits(10, urgent=True)


steps = st.lists(st.tuples(st.integers(1, 10), st.booleans(), st.booleans()), max_size=60)


@given(st.integers(1, 40), steps)
def test_never_more_than_the_window_is_out_save_one_long_text_alone(
    capacity: int, wanted: list[tuple[int, bool, bool]]
) -> None:
    slots, out = Slots(capacity), list[int]()
    for n, urgent, give_back in wanted:
        if give_back and out:
            slots.give_back(out.pop())
        if slots.fits(n, urgent=urgent):
            slots.take(n)
            out.append(n)
        assert slots.taken == sum(out)
        assert slots.taken <= capacity or out == [slots.taken]


def test_a_reservation_takes_only_what_fits_of_accounts_that_can_be_used() -> None:
    reserved = Reservation({"smsc": Slots(3)})
    assert reserved.take("smsc", 2, urgent=False)
    assert not reserved.take("smsc", 1, urgent=False)
    assert reserved.take("smsc", 1, urgent=True)
    assert not reserved.take("down", 1, urgent=True)


def test_two_reservations_share_one_window() -> None:
    slots = Slots(10)
    first, second = Reservation({"smsc": slots}), Reservation({"smsc": slots})
    taken = [each.take("smsc", 3, urgent=False) for each in (first, second, first, second)]
    assert (taken, slots.taken) == ([True, True, True, False], 9)


def test_a_reservation_that_is_undone_gives_back_what_it_took_and_no_more() -> None:
    slots = Slots(10)
    slots.take(2)
    reserved = Reservation({"smsc": slots})
    reserved.take("smsc", 3, urgent=False)
    reserved.undo()
    reserved.undo()
    assert slots.taken == 2


@pytest.mark.parametrize(("capacity", "room"), [(1, 1), (2, 1), (3, 2), (10, 5), (11, 6)])
def test_one_turn_is_offered_half_a_window_at_most(capacity: int, room: int) -> None:
    assert Reservation({"smsc": Slots(capacity)}).room(["smsc", "down"], urgent=False) == {"smsc": room}


def test_an_account_without_room_is_not_offered() -> None:
    full, nearly = Slots(10), Slots(10)
    full.take(9)
    nearly.take(8)
    reserved = Reservation({"full": full, "nearly": nearly})
    assert reserved.room(["full", "nearly"], urgent=False) == {"nearly": 1}
    assert reserved.room(["full", "nearly"], urgent=True) == {"full": 1, "nearly": 2}


async def test_a_wait_for_room_ends_with_the_first_slot_given_back() -> None:
    slots = Slots(1)
    slots.take(1)
    waiting = asyncio.create_task(Reservation({"smsc": slots, "mmsc": Slots(1)}).change(["smsc", "mmsc"], 60))
    await asyncio.sleep(0)
    assert not waiting.done()
    slots.give_back(1)
    await asyncio.wait_for(waiting, 1)


@pytest.mark.parametrize("account_ids", [["smsc"], ["down"], []], ids=["full", "down", "none"])
async def test_a_wait_for_room_that_does_not_come_ends_too(account_ids: list[str]) -> None:
    slots = Slots(1)
    slots.take(1)
    await asyncio.wait_for(Reservation({"smsc": slots}).change(account_ids, 0.001), 1)
    assert slots.taken == 1


async def test_a_wait_for_room_that_is_cancelled_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(Reservation({"smsc": Slots(1)}).change(["smsc"], 60))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
