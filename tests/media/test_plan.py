import tomllib
from importlib.resources import files

import pytest

from heliogram.carriers.registry import CARRIERS
from heliogram.media.plan import BASE64_SHARE, OVERHEAD_OCTETS, all_budgets, budget_for, takes
from heliogram.model.sender import SenderKind

TABLE = tomllib.loads((files("heliogram.media") / "data" / "routes.toml").read_text())


@pytest.mark.parametrize(
    ("kind", "country", "whole_message"),
    [
        (SenderKind.TOLL_FREE, "US", 600_000),
        (SenderKind.SHORT_CODE, "US", 600_000),
        (SenderKind.LONG_CODE, "US", 1_000_000),
        (SenderKind.LONG_CODE, "CA", 1_000_000),
        (SenderKind.SHORT_CODE, "GB", 300_000),
        (SenderKind.ALPHANUMERIC, "DE", 300_000),
    ],
)
def test_a_route_whose_pictures_travel_as_base64_gives_them_what_is_left_of_its_limit(
    kind: SenderKind, country: str, whole_message: int
) -> None:
    budget = budget_for(kind, "mm7", country)
    assert (budget.octets + 1) * BASE64_SHARE + OVERHEAD_OCTETS > whole_message
    assert budget.octets * BASE64_SHARE + OVERHEAD_OCTETS <= whole_message


@pytest.mark.parametrize(
    ("kind", "carrier", "country", "octets"),
    [
        (SenderKind.TOLL_FREE, "twilio", "US", 588_000),
        (SenderKind.TOLL_FREE, "bandwidth", "US", 513_000),
        (SenderKind.SHORT_CODE, "bandwidth", "US", 588_000),
        (SenderKind.LONG_CODE, "webhook", "CA", 988_000),
        (SenderKind.LONG_CODE, "", "GB", 288_000),
    ],
)
def test_where_the_carrier_fetches_the_picture_it_counts_as_it_is(
    kind: SenderKind, carrier: str, country: str, octets: int
) -> None:
    assert budget_for(kind, carrier, country).octets == octets


def test_the_overhead_leaves_room_for_the_longest_text_and_what_wraps_it() -> None:
    assert OVERHEAD_OCTETS >= 1_600 * 4 + 4_000


def test_every_budget_that_a_route_can_have_is_prepared_smallest_first() -> None:
    octets = [budget.octets for budget in all_budgets()]
    assert octets == sorted(set(octets))
    possible = {
        budget_for(kind, carrier, country).octets
        for kind in SenderKind
        for carrier in ("mm7", "twilio", "bandwidth")
        for country in ("US", "CA", "GB", "JP")
    }
    assert possible == set(octets)


def test_every_row_of_the_table_says_where_it_is_from_and_names_a_kind_of_sender() -> None:
    for row in [*TABLE["route"], TABLE["default"]]:
        assert row["source"]
        assert row["octets"] > OVERHEAD_OCTETS
    assert {row["sender_kind"] for row in TABLE["route"]} <= set(SenderKind)
    named = {carrier for row in [*TABLE["route"], TABLE["base64"]] for carrier in row.get("carriers", ())}
    assert TABLE["base64"]["source"] and named <= set(CARRIERS)


@pytest.mark.parametrize(
    ("carrier", "content_type", "taken"),
    [
        ("mm7", "text/vcard", True),
        ("mm7", "video/3gpp", True),
        ("mm7", "video/quicktime", False),
        ("twilio", "video/quicktime", True),
        ("", "audio/mp4", False),
        ("mm7", "audio/amr", True),
        ("mm7", "audio/mpeg", True),
        ("mm7", "audio/amr-wb", False),
        ("mm7", "application/pdf", False),
        ("twilio", "application/pdf", True),
        ("twilio", "audio/amr-wb", False),
        ("vonage", "audio/mpeg", False),
        ("vonage", "text/vcard", False),
        ("vonage", "image/gif", True),
        ("sinch", "video/mp4", False),
        ("sinch", "image/jpeg", True),
    ],
)
def test_a_route_takes_the_types_of_the_table_and_those_of_its_carrier(
    carrier: str, content_type: str, taken: bool
) -> None:
    assert takes(carrier, content_type) is taken


def test_the_types_say_where_they_are_from() -> None:
    tables = [TABLE["types"], *(each for each in TABLE["types"].values() if isinstance(each, dict))]
    assert len(tables) == 4 and all(table["source"] for table in tables)
