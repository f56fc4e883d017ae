import asyncio
import codecs
from typing import Any

import pytest

from heliogram.api.resources.people import N_REJECTED_SHOWN
from heliogram.audience.table import MAX_LINE_CHARS
from heliogram.model.consent import Subscription
from tests.api.kit import PEOPLE, import_of, n_rows, problem, run_sql
from tests.doors import Doors
from tests.world import GROUP

V1 = "/api/v1"
KEPT = ("contacts", "lists", "list_members", "imports", "consent_facts", "consent_standings", "audit")
NOTHING = dict.fromkeys(KEPT, 0)


async def imported(doors: Doors, octets: bytes, **form: str) -> Any:
    answer = await doors.api.post(f"{V1}/imports", files=import_of(octets), data=form)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_row_that_cannot_be_used_is_named_with_its_reason_and_the_others_are_used(doors: Doors) -> None:
    octets = b"phone,first_name\n+13125550101,Ada\n12,Bo\n+13125550101,Cy\n+13125550104\nabc,Dee\n+13125550106,Eve\n"
    told = await imported(doors, octets)
    assert (told["n_rows"], told["n_people"], told["n_rejected"]) == (6, 2, 4)
    assert [(each["row_number"], each["value"], each["reason"]) for each in told["rejected"]] == [
        (3, "12", "too_short"),
        (4, "+13125550101", "duplicate"),
        (5, "+13125550104", "cells"),
        (6, "abc", "letters"),
    ]
    assert told["rejected"][1]["sentence"] == "Row 2 has the same number."
    assert all(each["sentence"].endswith(".") for each in told["rejected"])
    names = [each["first_name"] for each in (await doors.api.get(f"{V1}/contacts")).json()["items"]]
    assert sorted(names) == ["Ada", "Eve"]


REFUSED: list[tuple[bytes, str]] = [
    (b"", "The file is empty."),
    (b"\n \n", "The file is empty."),
    (b"phone,first_name\n", "The file has column names but no rows below them."),
    (b"name,city\nAda,Chicago\n", "No column is named “phone”. The first row has “name”, “city”."),
    (b"phone,city,City\n+13125550101,a,b\n", "Two columns are called “city”. Rename one of them."),
    ("phone,first_name\n+13125550101,José\n".encode("latin-1"), "The file is not UTF-8: the byte 0xE9 at position 33"),
    ("phone\n+13125550101\n".encode("utf-16-le"), "The file is damaged, or it is UTF-16 without its mark."),
    (codecs.BOM_UTF16_LE + b"p\0h\0o", "The file is not UTF-16"),
    (b"PK\x03\x04rest", "This is an Excel workbook, not a CSV file."),
    (
        b'phone,note\n+13125550101,"never closed\n+13125550102,x\n',
        "A quotation mark that opens in line 2 is not closed",
    ),
    (b"phone\n" + b"1" * (MAX_LINE_CHARS + 1) + b"\n", "A line is longer than 131,000 characters: not a CSV file."),
]


@pytest.mark.parametrize(("octets", "said"), REFUSED)
async def test_a_file_that_cannot_be_used_says_what_to_mend_and_leaves_nothing(
    doors: Doors, octets: bytes, said: str
) -> None:
    form = {"group_id": GROUP, "attest_consent": "at the till"}
    answer = await doors.api.post(f"{V1}/imports", files=import_of(octets), data=form)
    sentence = problem(answer, "import_refused")
    assert said.casefold() in sentence.casefold()
    assert await n_rows(doors, *KEPT) == NOTHING


@pytest.mark.parametrize(
    "octets",
    [
        codecs.BOM_UTF8 + "phone,first_name\n+13125550101,José\n".encode(),
        codecs.BOM_UTF16_LE + "phone,first_name\n+13125550101,José\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "phone,first_name\n+13125550101,José\n".encode("utf-16-be"),
        "phone;first_name\r\n+13125550101;José\r\n".encode(),
        "phone\tfirst_name\n+13125550101\tJosé\n".encode(),
        "sep=;\nphone;first_name\n+13125550101;José\n".encode(),
    ],
)
async def test_files_as_programs_of_many_countries_write_them_are_read(doors: Doors, octets: bytes) -> None:
    assert (await imported(doors, octets))["n_people"] == 1
    (person,) = (await doors.api.get(f"{V1}/contacts")).json()["items"]
    assert (person["phone"], person["first_name"]) == ("+13125550101", "José")


