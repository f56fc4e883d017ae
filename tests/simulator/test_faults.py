from typing import Any

import msgspec
import pytest

from heliogram.simulator.faults import FaultBoard, Faults


@pytest.fixture
def board() -> FaultBoard:
    return FaultBoard()


def test_nothing_is_wrong_until_someone_asks_for_it(board: FaultBoard) -> None:
    assert board.refusal("smpp") == board.refusal("mm7") == 0
    assert not any((board.is_throttled(0.0), board.loses_receipt(), board.loses_answer(), board.drops_connection()))


@pytest.mark.parametrize(("n", "refused"), [(0, 0), (1, 1), (3, 3), (None, 5)])
def test_a_refusal_is_for_so_many_messages_and_then_it_is_spent(board: FaultBoard, n: int | None, refused: int) -> None:
    board.set({"refuse_status": 8, "refuse_n": n})
    assert [board.refusal("smpp") for _ in range(5)] == [8] * refused + [0] * (5 - refused)


@pytest.mark.parametrize(("protocol", "smpp", "mm7"), [("", 8, 8), ("smpp", 8, 0), ("mm7", 0, 8)])
def test_a_refusal_can_be_for_one_protocol(board: FaultBoard, protocol: str, smpp: int, mm7: int) -> None:
    board.set({"refuse_status": 8, "refuse_n": None, "refuse_protocol": protocol})
    assert (board.refusal("smpp"), board.refusal("mm7")) == (smpp, mm7)


def test_too_fast_is_more_than_so_many_within_a_second(board: FaultBoard) -> None:
    board.set({"throttle_per_s": 2.0})
    times = [10.0, 10.1, 10.2, 10.9, 11.0, 11.1, 11.2]
    assert [board.is_throttled(now) for now in times] == [False, False, True, True, False, False, True]


def test_lost_receipts_and_lost_answers_are_counted_apart(board: FaultBoard) -> None:
    board.set({"lose_receipts_n": 1, "lose_answers_n": 2})
    assert [board.loses_receipt() for _ in range(3)] == [True, False, False]
    assert [board.loses_answer() for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("n", [1, 3])
def test_the_connection_falls_once_with_the_last_of_so_many_messages(board: FaultBoard, n: int) -> None:
    board.set({"drop_after_n": n})
    assert [board.drops_connection() for _ in range(5)] == [number == n for number in range(1, 6)]


def test_faults_add_to_those_in_force_until_they_are_cleared(board: FaultBoard) -> None:
    board.set({"lose_answers_n": 1})
    board.set({"throttle_per_s": 1})
    assert (board.faults.lose_answers_n, board.faults.throttle_per_s) == (1, 1.0)
    board.clear()
    assert board.faults == Faults()


@pytest.mark.parametrize(
    "wanted",
    [
        {"nonsense": 1},
        {"refuse_n": -1},
        {"refuse_n": "2"},
        {"refuse_status": -1},
        {"refuse_status": 0x1_0000_0000},
        {"refuse_protocol": "fax"},
        {"throttle_per_s": -0.1},
        {"lose_receipts_n": -1},
        {"lose_answers_n": 1.5},
        {"drop_after_n": None},
    ],
)
def test_a_fault_that_cannot_be_is_refused_and_changes_nothing(board: FaultBoard, wanted: dict[str, Any]) -> None:
    board.set({"lose_answers_n": 7})
    with pytest.raises(msgspec.ValidationError):
        board.set({"throttle_per_s": 5.0} | wanted)
    assert board.faults == Faults(lose_answers_n=7)
