import time

import pytest

from heliogram.media.fit import decode_whole, fit
from heliogram.media.limits import WeightVerdict, weigh
from heliogram.media.plan import all_budgets
from heliogram.media.sample import Sample, samples

STARTED = time.process_time()
SAMPLES = samples()
SECONDS = time.process_time() - STARTED


def test_the_library_has_a_handful_of_pictures_of_every_kind() -> None:
    assert len(SAMPLES) == 6
    assert {sample.content_type for sample in SAMPLES} == {"image/jpeg", "image/png", "image/gif"}
    assert len({sample.filename for sample in SAMPLES}) == len({sample.octets for sample in SAMPLES}) == 6


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.filename)
def test_a_picture_is_what_it_says_and_everything_the_product_asks_of_one(sample: Sample) -> None:
    picture = decode_whole(sample.octets)
    assert picture.content_type == sample.content_type
    assert (picture.frames > 1) == (sample.content_type == "image/gif")
    assert weigh([len(sample.octets)], "").verdict is WeightVerdict.OK
    assert 20 <= len(sample.alt_text) <= 120
    for budget in all_budgets():
        assert len(fit(sample.octets, budget.octets, 1_080, 1_920).octets) <= budget.octets


def test_drawing_them_again_gives_the_same_octets() -> None:
    assert [sample.octets for sample in samples()] == [sample.octets for sample in SAMPLES]


def test_drawing_them_is_quick_enough_for_a_demo_that_starts_at_once() -> None:
    assert SECONDS < 4  # about one on an idle machine
