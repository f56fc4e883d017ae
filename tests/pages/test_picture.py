import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from heliogram.clock import LINK_LETTERS, new_token
from heliogram.media.plan import all_budgets
from heliogram.pages.frame import HEADERS
from heliogram.storage import albums, media
from tests.api.kit import jpeg, n_rows
from tests.doors import Doors
from tests.media.documents import pdf
from tests.media.films import film
from tests.media.pictures import gif, noise, saved
from tests.media.sounds import amr, mp3
from tests.world import NOON, WORKSPACE

TOKEN = "T9nYp3kQwZ"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
OCTETS = jpeg(64)
WEEK = timedelta(days=7)


@pytest.fixture
async def linked(doors: Doors) -> Doors:
    """A picture with a link that lasts a week."""
    await _link(doors, TOKEN, NOON + WEEK)
    return doors


async def _link(doors: Doors, token: str, expires_at: Any, filename: str = "menu.jpg") -> None:
    sha256 = await doors.app.blobs.put(OCTETS)
    row: dict[str, Any] = {"id": token, "workspace_id": WORKSPACE, "sha256": sha256, "filename": filename, "frames": 1}
    row |= {"content_type": "image/jpeg", "n_octets": len(OCTETS), "width": 64, "height": 64, "created_at": NOON}
    link = {"token": token, "workspace_id": WORKSPACE, "media_id": token, "message_id": "m", "campaign_id": "c"}
    async with doors.app.store.write() as connection:
        await media.add(connection, row | {"alt_text": "A menu with “soup”"})
        for budget in all_budgets():
            variant = {"media_id": token, "budget_octets": budget.octets, "workspace_id": WORKSPACE, "sha256": sha256}
            variant |= {"content_type": "image/jpeg", "n_octets": len(OCTETS), "width": 64, "height": 64}
            await media.add_variant(connection, variant | {"quality": 90, "created_at": NOON})
        await media.add_links(connection, [link | {"expires_at": expires_at}])


