import pytest
from pydantic import ValidationError

from heliogram.api.schema.simulator import FaultsAsk, FaultsShape, ReplyAsk, SimulatedMessage
from heliogram.simulator.faults import FaultBoard
from tests.world import NOON


def test_the_faults_that_can_be_asked_for_are_those_of_the_simulator() -> None:
    known = set(FaultBoard().faults.__slots__)
    assert set(FaultsAsk.model_fields) == set(FaultsShape.model_fields) == known


@pytest.mark.parametrize(
    "asked",
    [{"refuse_n": -1}, {"refuse_n": 2**31}, {"refuse_protocol": "http"}, {"throttle_per_s": "inf"}, {"unknown": 1}],
)
def test_faults_beyond_bounds_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FaultsAsk.model_validate(asked)
    assert FaultsAsk.model_validate({"refuse_n": None}).model_dump(exclude_unset=True) == {"refuse_n": None}


@pytest.mark.parametrize(("n", "is_taken"), [(0, False), (1, True), (1_600, True), (1_601, False)])
def test_a_reply_has_1_to_1600_characters(n: int, is_taken: bool) -> None:
    try:
        assert ReplyAsk(to="72345", text="x" * n).text == "x" * n and is_taken
    except ValidationError:
        assert not is_taken


def test_a_message_of_a_phone_says_who_it_is_from() -> None:
    told = SimulatedMessage(at=NOON, direction="in", from_="72345", to="+1", text="Hi", media=[], kind="sms")
    assert told.model_dump(by_alias=True)["from"] == "72345"
