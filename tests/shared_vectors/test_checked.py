from .checked import Checked, difference


def test_only_what_differs_makes_a_sentence() -> None:
    assert difference("the id", "a", "a") == []
    assert difference("the id", "a", "b") == ["the id is 'a', not 'b'"]


def test_an_agreement_passes_and_a_difference_fails() -> None:
    checked = Checked()
    checked.judge("one", [])
    checked.judge("two", ["the id is 'a', not 'b'"])
    assert (checked.read, checked.passed) == (2, 1)
    assert checked.failures == ["two: the id is 'a', not 'b'"]


def test_a_named_difference_is_counted_by_its_reason_and_is_no_pass() -> None:
    checked = Checked()
    checked.judge("one", ["x"], reason="ours is right")
    assert (checked.read, checked.passed, checked.failures) == (1, 0, [])
    assert checked.exceptions == {"ours is right": 1}


def test_a_named_difference_that_is_gone_fails_so_that_the_list_stays_true() -> None:
    checked = Checked()
    checked.judge("one", [], reason="ours is right")
    assert checked.failures == ["one: no longer differs, though it is named as: ours is right"]
