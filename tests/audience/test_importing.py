"""A file of people: what is read, what is rejected and why, and that nothing is lost in between."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliogram.audience.importing import ImportRefused, PeopleFile, read_people, slug_of
from heliogram.model.phone import Phone


def read(text: str, default_country: str | None = None) -> PeopleFile:
    return read_people(text.encode(), default_country=default_country)


def reasons_of(file: PeopleFile) -> list[tuple[int, str, str]]:
    return [(each.row_number, each.value, each.reason) for each in file.rejected]


def code_of(text: str) -> str:
    with pytest.raises(ImportRefused) as refused:
        read(text)
    return refused.value.code


def test_a_person_is_read_with_names_and_the_other_columns_as_attributes() -> None:
    file = read("Phone Number,First Name,Surname,Favourite Colour\n+1 312-555-0142, Ann ,Bee,red\n")
    (person,) = file.people
    assert (person.row_number, person.first_name, person.last_name) == (2, "Ann", "Bee")
    assert person.phone == Phone(e164="+13125550142", country="US")
    assert person.attributes == {"favourite_colour": "red"}
    assert file.columns == ("Phone Number", "First Name", "Surname", "Favourite Colour")
    assert (file.n_rows, file.encoding) == (1, "UTF-8")


@pytest.mark.parametrize(
    "name", ["phone", "phone_number", "mobile", "e164", "number", "tel", " Phone ", "PHONE NUMBER", "E.164", "Phone #"]
)
def test_a_phone_column_is_found_by_any_of_its_names(name: str) -> None:
    assert len(read(f"{name}\n3125550142\n").people) == 1


def test_the_surest_name_wins_where_several_could_be_the_phone() -> None:
    file = read("number,mobile\n12,3125550142\n")
    assert file.people[0].phone.e164 == "+13125550142"
    assert file.people[0].attributes == {"number": "12"}


def test_a_file_without_a_phone_column_is_refused_naming_what_it_has() -> None:
    with pytest.raises(ImportRefused) as refused:
        read("name,e-mail\nAnn,a@example.org\n")
    assert refused.value.code == "no_phone_column"
    assert "“name”, “e-mail”" in refused.value.sentence


def test_a_file_whose_first_row_is_a_person_is_refused() -> None:
    assert code_of("+13125550142,Ann\n") == "no_phone_column"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_itself(delimiter: str) -> None:
    file = read(delimiter.join(["phone", "note"]) + "\n" + delimiter.join(["3125550142", '"a,b;c\td"']) + "\n")
    assert file.people[0].attributes == {"note": "a,b;c\td"}


def test_a_delimiter_inside_a_quoted_column_name_does_not_mislead() -> None:
    assert read('"a,b,c,d";phone\nx;3125550142\n').people[0].attributes == {"a_b_c_d": "x"}


def test_ten_digits_are_american_unless_another_country_is_given() -> None:
    assert read("phone\n3125550142\n").people[0].phone.country == "US"
    assert read("phone\n020 7946 0958\n", "GB").people[0].phone.e164 == "+442079460958"


def test_a_repeated_number_is_rejected_naming_the_row_it_repeats() -> None:
    file = read("phone,name\n3125550142,Ann\n3125550143,Bob\n+1 (312) 555-0142,Cat\n")
    assert [person.row_number for person in file.people] == [2, 3]
    assert reasons_of(file) == [(4, "+1 (312) 555-0142", "duplicate")]
    assert "Row 2 " in file.rejected[0].sentence


def test_each_bad_row_is_rejected_with_its_own_reason() -> None:
    file = read(
        "phone,name\n12345,short\nabcdefgh,letters\n,empty\n3125550142\n3125550142,too,many\n"
        f'3125550142,{"x" * 4097}\n"3125550142"1,quotes\n3125550142,good\n'
    )
    assert reasons_of(file) == [
        (2, "12345", "too_short"),
        (3, "abcdefgh", "letters"),
        (4, "", "empty"),
        (5, "3125550142", "cells"),
        (6, "3125550142", "cells"),
        (7, "3125550142", "cell_too_long"),
        (8, "", "quotes"),
    ]
    assert [person.row_number for person in file.people] == [9]


def test_a_cell_may_have_4096_octets() -> None:
    file = read(f"phone,name,note\n3125550142,{'é' * 2048},{'x' * 4096}\n3125550143,{'é' * 2049},\n")
    assert len(file.people) == 1
    assert reasons_of(file) == [(3, "3125550143", "cell_too_long")]


def test_empty_cells_beyond_the_columns_are_overlooked() -> None:
    assert len(read("phone,name\n3125550142,Ann,,\n").people) == 1


def test_empty_rows_are_no_rows_but_keep_the_numbers_right() -> None:
    file = read("\nphone,name\n\n,\n3125550142,Ann\n\n")
    assert (file.n_rows, file.people[0].row_number) == (1, 5)


def test_a_column_without_a_name_is_ignored_and_an_empty_cell_is_no_attribute() -> None:
    assert read("phone,,city,zip\n3125550142,x,,60601\n").people[0].attributes == {"zip": "60601"}


def test_two_columns_of_one_name_refuse_the_file() -> None:
    assert code_of("phone,City,city\n3125550142,a,b\n") == "repeated_column"


def test_a_file_with_column_names_only_is_refused() -> None:
    assert code_of("phone,name\n\n,\n") == "no_rows"


def test_two_hundred_columns_are_read_and_one_more_refuses_the_file() -> None:
    named = "phone," + ",".join(f"c{n}" for n in range(199))
    assert len(read(named + "\n3125550142" + "," * 199 + "\n").people) == 1
    assert code_of(named + ",c199\n") == "too_many_columns"


def test_rejected_rows_count_against_the_most_rows_a_file_may_have() -> None:
    assert read_people(b"phone\n3125550142\nabc\n", max_rows=2).n_rows == 2
    with pytest.raises(ImportRefused) as refused:
        read_people(b"phone\n3125550142\nabc\n3125550143\n", max_rows=2)
    assert refused.value.code == "too_many_rows"


def test_excels_way_to_keep_a_text_a_text_is_undone() -> None:
    file = read('phone,zip\n"=""+13125550142""","=""02134"""\n')
    assert (file.people[0].phone.e164, file.people[0].attributes) == ("+13125550142", {"zip": "02134"})


