"""Several media within one budget: who needs little gets what it needs, the others as much as each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from heliogram.media.together import PART_OCTETS, fit_together


@dataclass(frozen=True)
class Medium:
    n_octets: int
    may_shrink: bool = True


class Maker:
    """Makes what is asked for, a little smaller: pictures come in steps of quality. Nothing under `least`."""

    def __init__(self, *, step: int = 1, least: int = 1) -> None:
        self._step, self._least = step, least
        self.asked: list[tuple[int, int]] = []

    async def __call__(self, index: int, octets: int) -> Medium | None:
        self.asked.append((index, octets))
        made = octets // self._step * self._step
        return Medium(made) if made >= self._least else None


async def sizes(alone: Sequence[Medium], octets: int, maker: Maker | None = None) -> list[int] | None:
    fitted = await fit_together(alone, octets, maker or Maker())
    return None if fitted is None else [each.n_octets for each in fitted]


async def test_what_fits_together_goes_as_each_would_alone() -> None:
    maker = Maker()
    assert await sizes([Medium(300), Medium(500)], 800 + PART_OCTETS, maker) == [300, 500]
    assert maker.asked == []
    assert await sizes([Medium(300), Medium(500)], 799 + PART_OCTETS) == [300, 499]


async def test_a_single_one_has_the_whole_budget() -> None:
    assert await sizes([Medium(1_000)], 1_000) == [1_000]
    assert await sizes([Medium(1_001)], 1_000) == [1_000]


async def test_who_needs_little_gets_it_and_the_rest_is_shared_evenly_whatever_the_order() -> None:
    room = 1_000 + 2 * PART_OCTETS
    assert await sizes([Medium(900), Medium(100), Medium(900)], room) == [450, 100, 450]
    assert await sizes([Medium(100), Medium(900), Medium(900)], room) == [100, 450, 450]


async def test_what_the_quality_steps_of_one_leave_is_the_next_ones() -> None:
    maker = Maker(step=100)
    assert await sizes([Medium(900), Medium(901)], 950 + PART_OCTETS, maker) == [400, 500]
    assert maker.asked == [(0, 475), (1, 550)]


async def test_a_film_goes_as_it_is_and_the_pictures_have_what_it_leaves() -> None:
    film = Medium(700, may_shrink=False)
    assert await sizes([Medium(900), film, Medium(900)], 1_000 + 2 * PART_OCTETS) == [150, 700, 150]


async def test_two_films_that_do_not_fit_together_do_not_go() -> None:
    films = [Medium(500, may_shrink=False), Medium(500, may_shrink=False)]
    assert await sizes(films, 1_000 + PART_OCTETS) == [500, 500]
    assert await sizes(films, 999 + PART_OCTETS) is None
    assert await sizes([*films, Medium(10)], 1_000 + 2 * PART_OCTETS) is None


async def test_where_one_picture_cannot_be_made_small_enough_none_goes() -> None:
    assert await sizes([Medium(900), Medium(900)], 999 + PART_OCTETS, Maker(least=500)) is None
    assert await sizes([Medium(900), Medium(900)], 1_000 + PART_OCTETS, Maker(least=500)) == [500, 500]


media = st.builds(Medium, st.integers(1, 2_000), st.booleans())


@given(st.lists(media, min_size=1, max_size=10), st.integers(1, 12_000), st.integers(1, 90))
async def test_what_goes_fits_and_nothing_of_the_budget_is_wasted_while_a_picture_is_made_smaller(
    alone: list[Medium], octets: int, step: int
) -> None:
    fitted = await fit_together(alone, octets, Maker(step=step))
    if fitted is None:
        return
    assert [each.n_octets <= before.n_octets for each, before in zip(fitted, alone, strict=True)].count(False) == 0
    left = octets - PART_OCTETS * (len(alone) - 1) - sum(each.n_octets for each in fitted)
    assert left >= 0
    shrunk = [each for each, before in zip(fitted, alone, strict=True) if each.n_octets < before.n_octets]
    assert not shrunk or left < step
    assert all(each == before for each, before in zip(fitted, alone, strict=True) if not before.may_shrink)
