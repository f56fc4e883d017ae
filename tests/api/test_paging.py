from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from heliogram.api.paging import next_of
from tests.api.kit import draft, import_of, jpeg, problem
from tests.doors import Doors
from tests.world import GROUP

V1 = "/api/v1"
Add = Callable[[Doors, int], Awaitable[str]]


async def _posted(doors: Doors, path: str, **body: Any) -> str:
    answer = await doors.api.post(V1 + path, **body)
    assert answer.is_success, answer.text
    told = answer.json()
    return str(told.get("list_id") or told["id"])


async def _person(doors: Doors, n: int) -> str:
    row = doors.world.person(f"+1312555{n:04d}", id=doors.app.new_id())
    from heliogram.storage import people

    async with doors.app.store.write() as connection:
        await people.put_contacts(connection, [row])
    return str(row["id"])


async def _picture(doors: Doors, n: int) -> str:
    await doors.world.add_picture(made := doors.app.new_id())
    return made


LISTS: dict[str, Add] = {
    "/campaigns": lambda doors, n: _posted(doors, "/campaigns", json=draft(name=f"n{n}")),
    "/messages": lambda doors, n: _posted(
        doors, "/messages", json={"group_id": GROUP, "to": f"+1312555{n:04d}", "body": "Hi"}
    ),
    "/lists": lambda doors, n: _posted(doors, "/imports", files=import_of(b"phone\n+13125550101\n")),
    "/contacts": _person,
    "/media": _picture,
}


@pytest.mark.parametrize("path", LISTS)
async def test_every_row_comes_exactly_once_while_rows_are_added(either_doors: Doors, path: str) -> None:
    add = LISTS[path]
    first = [await add(either_doors, n) for n in range(5)]
    seen: list[str] = []
    after, n = "", 5
    while True:
        answer = await either_doors.api.get(f"{V1}{path}", params={"limit": 2, "after": after})
        told = answer.json()
        seen += [item["id"] for item in told["items"]]
        assert len(told["items"]) <= 2
        if told["next"] is None:
            break
        after = told["next"]
        if n < 8:
            await add(either_doors, n)
            n += 1
    assert len(seen) == len(set(seen))
    assert [each for each in seen if each in first] == (first if path == "/contacts" else first[::-1])


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_that_no_page_gave_is_refused(doors: Doors, path: str) -> None:
    for cursor in ("1", "z" * 32, "a" * 31, "a" * 33, "A" * 32, "' OR 1=1 --", " ", "a" * 5_000):
        answer = await doors.api.get(f"{V1}{path}", params={"after": cursor})
        assert problem(answer, "invalid").startswith("after: String should match pattern"), cursor
    assert (await doors.api.get(f"{V1}{path}", params={"after": ""})).json()["next"] is None


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_has_1_to_200_items(doors: Doors, path: str) -> None:
    for limit in (0, 201, -1, "many", ""):
        answer = await doors.api.get(f"{V1}{path}", params={"limit": limit})
        assert problem(answer, "invalid").startswith("limit: Input should be "), limit
    for limit in (1, 200):
        assert (await doors.api.get(f"{V1}{path}", params={"limit": limit})).json() == {"items": [], "next": None}


def test_only_a_full_page_has_a_next() -> None:
    rows = [{"id": "b"}, {"id": "a"}]
    assert (next_of(rows, 2), next_of(rows, 3), next_of([], 1)) == ("a", None, None)


def test_a_picture_for_these_tests_is_one() -> None:
    assert jpeg(64, n_octets=70_000)[:2] == b"\xff\xd8" and len(jpeg(64, n_octets=70_000)) == 70_000
