from pathlib import Path
from typing import Any

import pytest

from heliogram.simulator.conduct import FAULTS, LATENCIES, Conduct, Fault, On, ScriptedBoard, luck
from heliogram.simulator.journal import Journal

TO = "+13125550142"


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def conduct_of(folder: Path, *faults: Fault, seed: int = 7, now: Hand | None = None) -> Conduct:
    return Conduct("north", seed, faults, LATENCIES["far"], Journal(folder / "journal.jsonl"), now or Hand())


@pytest.mark.parametrize(
    ("conditions", "struck"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 3}, [3]),
        ({"every": 2}, [2, 4, 6]),
        ({"times": 2}, [1, 2]),
        ({"times": 0}, []),
        ({"every": 2, "times": 1}, [2]),
        ({"share": 0.0}, []),
        ({"to": "+1312*"}, [1, 2, 3, 4, 5, 6]),
        ({"to": "*0143"}, []),
    ],
)
def test_each_condition_narrows_what_a_fault_strikes(
    tmp_path: Path, conditions: dict[str, Any], struck: list[int]
) -> None:
    conduct = conduct_of(tmp_path, Fault(name="no_answer", **conditions))
    assert [n for n in range(1, 7) if conduct.first(On.MESSAGE, TO)] == struck
    assert conduct.struck == ({"no_answer": len(struck)} if struck else {})


def test_a_window_of_time_has_two_sides(tmp_path: Path) -> None:
    now = Hand()
    conduct = conduct_of(tmp_path, Fault(name="error", from_s=10, until_s=20), now=now)
    struck = []
    for seconds in (0, 9.9, 10, 19.9, 20):
        now.at = 1_000 + seconds
        struck.append(conduct.first(On.MESSAGE, TO) is not None)
    assert struck == [False, False, True, True, False]


def test_the_first_that_strikes_is_the_one_and_it_is_journaled(tmp_path: Path) -> None:
    conduct = conduct_of(tmp_path, Fault(name="outbind"), Fault(name="error", nth=1), Fault(name="no_answer"))
    names = [fault.name for _ in range(2) if (fault := conduct.first(On.MESSAGE, TO))]
    assert names == ["error", "no_answer"]
    assert [(line["kind"], line["name"], line["to"]) for line in conduct.journal.lines()] == [
        ("fault", "error", TO),
        ("fault", "no_answer", TO),
    ]


def test_the_same_seed_has_the_same_luck_and_another_has_another(tmp_path: Path) -> None:
    def run(seed: int) -> tuple[list[bool], list[float]]:
        conduct = conduct_of(tmp_path, Fault(name="no_answer", share=0.3), seed=seed)
        struck = [conduct.first(On.MESSAGE, TO) is not None for _ in range(200)]
        return struck, [conduct.answer_delay_s() for _ in range(200)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    struck, delays = run(1)
    assert 30 <= sum(struck) <= 90
    assert 0.08 <= min(delays) <= max(delays) <= 0.6
    assert sum(delays) / len(delays) < 0.3


def test_luck_is_the_same_on_every_machine() -> None:
    assert luck(1, "north", 1) == luck(1, "north", 1) != luck(1, "north", 2)
    assert all(0 <= luck(seed, "x") < 1 for seed in range(1_000))


def test_receipts_are_lost_by_the_script_too(tmp_path: Path) -> None:
    board = ScriptedBoard(conduct=conduct_of(tmp_path, Fault(name="receipt_lost", nth=2)))
    assert [board.loses_receipt(TO) for _ in range(3)] == [False, True, False]


def test_what_a_fault_does_is_usual_for_its_protocol_unless_the_script_says_otherwise() -> None:
    usual = [Fault(name="error").code(protocol) for protocol in ("smpp", "mm7", "http")]
    assert usual == [0x08, 3000, 400]
    assert Fault(name="error", status=4006).code("mm7") == Fault(name="error", status=4006).code() == 4006
    assert (Fault(name="slow_answer").wait_s(), Fault(name="slow_answer", delay_s=0).wait_s()) == (10.0, 0)


def test_every_fault_befalls_something_somewhere() -> None:
    for kind in FAULTS.values():
        assert kind.protocols <= {"smpp", "mm7", "http"}
        assert kind.protocols
        assert 0 <= kind.status <= 0xFFFFFFFF
        assert not kind.mm7_status or "mm7" in kind.protocols
        assert not kind.http_status or "http" in kind.protocols
