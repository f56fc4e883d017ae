"""One vocabulary for what carriers say of a number."""

import pytest

from heliogram.carriers.lookups import found_in, mccmnc_of, no_word, refused_lookup
from heliogram.carriers.refusals import Why
from heliogram.model.number import Line, LookedUp, NoLookup

from .kit import answered

NOTHING = "The carrier has no word on this number."


@pytest.mark.parametrize(
    ("code", "kept"),
    [("31026", "31026"), ("310260", "310260"), ("3102", ""), ("3102600", ""), ("110260", ""), ("US", ""), (None, "")],
)
def test_a_networks_code_has_five_or_six_digits(code: str | None, kept: str) -> None:
    assert mccmnc_of(code) == kept


def test_what_a_carrier_does_not_say_is_left_open_and_nothing_at_all_is_no_word() -> None:
    lines = {"cell": Line.MOBILE}
    assert found_in(lines, line="cell", network=None, mcc=None, mnc=None) == LookedUp(line=Line.MOBILE)
    assert found_in(lines, line="fax", network=" AT&T ", mcc="310", mnc=None) == LookedUp(network="AT&T")
    assert found_in(lines, line=None, network=None, mcc="310", mnc="410") == LookedUp(mccmnc="310410")
    assert found_in(lines, line="fax", network="a\nb", mcc=None, mnc=None) == NoLookup(reason=NOTHING)


def test_a_carriers_words_are_told_without_the_number_and_not_at_length() -> None:
    assert no_word("+13125550142 is nobody's.").reason == f"{NOTHING} It said: …0142 is nobody's."
    assert len(no_word("x" * 1_000).reason) < 300


def test_why_there_is_no_word_is_told_as_for_messages_but_for_a_number_that_is_not_found() -> None:
    assert refused_lookup(answered(404, {})).reason == f"{NOTHING} It said: HTTP 404."
    assert refused_lookup(answered(403, {})).reason.startswith("The carrier refuses the account")
    assert refused_lookup(answered(400, {}), why=Why.TOO_FAST).reason.startswith("The carrier asked us to slow down.")
    assert refused_lookup(answered(504, {})).reason == "The carrier has trouble of its own. It said: HTTP 504."
