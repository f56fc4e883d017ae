"""Files from the web over real sockets: the one host of the test is let through, its neighbours are not."""

from collections.abc import AsyncIterator

import pytest

from heliogram.api.resources.media_fetch import name_of
from heliogram.carriers.fetch import Fetched, Fetcher, MediaAccess, NotFetched, Words
from heliogram.media.limits import MESSAGE_LIMIT_OCTETS
from tests.api.kit import jpeg, n_rows, problem, uploaded
from tests.doors import Doors
from tests.web_host import WebHost, web_host

FETCH = "/api/v1/media/fetch"
PRIVATE = "The file is said to be in a private network, where nothing is fetched."


class HomeFetcher(Fetcher):
    """A fetcher to whom one host of loopback is what an account's own is to it."""

    home = ""

    async def fetch(self, url: str, access: MediaAccess) -> Fetched | NotFetched:
        assert access == MediaAccess()
        return await super().fetch(url, MediaAccess(url=self.home))


@pytest.fixture
async def host(doors: Doors) -> AsyncIterator[WebHost]:
    """A web server whose address the doors take for a public one."""
    async with web_host(
        {"/menu.jpg": jpeg(64), "/again": jpeg(64), "/page": b"<html><title>Menu</title></html>"}
    ) as made:
        words = Words(who="The server at that address", no_address="No address.")
        fetcher = HomeFetcher(timeout_s=5, max_octets=MESSAGE_LIMIT_OCTETS, words=words)
        fetcher.home = made.url
        doors.app.fetcher = fetcher
        yield made


async def test_a_file_is_fetched_and_kept_like_an_upload_with_its_words(doors: Doors, host: WebHost) -> None:
    asked = {"url": f"{host.url}/menu.jpg?size=l", "alt_text": "A menu", "folder": " May  menus"}
    answer = await doors.api.post(FETCH, json=asked)
    told = answer.json()
    assert (answer.status_code, told["filename"], told["content_type"], told["width"]) == (
        201,
        "menu.jpg",
        "image/jpeg",
        64,
    )
    assert (told["alt_text"], told["folder"], told["is_known"]) == ("A menu", "May menus", False)
    assert (await doors.api.get(told["url"])).content == jpeg(64)
    assert host.asked == ["/menu.jpg"]
    async with doors.app.store.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT action, subject, detail FROM audit")).all()
    assert [(row[0], row[1]) for row in rows] == [("media.fetch", told["id"])]
    assert "127.0.0.1" in str(rows[0][2]) and "size" not in str(rows[0][2])


async def test_a_file_that_was_uploaded_before_is_the_one_that_is_there(doors: Doors, host: WebHost) -> None:
    mine = await uploaded(doors, jpeg(64))
    answer = await doors.api.post(FETCH, json={"url": f"{host.url}/again"})
    assert (answer.status_code, answer.json()) == (200, mine | {"is_known": True})
    assert await n_rows(doors, "media") == {"media": 1}


async def test_a_repetition_asks_nobody_again_and_a_key_of_another_request_is_told(doors: Doors, host: WebHost) -> None:
    headers = {"Idempotency-Key": "k"}
    first, again = [
        await doors.api.post(FETCH, json={"url": f"{host.url}/menu.jpg"}, headers=headers) for _ in range(2)
    ]
    assert (first.content, again.headers.get("idempotent-replayed")) == (again.content, "true")
    assert host.asked == ["/menu.jpg"]
    other = await doors.api.post(FETCH, json={"url": f"{host.url}/again"}, headers=headers)
    assert problem(other, "key_reused") and host.asked == ["/menu.jpg"]


async def test_what_is_no_file_for_a_message_is_refused_beside_its_address(doors: Doors, host: WebHost) -> None:
    answer = await doors.api.post(FETCH, json={"url": f"{host.url}/page"})
    sentence = problem(answer, "media_refused")
    assert "it looks like a web page" in sentence
    assert answer.json()["errors"] == [{"field": "url", "detail": sentence}]
    missing = problem(await doors.api.post(FETCH, json={"url": f"{host.url}/nothing"}), "not_fetched")
    assert missing == "The server at that address answered 404 for the file."
    assert await n_rows(doors, "media") == {"media": 0}


@pytest.mark.parametrize("n_octets", [MESSAGE_LIMIT_OCTETS, MESSAGE_LIMIT_OCTETS + 1])
async def test_a_file_of_5_000_000_octets_is_taken_and_one_more_is_not(
    doors: Doors, host: WebHost, n_octets: int
) -> None:
    host.files["/large.jpg"] = jpeg(64, n_octets=n_octets)
    answer = await doors.api.post(FETCH, json={"url": f"{host.url}/large.jpg"})
    if n_octets == MESSAGE_LIMIT_OCTETS:
        assert answer.json()["n_octets"] == n_octets
    else:
        assert problem(answer, "not_fetched") == "The file is larger than the 5,000,000 bytes that are fetched."


async def test_nothing_is_fetched_from_the_servers_own_network_not_even_by_a_detour(
    doors: Doors, host: WebHost
) -> None:
    async with web_host({"/secret.jpg": jpeg(64)}) as inside:
        host.leads["/away.jpg"] = f"{inside.url}/secret.jpg"
        for url in (f"{host.url}/away.jpg", f"{inside.url}/secret.jpg"):
            answer = await doors.api.post(FETCH, json={"url": url})
            assert problem(answer, "not_fetched") == PRIVATE
            assert answer.json()["errors"] == [{"field": "url", "detail": PRIVATE}]
        assert inside.asked == []
    assert await n_rows(doors, "media", "audit") == {"media": 0, "audit": 0}


@pytest.mark.parametrize("host_name", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
async def test_the_doors_as_they_are_built_ask_no_private_address(doors: Doors, host_name: str) -> None:
    answer = await doors.api.post(FETCH, json={"url": f"http://{host_name}/a.jpg"})
    assert problem(answer, "not_fetched") == PRIVATE


@pytest.mark.parametrize(
    "url", ["menu.jpg", "ftp://example.com/a.jpg", "https://me:secret@example.com/a.jpg", "file:///etc/passwd"]
)
async def test_what_is_no_address_of_the_web_is_said_to_be_none(doors: Doors, url: str) -> None:
    sentence = problem(await doors.api.post(FETCH, json={"url": url}), "not_fetched")
    assert sentence.startswith("This is not the address of a file on the web. One begins with https:// or http://")
    assert problem(await doors.api.post(FETCH, json={"url": "h" * 2_001}), "invalid").startswith("url: ")


@pytest.mark.parametrize(
    ("url", "content_type", "name"),
    [
        ("https://a.test/x/menu.jpg?w=9#top", "image/jpeg", "menu.jpg"),
        ("https://a.test/caf%C3%A9%20menu.png", "image/png", "café menu.png"),
        ("https://a.test/photo", "image/webp", "photo.webp"),
        ("https://a.test/", "text/vcard", "file.vcf"),
        ("https://a.test", "image/gif", "file.gif"),
    ],
)
def test_a_file_is_called_as_its_address_ends(url: str, content_type: str, name: str) -> None:
    assert name_of(url, content_type) == name