async def test_others_are_answered_while_a_file_is_read(doors: Doors) -> None:
    order: list[str] = []

    async def bring() -> None:
        # Numbers that take long to read, and a mistake at the very end: nothing of it is stored.
        rows = b"".join(b"+44770%07d\n" % n for n in range(20_000))
        answer = await doors.api.post(f"{V1}/imports", files=import_of(b"phone\n" + rows + b'"open\n'))
        assert "A quotation mark that opens in line 20,002" in problem(answer, "import_refused")
        order.append("refused")

    async def ask() -> None:
        while "refused" not in order:
            await doors.api.get(f"{V1}/me")
            order.append("me")

    await asyncio.gather(bring(), ask())
    assert order.index("refused") > 3


async def test_of_very_many_rejected_rows_the_first_thousand_are_shown_and_all_are_counted(doors: Doors) -> None:
    told = await imported(doors, b"phone\n+13125550101\n" + b"x\n" * (N_REJECTED_SHOWN + 1))
    assert (told["n_rejected"], len(told["rejected"])) == (N_REJECTED_SHOWN + 1, N_REJECTED_SHOWN)


async def test_an_attestation_subscribes_the_unknown_and_never_who_opted_out(doors: Doors) -> None:
    await doors.world.say(Subscription.UNSUBSCRIBED, ["+13125550101"])
    octets = PEOPLE + b"+13125550103,Cy\n"
    told = await imported(doors, octets, group_id=GROUP, attest_consent="paper forms, May 2026")
    counted = (told["n_people"], told["n_subscribed"], told["n_already_opted_out"], told["n_without_consent"])
    assert counted == (3, 2, 1, 0)
    people = (await doors.api.get(f"{V1}/contacts")).json()["items"]
    assert {each["phone"]: each["subscriptions"][0]["state"] for each in people} == {
        "+13125550101": "unsubscribed",
        "+13125550102": "subscribed",
        "+13125550103": "subscribed",
    }
    again = await imported(doors, octets, group_id=GROUP, attest_consent="paper forms, May 2026")
    assert (again["n_subscribed"], again["n_already_opted_out"]) == (0, 1)
    facts = (await doors.api.get(f"{V1}/consent", params={"phone": "+13125550102"})).json()["items"]
    assert [(each["source"], each["evidence"]) for each in facts] == [("import", "paper forms, May 2026")]


@pytest.mark.parametrize("attested", ["", "  \n"])
async def test_without_an_attestation_nobody_is_subscribed(doors: Doors, attested: str) -> None:
    told = await imported(doors, PEOPLE, group_id=GROUP, attest_consent=attested)
    assert (told["n_people"], told["n_subscribed"], told["n_without_consent"]) == (2, 0, 2)
    assert await n_rows(doors, "consent_facts") == {"consent_facts": 0}


async def test_consent_is_for_a_group_and_the_group_must_exist(doors: Doors) -> None:
    nobody = await doors.api.post(f"{V1}/imports", files=import_of(PEOPLE), data={"attest_consent": "at the till"})
    assert problem(nobody, "invalid") == "Consent is for a group: say which."
    gone = await doors.api.post(f"{V1}/imports", files=import_of(PEOPLE), data={"group_id": "gone"})
    assert problem(gone, "not_found") == "There is no such group."
    assert await n_rows(doors, *KEPT) == NOTHING


async def test_an_import_that_breaks_in_the_middle_leaves_nothing(doors: Doors) -> None:
    await run_sql(doors, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    form = {"group_id": GROUP, "attest_consent": "at the till"}
    answer = await doors.api.post(f"{V1}/imports", files=import_of(PEOPLE), data=form)
    assert "try again" in problem(answer, "internal")
    assert await n_rows(doors, *KEPT) == NOTHING


async def test_a_list_is_named_by_who_brought_it_or_by_its_file(doors: Doors) -> None:
    await imported(doors, PEOPLE)
    await imported(doors, PEOPLE, list_name="Regulars")
    listed = (await doors.api.get(f"{V1}/lists")).json()["items"]
    assert [(each["name"], each["n_people"]) for each in listed] == [("Regulars", 2), ("people.csv", 2)]


async def test_people_are_found_by_name_or_number(doors: Doors) -> None:
    await imported(doors, b"phone,first_name,last_name,city\n+13125550101,Ada,Lovelace,London\n+13125550102,Bo,50%,\n")
    for words, found in (("ada", 1), ("LOVE ada", 1), ("555-0102", 1), ("%", 1), ("_", 0), ("", 2)):
        told = (await doors.api.get(f"{V1}/contacts", params={"q": words})).json()["items"]
        assert len(told) == found, words
    (ada,) = (await doors.api.get(f"{V1}/contacts", params={"q": "Ada"})).json()["items"]
    assert (ada["attributes"], ada["last_name"], ada["subscriptions"]) == ({"city": "London"}, "Lovelace", [])
