import pytest

from heliogram.model.cut import PLAIN, Cut


def test_most_accounts_have_their_texts_cut_alike() -> None:
    assert Cut() == PLAIN
    assert hash(PLAIN) == hash(Cut())


@pytest.mark.parametrize("own", [Cut(is_wide=True), Cut(national=("tr",)), Cut(charset="latin-1")])
def test_whatever_changes_the_count_makes_another_cut(own: Cut) -> None:
    assert own != PLAIN
