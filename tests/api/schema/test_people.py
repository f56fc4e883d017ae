import pytest
from pydantic import ValidationError

from heliogram.api.schema.people import ConsentAsk, ImportReport
from heliogram.model.consent import Subscription

FACT = {"group_id": "g", "phone": "+13125550101", "state": "subscribed", "evidence": "yes"}


@pytest.mark.parametrize(("n", "is_taken"), [(2, False), (3, True), (2_000, True), (2_001, False)])
def test_evidence_is_something_said_in_3_to_2000_characters(n: int, is_taken: bool) -> None:
    try:
        assert ConsentAsk.model_validate(FACT | {"evidence": "e" * n}).evidence == "e" * n
        assert is_taken
    except ValidationError:
        assert not is_taken


@pytest.mark.parametrize("blank", ["   ", "\n\t ", "\0\0\0", " ok "])
def test_evidence_is_more_than_blanks(blank: str) -> None:
    with pytest.raises(ValidationError):
        ConsentAsk.model_validate(FACT | {"evidence": blank})
    assert ConsentAsk.model_validate(FACT | {"evidence": " said so "}).evidence == "said so"


def test_consent_is_given_or_taken_back_and_nothing_between() -> None:
    assert ConsentAsk.model_validate(FACT | {"state": "unsubscribed"}).state is Subscription.UNSUBSCRIBED
    with pytest.raises(ValidationError):
        ConsentAsk.model_validate(FACT | {"state": "perhaps"})


def test_an_import_accounts_for_every_row() -> None:
    numbers = {name for name in ImportReport.model_fields if name.startswith("n_")}
    assert {"n_rows", "n_people", "n_rejected"} <= numbers