async def get(doors: Doors, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    return await doors.anyone.request(method, path, headers={"User-Agent": PHONE} | headers)


async def test_a_link_shows_the_picture_its_words_and_who_it_is_from(linked: Doors) -> None:
    answer = await get(linked, f"/p/{TOKEN}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    (image,) = re.findall(r"<img [^>]+>", answer.text)
    assert f'src="/p/{TOKEN}/file"' in image and 'alt="A menu with “soup”"' in image
    assert 'width="64" height="64"' in image
    assert "From Workspace" in answer.text and "set-cookie" not in answer.headers
    assert "<script" not in answer.text


async def test_a_link_to_several_media_shows_each_in_order_with_its_words(linked: Doors) -> None:
    photo, card = saved(noise(32, 32), "JPEG"), b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nEND:VCARD\r\n"
    async with linked.app.store.write() as connection:
        for name, octets, kind in (("photo", photo, "image/jpeg"), ("card", card, "text/vcard")):
            row = {"id": name, "workspace_id": WORKSPACE, "sha256": await linked.app.blobs.put(octets), "frames": 1}
            row |= {"filename": f"{name}.x", "content_type": kind, "n_octets": len(octets), "width": 32, "height": 32}
            await media.add(connection, row | {"alt_text": f"The <{name}>", "created_at": NOON})
        kept = await albums.keep(connection, WORKSPACE, ["photo", "card", TOKEN])
        assert kept is not None
        link = {"token": "several", "workspace_id": WORKSPACE, "message_id": "m", "campaign_id": "c", **kept}
        await media.add_links(connection, [link | {"expires_at": NOON + WEEK}])
    shown = await get(linked, "/p/several")
    assert re.findall(r'src="([^"]+)"', shown.text) == ["/p/several/file/1", "/p/several/file/3"]
    assert re.findall(r'href="([^"]+)" download', shown.text) == [f"/p/several/file/{n}" for n in (1, 2, 3)]
    said = [shown.text.index(words) for words in ("The &lt;photo&gt;", "The &lt;card&gt;", "A menu with “soup”")]
    assert said == sorted(said) and shown.text.count("From Workspace") == 1 and "3 files from Workspace" in shown.text
    kinds = [(await get(linked, f"/p/several/file/{n}")).headers["content-type"] for n in (1, 2, 3)]
    assert [kind.split(";")[0] for kind in kinds] == ["image/jpeg", "text/vcard", "image/jpeg"]
    for outside in ("0", "4", "-1", "9" * 30):
        assert (await get(linked, f"/p/several/file/{outside}")).status_code == 404


async def test_the_file_is_the_picture_and_nothing_else(linked: Doors) -> None:
    answer = await get(linked, f"/p/{TOKEN}/file")
    assert (answer.status_code, answer.content) == (200, OCTETS)
    told = answer.headers
    assert (told["content-type"], told["content-length"]) == ("image/jpeg", str(len(OCTETS)))
    assert (told["x-content-type-options"], told["x-robots-tag"]) == ("nosniff", "noindex, nofollow")
    assert told["content-disposition"] == 'inline; filename="menu.jpg"'
    assert told["cache-control"].startswith("private")


async def test_a_head_request_is_told_the_same_without_the_octets_and_counts_nothing(linked: Doors) -> None:
    for path in (f"/p/{TOKEN}", f"/p/{TOKEN}/file"):
        got, head = await get(linked, path), await get(linked, path, "HEAD")
        assert head.status_code == got.status_code == 200
        assert head.headers["content-length"] == got.headers["content-length"]
        assert head.headers["content-type"] == got.headers["content-type"]
    assert await n_rows(linked, "link_opens") == {"link_opens": 1}


@pytest.mark.parametrize("token", ["unknown", TOKEN[:-1], TOKEN + "x", TOKEN.lower(), "x" * 500, "%2e%2e", "é"])
@pytest.mark.parametrize("rest", ["", "/file"])
async def test_a_link_nobody_was_given_ends_on_a_page_that_says_what_to_do(
    linked: Doors, token: str, rest: str
) -> None:
    answer = await get(linked, f"/p/{token}{rest}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "This picture is not here" in answer.text and "ask whoever sent it" in answer.text
    assert answer.headers["x-robots-tag"] == HEADERS["X-Robots-Tag"]
    assert await n_rows(linked, "link_opens") == {"link_opens": 0}


async def test_a_link_ends_at_its_moment(linked: Doors) -> None:
    linked.clock.move(seconds=WEEK.total_seconds() - 1)
    assert (await get(linked, f"/p/{TOKEN}/file")).content == OCTETS
    linked.clock.move(seconds=1)
    for path in (f"/p/{TOKEN}", f"/p/{TOKEN}/file"):
        gone = await get(linked, path)
        assert (gone.status_code, "This picture is not here" in gone.text) == (404, True)


@pytest.mark.parametrize(
    ("agent", "is_preview"),
    [
        (PHONE, False),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", False),
        ("facebookexternalhit/1.1", True),
        ("WhatsApp/2.23.20.0", True),
        ("TelegramBot (like TwitterBot)", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("SkypeUriPreview Preview/0.5", True),
        ("curl/8.5.0", True),
        ("", True),
    ],
)
async def test_programs_that_preview_a_link_are_counted_apart(linked: Doors, agent: str, is_preview: bool) -> None:
    await linked.anyone.get(f"/p/{TOKEN}", headers={"User-Agent": agent})
    async with linked.app.store.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT is_preview, campaign_id, user_agent FROM link_opens")).all()
    assert [(bool(row[0]), row[1], row[2]) for row in rows] == [(is_preview, "c", agent)]


async def test_a_very_long_agent_is_cut(linked: Doors) -> None:
    await get(linked, f"/p/{TOKEN}", **{"User-Agent": "x" * 5_000})
    async with linked.app.store.read() as connection:
        assert (await connection.exec_driver_sql("SELECT user_agent FROM link_opens")).scalar_one() == "x" * 300


SIZE = len(OCTETS)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=10-19", 10, 19),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        (f"bytes=-{SIZE + 1}", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-{SIZE + 100}", SIZE - 1, SIZE - 1),
        ("bytes=0-" + "9" * 18, 0, SIZE - 1),
    ],
)
async def test_a_part_of_the_file_comes_as_that_part(linked: Doors, asked: str, first: int, last: int) -> None:
    answer = await get(linked, f"/p/{TOKEN}/file", Range=asked)
    assert (answer.status_code, answer.content) == (206, OCTETS[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    head = await get(linked, f"/p/{TOKEN}/file", "HEAD", Range=asked)
    assert (head.status_code, head.headers["content-length"]) == (206, str(last - first + 1))


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 1}", "bytes=-0"])
async def test_a_part_that_the_file_does_not_have_is_refused_with_its_size(linked: Doors, asked: str) -> None:
    answer = await get(linked, f"/p/{TOKEN}/file", Range=asked)
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,3-4", "bytes=" + "9" * 5_000 + "-"])
async def test_a_range_that_makes_no_sense_is_passed_over(linked: Doors, asked: str) -> None:
    answer = await get(linked, f"/p/{TOKEN}/file", Range=asked)
    assert (answer.status_code, answer.content) == (200, OCTETS)


async def test_a_file_name_cannot_break_out_of_its_header(doors: Doors) -> None:
    await _link(doors, TOKEN, NOON + WEEK, 'é"; \r\nSet-Cookie: a=b.jpg')
    answer = await get(doors, f"/p/{TOKEN}/file")
    assert answer.headers["content-disposition"] == 'inline; filename="______Set-Cookie__a_b.jpg"'
    assert "set-cookie" not in answer.headers


def test_nobody_guesses_a_link() -> None:
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(len(token) == 10 and set(token) <= set(LINK_LETTERS) for token in tokens)
    # A thousand guesses a second would need millions of years for one of a million links.
    assert len(LINK_LETTERS) ** 10 / 1_000_000 > 1_000 * 86_400 * 365


async def test_a_photo_is_shown_upright_and_without_where_it_was_taken(doors: Doors) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SECRET home"
    exif.get_ifd(0x8825)[1] = "N"
    octets = saved(noise(80, 40), "JPEG", exif=exif, xmp=b"<x:xmpmeta>SECRET home</x:xmpmeta>")
    row: dict[str, Any] = {"id": "photo", "workspace_id": WORKSPACE, "filename": "IMG_1.HEIC.png", "frames": 1}
    row |= {"content_type": "image/jpeg", "n_octets": len(octets), "width": 80, "height": 40, "created_at": NOON}
    link = {"token": TOKEN, "workspace_id": WORKSPACE, "media_id": "photo", "message_id": "m", "campaign_id": "c"}
    sha256 = await doors.app.blobs.put(octets)
    async with doors.app.store.write() as connection:
        await media.add(connection, row | {"alt_text": "", "sha256": sha256})
        await media.add_links(connection, [link | {"expires_at": NOON + WEEK}])
    shown, file = await get(doors, f"/p/{TOKEN}"), await get(doors, f"/p/{TOKEN}/file")
    assert 'width="40" height="80"' in shown.text and 'download="IMG_1.HEIC.jpg"' in shown.text
    assert Image.open(BytesIO(file.content)).size == (40, 80)
    assert file.headers["content-disposition"] == 'inline; filename="IMG_1.HEIC.jpg"'
    assert not re.search(rb"SECRET|Exif|GPS|xmpmeta", file.content)


async def test_a_picture_whose_file_is_gone_ends_on_the_page_that_says_what_to_do(doors: Doors) -> None:
    row: dict[str, Any] = {"id": "lost", "workspace_id": WORKSPACE, "filename": "a.jpg", "frames": 1}
    row |= {"content_type": "image/jpeg", "n_octets": 9, "width": 80, "height": 40, "created_at": NOON}
    link = {"token": TOKEN, "workspace_id": WORKSPACE, "media_id": "lost", "message_id": "m", "campaign_id": "c"}
    async with doors.app.store.write() as connection:
        await media.add(connection, row | {"alt_text": "", "sha256": "0" * 64})
        await media.add_links(connection, [link | {"expires_at": NOON + WEEK}])
    for path in (f"/p/{TOKEN}", f"/p/{TOKEN}/file"):
        gone = await get(doors, path)
        assert (gone.status_code, "This picture is not here" in gone.text) == (404, True)
    assert await n_rows(doors, "link_opens") == {"link_opens": 0}


@pytest.mark.parametrize(
    ("octets", "content_type", "name", "shown", "disposition"),
    [
        (mp3(), "audio/mpeg", "sound", "<audio ", "inline"),
        (amr(), "audio/amr", "sound", "<audio ", "inline"),
        (film(), "video/mp4", "video", "<video ", "inline"),
        (pdf(), "application/pdf", "document", "", "attachment"),
    ],
)
async def test_a_sound_plays_on_the_page_and_a_document_is_saved(
    doors: Doors, octets: bytes, content_type: str, name: str, shown: str, disposition: str
) -> None:
    row: dict[str, Any] = {"id": "other", "workspace_id": WORKSPACE, "filename": "menu.bin", "frames": 0}
    row |= {"content_type": content_type, "n_octets": len(octets), "width": 0, "height": 0, "created_at": NOON}
    link = {"token": TOKEN, "workspace_id": WORKSPACE, "media_id": "other", "message_id": "m", "campaign_id": "c"}
    sha256 = await doors.app.blobs.put(octets)
    async with doors.app.store.write() as connection:
        await media.add(connection, row | {"alt_text": "Today", "sha256": sha256})
        await media.add_links(connection, [link | {"expires_at": NOON + WEEK}])
    told, file = await get(doors, f"/p/{TOKEN}"), await get(doors, f"/p/{TOKEN}/file")
    assert f"Save the {name}</a>" in told.text and f"<title>A {name} from Workspace" in told.text
    assert [each for each in ("<img ", "<audio ", "<video ", "<embed", "<iframe") if each in told.text] == [
        each for each in (shown,) if each
    ]
    assert (file.content, file.headers["content-type"], file.headers["x-content-type-options"]) == (
        octets,
        content_type,
        "nosniff",
    )
    assert file.headers["content-disposition"].startswith(f"{disposition}; filename=")


@pytest.mark.parametrize("has_gif", [False, True], ids=["film only", "a GIF for one route"])
async def test_a_film_that_stands_in_for_a_gif_plays_where_no_route_gets_a_picture(doors: Doors, has_gif: bool) -> None:
    row: dict[str, Any] = {"id": "gif", "workspace_id": WORKSPACE, "filename": "sale.gif", "frames": 9}
    row |= {"content_type": "image/gif", "n_octets": 9, "width": 64, "height": 64, "created_at": NOON}
    link = {"token": TOKEN, "workspace_id": WORKSPACE, "media_id": "gif", "message_id": "m", "campaign_id": "c"}
    made = [(film(n_octets=9_000), "video/mp4") for _ in all_budgets()]
    made[0] = (gif(8, 8), "image/gif") if has_gif else made[0]
    async with doors.app.store.write() as connection:
        await media.add(connection, row | {"alt_text": "Leaves", "sha256": "0" * 64})
        for budget, (octets, content_type) in zip(all_budgets(), made, strict=True):
            variant = {"media_id": "gif", "budget_octets": budget.octets, "workspace_id": WORKSPACE, "width": 64}
            variant |= {"sha256": await doors.app.blobs.put(octets), "content_type": content_type, "height": 64}
            await media.add_variant(
                connection, variant | {"n_octets": len(octets), "quality": None, "created_at": NOON}
            )
        await media.add_links(connection, [link | {"expires_at": NOON + WEEK}])
    told, file = await get(doors, f"/p/{TOKEN}"), await get(doors, f"/p/{TOKEN}/file")
    assert ("<img " in told.text, "<video " in told.text) == (has_gif, not has_gif)
    assert file.headers["content-type"] == ("image/gif" if has_gif else "video/mp4")
    assert f'download="sale.{"gif" if has_gif else "mp4"}"' in told.text