def test_a_formula_stays_the_text_it_is() -> None:
    assert read("phone,note\n3125550142,=1+1\n").people[0].attributes == {"note": "=1+1"}


def test_names_are_kept_in_one_normal_form() -> None:
    assert read("phone,first_name\n3125550142,Jose\u0301\n").people[0].first_name == "José"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Favourite Colour ", "favourite_colour"),
        ("E.164", "e_164"),
        ("Größe", "grösse"),
        ("2024", "column_2024"),
        ("--", ""),
    ],
)
def test_a_column_name_becomes_what_a_template_can_write(name: str, slug: str) -> None:
    assert slug_of(name) == slug


CELLS = st.sampled_from(["3125550142", "+1 312 555 0143", "+442079460958", "12", "abc", "", " ", 'a"b', "x\ny", "é;,"])


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=30),
    delimiter=st.sampled_from([",", ";", "\t"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_row_is_a_person_or_rejected(rows: list[list[str]], delimiter: str, codec: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["phone", "first_name", "note"], *rows])
    n_filled = sum(any(cell.strip() for cell in row) for row in rows)
    try:
        file = read_people(out.getvalue().encode(codec))
    except ImportRefused as refused:
        assert (refused.code, n_filled) == ("no_rows", 0)
        return
    assert len(file.people) + len(file.rejected) == file.n_rows == n_filled
    numbers = [person.row_number for person in file.people] + [each.row_number for each in file.rejected]
    assert sorted(numbers) == [at for at, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    assert len({person.phone.e164 for person in file.people}) == len(file.people)


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: ("phone,x\n" + text).encode("utf-8", "replace"))
)
def test_any_octets_are_read_or_refused_and_nothing_else_happens(octets: bytes) -> None:
    try:
        file = read_people(octets)
    except ImportRefused as refused:
        assert refused.code and refused.sentence
    else:
        assert len(file.people) + len(file.rejected) == file.n_rows
