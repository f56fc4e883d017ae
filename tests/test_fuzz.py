"""The fuzzer finds what it is for: a bug planted into each target; and a moment of it on every test run."""

import random
from collections.abc import Callable

import pytest

from tools.fuzz import fuzz, mutate, planted, run_one
from tools.fuzz_targets import TARGETS, Target

SECONDS = 0.5
SEED = 20260302


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_seed_is_read_as_it_is(target: Target) -> None:
    for octets in target.seeds():
        assert run_one(target.read, target.allowed, octets) == ("read", "")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whatever_comes_is_read_or_refused(target: Target) -> None:
    n, finding = fuzz(target, SECONDS, random.Random(SEED), target.read)
    assert n > 10
    assert finding.error == "", f"{target.name}: {finding.octets.hex()}"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_planted_bug_is_found(target: Target) -> None:
    _n, finding = fuzz(target, 30, random.Random(SEED), planted(target))
    assert finding.error == "IndexError: planted"
    assert run_one(planted(target), target.allowed, finding.octets) == ("IndexError", finding.error)


def _raises(error: Exception) -> Callable[[bytes], object]:
    def read(_octets: bytes) -> object:
        raise error

    return read


def test_only_the_rooms_own_error_is_a_refusal() -> None:
    assert run_one(_raises(ValueError("no 7")), (ValueError,), b"") == ("ValueError: no ", "")
    assert run_one(_raises(KeyError("x")), (ValueError,), b"") == ("KeyError", "KeyError: 'x'")


def test_the_same_seed_makes_the_same_inputs() -> None:
    def twenty() -> list[bytes]:
        chance = random.Random(SEED)
        return [mutate(b"Hello", [b"Hello", b"World"], [b"{{"], chance) for _each in range(20)]

    assert twenty() == twenty()
    assert len(set(twenty())) > 15
