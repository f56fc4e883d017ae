import asyncio
import os
import struct
import sys
import time
import zlib
from typing import Any

import httpx
import pytest

from heliogram.media.heic import NOT_INSTALLED
from tests.api.kit import drafted, jpeg, n_rows, problem, uploaded
from tests.doors import Doors
from tests.media.children import children_of, peak_mb_of
from tests.media.documents import pdf
from tests.media.films import CARD, film
from tests.media.hostile import CORPUS, Hostile
from tests.media.pictures import box, heic, noise, saved
from tests.media.sounds import SECRET, amr, ape, id3, id3v1, mp3
from tests.world import GROUP

V1 = "/api/v1"


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is, with next to nothing in it."""

    def chunk(kind: bytes, octets: bytes) -> bytes:
        return struct.pack(">I", len(octets)) + kind + octets + struct.pack(">I", zlib.crc32(kind + octets))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


async def upload(doors: Doors, octets: bytes, filename: str = "menu.jpg", **form: str) -> Any:
    return await doors.api.post(f"{V1}/media", files={"file": (filename, octets)}, data=form)


REFUSED = [
    (
        b"Dear customers, our summer sale begins.",
        "menu.jpg",
        "not a JPEG, PNG, GIF, WebP or HEIC: it looks like a text file",
    ),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "menu.png", "it looks like an SVG drawing"),
    (b"%PDF-1.7", "menu.jpg", "its first lines are not a PDF's"),
    (b"", "menu.jpg", "The file is empty."),
    (jpeg(320)[:-200], "menu.jpg", "The file ends in the middle of the picture."),
    (png_header(30_000, 30_000), "bomb.png", "The picture has 30,000 × 30,000 pixels; at most 100,000,000 in all"),
    (png_header(20_001, 1), "wide.png", "The picture has 20,001 × 1 pixels"),
]


@pytest.mark.parametrize(("octets", "filename", "said"), REFUSED)
async def test_what_cannot_be_used_is_refused_in_words_and_leaves_nothing(
    doors: Doors, octets: bytes, filename: str, said: str
) -> None:
    assert said in problem(await upload(doors, octets, filename), "media_refused")
    assert await n_rows(doors, "media") == {"media": 0}


@pytest.mark.parametrize("n_octets", [4_000_000, 4_000_001, 5_000_000, 5_000_001])
async def test_a_picture_may_have_5_000_000_octets_and_warns_above_4_000_000(doors: Doors, n_octets: int) -> None:
    answer = await upload(doors, jpeg(64, n_octets=n_octets))
    if n_octets > 5_000_000:
        sentence = problem(answer, "too_large")
        assert "pictures 5,000,001 + text 0 = 5,000,001 octets; at most 5,000,000 can be sent." in sentence
        assert answer.json()["errors"] == [{"field": "file", "detail": sentence}]
        assert await n_rows(doors, "media") == {"media": 0}
    else:
        told = answer.json()
        assert told["n_octets"] == n_octets
        assert (told["warning"] is not None) == (n_octets > 4_000_000)


async def test_a_picture_is_recognised_by_what_it_is_not_by_its_name(doors: Doors) -> None:
    told = (await upload(doors, jpeg(320), "notes.txt")).json()
    assert (told["content_type"], told["filename"], told["width"], told["height"]) == (
        "image/jpeg",
        "notes.txt",
        320,
        320,
    )


async def test_a_webp_is_kept_as_it_came(doors: Doors) -> None:
    octets = saved(noise(320, 240), "WEBP")
    told = (await upload(doors, octets, "menu.webp")).json()
    assert (told["content_type"], told["width"], told["n_octets"]) == ("image/webp", 320, len(octets))


async def test_a_photo_of_a_phone_is_kept_as_a_jpeg_or_refused_with_the_way_to_go_on(doors: Doors) -> None:
    answer = await upload(doors, heic(), "IMG_0001.HEIC")
    if answer.status_code == 422:
        assert problem(answer, "media_refused") == NOT_INSTALLED
    else:
        told = answer.json()
        assert (told["content_type"], told["width"], told["frames"]) == ("image/jpeg", 320, 1)
        assert (await doors.api.get(told["url"])).content.startswith(b"\xff\xd8\xff")


async def test_the_words_for_who_cannot_see_a_picture_are_kept(doors: Doors) -> None:
    told = await uploaded(doors, alt_text="A menu, with “soup” & bread")
    listed = (await doors.api.get(f"{V1}/media")).json()["items"]
    assert [each["alt_text"] for each in (told, *listed)] == ["A menu, with “soup” & bread"] * 2
    assert (await uploaded(doors, jpeg(64)))["alt_text"] == ""
    assert (await upload(doors, jpeg(65), alt_text="x" * 500)).json()["alt_text"] == "x" * 500
    assert problem(await upload(doors, jpeg(66), alt_text="x" * 501), "invalid").startswith("alt_text: ")


async def test_the_very_same_file_is_kept_once_and_told_as_known(doors: Doors) -> None:
    first = await uploaded(doors, jpeg(64), folder="Menus")
    again = await upload(doors, jpeg(64), "copy.jpg", alt_text="A menu")
    assert (again.status_code, again.json()) == (200, first | {"alt_text": "A menu", "is_known": True})
    # What somebody wrote stays.
    assert (await upload(doors, jpeg(64), alt_text="Soup")).json()["alt_text"] == "A menu"
    other = await uploaded(doors, jpeg(65))
    assert (first["is_known"], other["is_known"], other["id"] == first["id"]) == (False, False, False)
    assert await n_rows(doors, "media") == {"media": 2}


async def test_the_same_file_of_another_workspace_is_not_told(doors: Doors, stranger: httpx.AsyncClient) -> None:
    mine = await uploaded(doors, jpeg(64))
    theirs = (await stranger.post(f"{V1}/media", files={"file": ("menu.jpg", jpeg(64))})).json()
    assert (theirs["is_known"], theirs["id"] == mine["id"]) == (False, False)


async def test_the_library_has_folders_that_last_as_long_as_something_is_in_them(doors: Doors) -> None:
    lunch = await uploaded(doors, jpeg(64), folder="  Lunch   menus ", alt_text="Green curry")
    loose = await uploaded(doors, jpeg(65))
    folders = (await doors.api.get(f"{V1}/media/folders")).json()
    assert folders == {"n": 2, "items": [{"name": "Lunch menus", "n": 1}]}
    found = (await doors.api.get(f"{V1}/media", params={"folder": "Lunch menus"})).json()["items"]
    assert [each["id"] for each in found] == [lunch["id"]]
    found = (await doors.api.get(f"{V1}/media", params={"q": "CURRY menu"})).json()["items"]
    assert [each["id"] for each in found] == [lunch["id"]]
    moved = (await doors.api.patch(f"{V1}/media/{lunch['id']}", json={"folder": ""})).json()
    assert (moved["folder"], moved["alt_text"]) == ("", "Green curry")
    assert (await doors.api.get(f"{V1}/media/folders")).json() == {"n": 2, "items": []}
    assert [each["id"] for each in (await doors.api.get(f"{V1}/media")).json()["items"]] == [loose["id"], lunch["id"]]


async def test_a_medium_is_renamed_and_described_anew(doors: Doors) -> None:
    path = f"{V1}/media/{(await uploaded(doors))['id']}"
    asked = {"filename": " May  menu.jpg ", "alt_text": " Soup\nand bread ", "folder": "May"}
    told = (await doors.api.patch(path, json=asked)).json()
    assert (told["filename"], told["alt_text"], told["folder"]) == ("May menu.jpg", "Soup\nand bread", "May")
    assert problem(await doors.api.patch(path, json={"filename": "  "}), "invalid") == "A medium needs a name."
    assert problem(await doors.api.patch(path, json={"folder": "x" * 61}), "invalid").startswith("folder: ")
    assert (await doors.api.get(path)).json() == told


async def test_a_medium_says_where_it_is_used_and_stays_while_it_is(doors: Doors) -> None:
    picture = (await uploaded(doors))["id"]
    path = f"{V1}/media/{picture}"
    campaign = await drafted(doors, media_ids=[picture], content="mms")
    uses = (await doors.api.get(path)).json()["uses"]
    used_by = {"id": campaign, "name": "Sale", "state": "draft", "n_messages": 0}
    sentence = "It is used by 1 campaign: “Sale”. Take it out there first."
    assert uses == {"n_campaigns": 1, "n_messages": 0, "sentence": sentence, "campaigns": [used_by]}
    assert problem(await doors.api.delete(path), "conflict") == sentence
    await doors.api.delete(f"{V1}/campaigns/{campaign}")
    assert (await doors.api.get(path)).json()["uses"]["sentence"] == ""
    assert (await doors.api.delete(path)).status_code == 204
    assert problem(await doors.api.get(path), "not_found") == "There is no such picture."
    assert await n_rows(doors, "media") == {"media": 0}


async def test_a_picture_that_a_single_message_has_stays(doors: Doors) -> None:
    picture = (await uploaded(doors))["id"]
    asked = {"group_id": GROUP, "to": "+13125550101", "body": "Hello", "media_ids": [picture]}
    assert (await doors.api.post(f"{V1}/messages", json=asked)).status_code == 202
    assert (await doors.api.get(f"{V1}/media/{picture}")).json()["uses"]["n_messages"] == 1
    sentence = problem(await doors.api.delete(f"{V1}/media/{picture}"), "conflict")
    assert sentence == "It went out with 1 message, whose story would lose it. It stays."
    assert (await doors.api.get(f"{V1}/media/{picture}")).json()["id"] == picture


async def test_the_octets_come_back_as_they_were_given_and_as_a_picture(doors: Doors) -> None:
    octets = jpeg(128)
    told = await uploaded(doors, octets)
    answer = await doors.api.get(told["url"])
    assert (answer.content, answer.headers["content-type"]) == (octets, "image/jpeg")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")


async def test_others_are_answered_while_a_picture_is_read(doors: Doors) -> None:
    order: list[str] = []

    async def upload_large() -> None:
        await uploaded(doors, jpeg(4_000))
        order.append("upload")

    async def ask() -> None:
        # Asked once the upload is on its way: its first step has been taken.
        await asyncio.sleep(0)
        await doors.api.get(f"{V1}/me")
        order.append("me")

    await asyncio.gather(upload_large(), ask())
    assert order == ["me", "upload"]


async def test_hostile_files_are_refused_with_a_reason_while_others_are_answered(
    doors: Doors, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refused(file: Hostile) -> None:
        assert file.said in problem(await upload(doors, file.octets, file.filename), "media_refused"), file.filename

    slowest_s = 0.0
    async with asyncio.TaskGroup() as tasks:
        attacks = [tasks.create_task(refused(file)) for file in CORPUS]
        while not all(attack.done() for attack in attacks):
            began = time.monotonic()
            assert (await doors.api.get(f"{V1}/me")).status_code == 200
            slowest_s = max(slowest_s, time.monotonic() - began)
            await asyncio.sleep(0.01)
    peaks = [peak_mb_of(child) for child in children_of(os.getpid())]
    with capsys.disabled():
        sys.stdout.write(f"\n{len(CORPUS)} hostile files: slowest other answer {slowest_s * 1_000:.0f} ms; ")
        sys.stdout.write(f"children's peaks {', '.join(f'{peak:.0f} MB' for peak in peaks)}\n")
    assert slowest_s < 5 and 0 < max(peaks) < 400
    assert await n_rows(doors, "media") == {"media": 0}


async def test_a_long_name_is_cut_and_a_name_with_a_path_does_no_harm(doors: Doors) -> None:
    long = (await upload(doors, jpeg(64), "n" * 300 + ".jpg")).json()
    path = (await upload(doors, jpeg(65), "../../etc/passwd")).json()
    assert (long["filename"], path["filename"]) == ("n" * 200, "../../etc/passwd")
    assert (await doors.api.get(path["url"])).headers["content-disposition"] == "inline"


@pytest.mark.parametrize(
    ("octets", "content_type", "shown"),
    [
        (film(), "video/mp4", "inline"),
        (film(b"3gp4"), "video/3gpp", "inline"),
        (mp3(), "audio/mpeg", "inline"),
        (amr(), "audio/amr", "inline"),
        (CARD, "text/vcard", "attachment"),
        (pdf(), "application/pdf", "attachment"),
    ],
)
async def test_a_file_that_is_no_picture_is_taken_by_its_octets_and_comes_back_as_it_was(
    doors: Doors, octets: bytes, content_type: str, shown: str
) -> None:
    told = (await upload(doors, octets, "photo.jpg")).json()
    got = await doors.api.get(told["url"])
    assert (told["content_type"], got.content, got.headers["content-type"].split(";")[0]) == (
        content_type,
        octets,
        content_type,
    )
    assert (got.headers["content-disposition"], got.headers["x-content-type-options"]) == (shown, "nosniff")


async def test_a_sound_is_kept_without_what_its_tags_tell(doors: Doors) -> None:
    told = (await upload(doors, id3() + mp3() + ape() + id3v1(), "jingle.mp3")).json()
    got = await doors.api.get(told["url"])
    assert (got.content, told["n_octets"], SECRET in got.content) == (mp3(), len(mp3()), False)
    async with doors.app.store.read() as connection:
        lasts_ms = (await connection.exec_driver_sql("SELECT duration_ms FROM media")).scalar_one()
    assert lasts_ms == 1_044  # 40 frames of 1,152 samples
    again = await upload(doors, mp3(), "the same.mp3")
    assert (again.status_code, again.json()["id"], again.json()["is_known"]) == (200, told["id"], True)


@pytest.mark.parametrize("brand", [b"isom", b"3gp4", b"qt  ", b"M4A "])
async def test_a_film_is_kept_without_where_it_was_filmed(doors: Doors, brand: bytes) -> None:
    kind = b"soun" if brand == b"M4A " else b"vide"
    place = box(b"udta", box(b"\xa9xyz", SECRET)) + box(b"uuid", SECRET)
    told = (await upload(doors, film(brand, kind=kind) + place, "IMG_1.mov")).json()
    kept = (await doors.api.get(told["url"])).content
    assert (len(kept), told["n_octets"], SECRET in kept) == (len(film(brand, kind=kind) + place),) * 2 + (False,)
    assert kept.startswith(film(brand, kind=kind))
