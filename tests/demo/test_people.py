import re
from collections import Counter

import pytest

from heliogram.audience.phones import parse_phone
from heliogram.demo.people import SamplePerson, sample_people

PEOPLE = list(sample_people())

# Numbers that regulators keep free for fiction: ATIS-0300115, Ofcom's drama numbers, Bundesnetzagentur, ARCEP.
FICTION = {
    "US": r"\+1(312|773|212)55501\d\d",
    "CA": r"\+141655501\d\d",
    "GB": r"\+447700900\d{3}",
    "DE": r"\+49171392\d{4}",
    "FR": r"\+3363998\d{4}",
}


def test_about_five_hundred_people_in_seven_countries() -> None:
    assert Counter(person.country for person in PEOPLE) == {
        "US": 270,
        "CA": 80,
        "GB": 60,
        "DE": 35,
        "FR": 30,
        "BR": 15,
        "JP": 15,
    }


def test_they_are_the_same_people_every_time_and_no_two_share_a_number() -> None:
    assert list(sample_people()) == PEOPLE
    assert len({person.e164 for person in PEOPLE}) == len(PEOPLE)


@pytest.mark.parametrize("country", FICTION)
def test_where_a_country_keeps_numbers_for_fiction_theirs_are_of_those(country: str) -> None:
    numbers = [person.e164 for person in PEOPLE if person.country == country]
    assert all(re.fullmatch(FICTION[country], number) for number in numbers)


CODES = {"US": "+1", "CA": "+1", "GB": "+44", "DE": "+49", "FR": "+33", "BR": "+55", "JP": "+81"}


@pytest.mark.parametrize("country", CODES)
def test_a_persons_number_has_its_countrys_code(country: str) -> None:
    assert {person.e164.startswith(CODES[country]) for person in PEOPLE if person.country == country} == {True}


@pytest.mark.parametrize("country", ["US", "CA", "GB", "DE", "BR"])
def test_a_persons_number_can_be_imported(country: str) -> None:
    """Not those of France and Japan: nobody can have them, and the importer knows."""
    first = next(person for person in PEOPLE if person.country == country)
    assert parse_phone(first.e164, "US").country == country


def test_only_north_americans_have_a_network_on_record_and_a_few_have_none_or_a_landline() -> None:
    with_network = {person.country for person in PEOPLE if person.network is not None}
    assert with_network == {"US", "CA"}
    americans = [person for person in PEOPLE if person.country == "US"]
    assert {person.network for person in americans} == {"AT&T", "Verizon", "T-Mobile", None}
    assert 0 < sum(person.is_landline for person in americans) < 10


def test_names_are_as_various_as_in_life_so_that_alphabets_are_met() -> None:
    names = " ".join(f"{person.first_name} {person.last_name}" for person in PEOPLE)
    assert all(letter in names for letter in ("é", "ö", "ı", "ã", "佐"))
    assert all(_is_whole(person) for person in PEOPLE)


def _is_whole(person: SamplePerson) -> bool:
    return bool(person.first_name and person.last_name and set(person.attributes) == {"favorite", "visits"})
