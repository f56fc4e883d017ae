import asyncio
import json
from pathlib import Path

import pytest

from heliogram.media.workshop import NO_FFMPEG
from heliogram.model.access import Scope
from tests.api.conftest import served
from tests.api.kit import jpeg
from tests.api.resources.test_media_fetch import HomeFetcher
from tests.commands.desk import Desk
from tests.doors import Doors
from tests.media.films import CARD
from tests.media.pictures import gif
from tests.media.played import ffmpeg
from tests.web_host import web_host


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with a workspace and nothing else."""
    account = ("--carrier", "smpp", "--set", "host=127.0.0.1", "--set", "port=1", "--set", "system_id=a")
    assert desk.run("accounts", "add", "smsc", *account, "--password", "s").code == 0
    return desk


def test_a_file_is_added_once_listed_described_and_removed(office: Desk) -> None:
    assert office.run("media", "list").out == "Nothing in the library yet: heliogram media add FILE\n"
    picture = str(office.picture())
    added = json.loads(office.run("media", "add", picture, "--alt", "Soup", "--folder", "Menus", "--json").out)
    again = office.run("media", "add", picture).out
    assert again.startswith(f"Was there already: {added['id']}  photo.jpg  image/jpeg, 640 × 640, ")
    assert again.endswith("octets  [Menus]  Soup\n")
    card = office.folder / "us.vcf"
    card.write_bytes(CARD)
    assert office.run("media", "add", str(card)).out.endswith(f"us.vcf  text/vcard, {len(CARD)} octets\n")
    assert [line.split("  ")[1] for line in office.run("media", "list").out.splitlines()] == ["us.vcf", "photo.jpg"]
    assert office.run("media", "list", "--folder", "Menus", "--search", "so").out == again.partition(": ")[2]
    assert office.run("media", "describe", added["id"], "A bowl").out.endswith("[Menus]  A bowl\n")
    assert json.loads(office.run("media", "list", "--search", "bowl", "--json").out)["items"][0]["alt_text"] == "A bowl"
    assert office.run("media", "remove", added["id"]).out == "Removed.\n"
    assert office.run("media", "list", "--folder", "Menus").out == "Nothing matches.\n"


def test_a_contact_card_is_made_with_a_photo_of_the_disk_or_of_the_library(office: Desk) -> None:
    picture = str(office.picture())
    asked = ("media", "card", "--company", "Juniper Cafe", "--phone", "+1 312 555 0100", "--json")
    first = json.loads(office.run(*asked, "--photo", picture, "--city", "Reno").out)
    assert (first["filename"], first["content_type"], first["is_known"]) == ("juniper-cafe.vcf", "text/vcard", False)
    photo = json.loads(office.run("media", "list", "--search", "photo.jpg", "--json").out)["items"][0]["id"]
    again = json.loads(office.run(*asked, "--photo", photo, "--city", "Reno").out)
    assert (again["id"], again["is_known"]) == (first["id"], True)
    assert office.run(*asked[:-1]).out.startswith("Added: ")
    too_long = office.run("media", "card", "--company", "x" * 21, "--phone", "72975")
    assert (too_long.code, too_long.err) == (2, "company: At most 20 characters; these are 21.\n")
    assert office.rows()["media"] == 3


def test_a_gif_becomes_an_mp4_beside_it_once(office: Desk) -> None:
    ffmpeg()
    path = office.folder / "sale.gif"
    path.write_bytes(gif())
    media_id = json.loads(office.run("media", "add", str(path), "--alt", "Leaves", "--json").out)["id"]
    made = json.loads(office.run("media", "mp4", media_id, "--json").out)
    assert (made["filename"], made["content_type"], made["is_known"]) == ("sale.mp4", "video/mp4", False)
    again = office.run("media", "mp4", media_id).out
    assert again.startswith(f"Was there already: {made['id']}  sale.mp4  video/mp4, 64 × 48, ")
    assert again.endswith("octets  Leaves\n")
    off = office.run("media", "mp4", media_id, HELIOGRAM_FFMPEG="/nowhere/ffmpeg")
    assert (off.code, off.err) == (2, f"{NO_FFMPEG}\n")
    assert office.rows()["media"] == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "nothing.jpg"), "nothing.jpg cannot be read: No such file or directory.\n"),
        (
            ("add", "http://127.0.0.1:1/a.jpg"),
            "The file is said to be in a private network, where nothing is fetched.\n",
        ),
        (("add", "https://"), "This is not the address of a file on the web."),
        (("describe", "nobody", "words"), "There is no such picture.\n"),
        (("remove", "nobody"), "There is no such picture.\n"),
        (("list", "--url", "http://127.0.0.1:1"), "The server does not answer ("),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    office: Desk, arguments: tuple[str, ...], sentence: str
) -> None:
    told = office.run("media", *arguments)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(sentence)
    assert office.rows()["media"] == 0


def test_a_file_that_is_none_for_a_message_is_refused_in_words(office: Desk) -> None:
    path = office.folder / "notes.txt"
    path.write_text("Soup")
    told = office.run("media", "add", str(path))
    assert (told.code, told.err) == (2, "This is not a JPEG, PNG, GIF, WebP or HEIC: it looks like a text file.\n")


async def test_a_file_of_the_web_is_fetched_by_the_server_that_is_asked(
    doors: Doors, desk: Desk, tmp_path: Path
) -> None:
    async with web_host({"/menu.jpg": jpeg(64)}) as host, served(doors) as url:
        fetcher = HomeFetcher()
        fetcher.home = host.url
        doors.app.fetcher = fetcher
        key = (await doors.key(*Scope)).headers["authorization"].removeprefix("Bearer ")
        asked = ("media", "add", f"{host.url}/menu.jpg", "--alt", "A menu", "--url", url, "--key", key)
        told = await asyncio.to_thread(desk.run, *asked)
    assert told.out.startswith("Added: ") and "  menu.jpg  image/jpeg, 64 × 64, " in told.out
    assert host.asked == ["/menu.jpg"]
