"""Pictures are fitted to each budget once, kept by content, and shared by everyone who gets them."""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pyvips
from PIL import Image

from heliogram.delivery.pictures import N_KEPT, Pictures, PicturesNeeded
from heliogram.media.films import read_film
from heliogram.media.plan import MAX_HEIGHT, MAX_WIDTH, all_budgets
from heliogram.media.probe import probe
from heliogram.media.together import PART_OCTETS
from heliogram.media.workshop import Workshop
from heliogram.model.album import Shown
from heliogram.storage import albums
from heliogram.storage.blobs import open_blobs
from heliogram.storage.tables.media import media_variants
from tests.delivery.scene import ADA, Scene
from tests.media.pictures import gif
from tests.media.played import ffmpeg, hopeless, probed
from tests.world import WORKSPACE

BUDGETS = [budget.octets for budget in all_budgets()]
NOBODY = Workshop(n_children=0)
"""A workshop with nobody in it: whoever asks it for something waits for ever."""


def _noise(side: int = 900) -> bytes:
    """A picture that does not fit the smallest budget as it is."""
    picture = Image.effect_noise((side, side), 90).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()


async def _upload(scene: Scene, octets: bytes, media_id: str = "menu") -> None:
    await scene.world.add_picture(media_id, await scene.blobs.put(octets))


def _pictures(scene: Scene, workshop: Workshop | None = None) -> Pictures:
    """The pictures of another process over the same store."""
    now = scene.world.clock.now
    return Pictures(store=scene.store, blobs=scene.blobs, workshop=workshop or scene.workshop, now=now)


async def _rows(scene: Scene) -> list[dict[str, Any]]:
    return [dict(row) for row in await scene.rows(media_variants)]


async def test_a_picture_is_made_to_fit_each_budget(small_scene: Scene) -> None:
    original = _noise()
    await _upload(small_scene, original)
    made = await small_scene.pictures.prepare(Shown(WORKSPACE, "menu"))
    assert sorted(made) == BUDGETS and len(original) > BUDGETS[0]
    for octets, fitted in made.items():
        assert fitted is not None
        (variant,) = fitted
        assert 0 < len(variant.part.octets) <= octets
        assert (variant.part.content_type, variant.part.filename) == ("image/jpeg", "picture.jpg")
        with Image.open(io.BytesIO(variant.part.octets)) as picture:
            assert picture.size == (variant.width, variant.height)
        assert await small_scene.blobs.get(variant.part.sha256) == variant.part.octets
        assert small_scene.pictures.variants["menu", octets] is fitted


async def test_a_variant_is_made_once_for_all_processes(small_scene: Scene) -> None:
    await _upload(small_scene, _noise())
    first = await small_scene.pictures.prepare(Shown(WORKSPACE, "menu"))
    stored = await _rows(small_scene)
    async with asyncio.timeout(10):
        second = await _pictures(small_scene, NOBODY).prepare(Shown(WORKSPACE, "menu"))
    assert second == first
    told = {(fitted[0].quality, fitted[0].similarity) for fitted in first.values() if fitted}
    assert {(row["quality"], row["similarity"]) for row in stored} == told and len(told) > 1
    assert all(0.5 < row["similarity"] <= 1 for row in stored)
    assert await _rows(small_scene) == stored


async def test_what_is_small_enough_for_a_smaller_budget_is_not_made_again_for_it(small_scene: Scene) -> None:
    await _upload(small_scene, _noise())
    made = await small_scene.pictures.prepare(Shown(WORKSPACE, "menu"))
    rows = {row["budget_octets"]: row["n_octets"] for row in await _rows(small_scene)}
    larger = sorted(rows, reverse=True)
    assert larger[0] == BUDGETS[-1] and larger[-1] == BUDGETS[0]
    # Each was made only because what was made before it for a larger budget was too large for it.
    assert all(rows[before] > budget for before, budget in itertools.pairwise(larger))
    for budget, fitted in made.items():
        assert fitted and fitted[0].n_octets == rows[min(each for each in rows if each >= budget)] <= budget


async def test_a_small_picture_is_made_once_for_all_budgets(small_scene: Scene) -> None:
    await _upload(small_scene, _noise(300))
    made = await small_scene.pictures.prepare(Shown(WORKSPACE, "menu"))
    assert [row["budget_octets"] for row in await _rows(small_scene)] == BUDGETS[-1:]
    assert len({fitted[0].part.sha256 for fitted in made.values() if fitted}) == 1 and len(made) == len(BUDGETS)


async def test_two_who_need_a_picture_at_once_make_it_once(small_scene: Scene) -> None:
    await _upload(small_scene, _noise(200))
    pictures = small_scene.pictures
    first, second = await asyncio.gather(*[pictures.prepare(Shown(WORKSPACE, "menu")) for _ in range(2)])
    assert all(first[octets] is second[octets] for octets in BUDGETS)


async def test_everyone_shares_the_same_octets(small_scene: Scene) -> None:
    await small_scene.add_picture()
    await small_scene.queue(ADA, ADA, ADA, content="mms", media_id="menu")
    taken = await small_scene.take()
    parts = [each.part for attempt in taken.attempts for each in attempt.draft.variants]
    assert len(parts) == 3 and len({id(part.octets) for part in parts}) == 1


async def test_a_picture_that_cannot_be_read_fits_no_budget(small_scene: Scene) -> None:
    await _upload(small_scene, b"a text file called menu.jpg")
    assert await small_scene.pictures.prepare(Shown(WORKSPACE, "menu")) == dict.fromkeys(BUDGETS)
    assert await _rows(small_scene) == []


async def test_a_picture_whose_file_is_gone_holds_nobody_up(small_scene: Scene) -> None:
    await _upload(small_scene, _noise())
    kept = small_scene.pictures.blobs
    small_scene.pictures.blobs = open_blobs(None)
    assert await small_scene.pictures.prepare(Shown(WORKSPACE, "menu")) == dict.fromkeys(BUDGETS)
    another = _pictures(small_scene)
    another.blobs = kept
    assert None not in (await another.prepare(Shown(WORKSPACE, "menu"))).values()


async def test_what_fits_one_budget_may_not_fit_another(small_scene: Scene) -> None:
    await small_scene.add_picture(fits=lambda octets: octets > BUDGETS[0])
    made = await _pictures(small_scene).prepare(Shown(WORKSPACE, "menu"))
    assert [octets for octets, fitted in made.items() if fitted is None] == BUDGETS[:1]


@pytest.mark.parametrize(("workspace_id", "media_id"), [(WORKSPACE, "nothing"), ("another", "menu")])
async def test_a_picture_that_is_not_there_or_is_somebody_elses_has_no_variants(
    small_scene: Scene, workspace_id: str, media_id: str
) -> None:
    await small_scene.add_picture()
    assert await _pictures(small_scene).prepare(Shown(workspace_id, media_id)) == dict.fromkeys(BUDGETS)


async def test_trying_a_picture_out_stores_nothing(small_scene: Scene) -> None:
    made = await small_scene.pictures.try_out([(_noise(300), "image/jpeg")])
    assert all(fitted and fitted[0].n_octets <= octets for octets, fitted in made.items())
    assert await small_scene.pictures.try_out([(b"no picture", "image/jpeg")]) == dict.fromkeys(BUDGETS)
    assert (await _rows(small_scene), small_scene.pictures.variants) == ([], {})


async def test_a_batch_says_which_of_its_pictures_are_not_prepared(small_scene: Scene) -> None:
    await small_scene.add_picture()
    small_scene.pictures.require({Shown(WORKSPACE, "menu")})
    with pytest.raises(PicturesNeeded) as needed:
        small_scene.pictures.require({Shown(WORKSPACE, "menu"), Shown(WORKSPACE, "late")})
    assert needed.value.wanted == {Shown(WORKSPACE, "late")}


async def test_memory_holds_so_many_pictures_and_forgets_the_one_used_least_lately(small_scene: Scene) -> None:
    pictures = _pictures(small_scene)
    for n in range(N_KEPT):
        await pictures.prepare(Shown(WORKSPACE, f"picture-{n}"))
    pictures.require({Shown(WORKSPACE, "picture-0")})
    await pictures.prepare(Shown(WORKSPACE, "one more"))
    pictures.require({Shown(WORKSPACE, "picture-0"), Shown(WORKSPACE, "picture-2"), Shown(WORKSPACE, "one more")})
    with pytest.raises(PicturesNeeded):
        pictures.require({Shown(WORKSPACE, "picture-1")})
    assert len(pictures.variants) == N_KEPT * len(BUDGETS)


@pytest.mark.parametrize(("n_octets", "n_fit"), [(BUDGETS[0], len(BUDGETS)), (BUDGETS[0] + 1, len(BUDGETS) - 1)])
async def test_a_file_that_is_no_picture_goes_as_it_came_where_it_fits(
    small_scene: Scene, n_octets: int, n_fit: int
) -> None:
    octets = b"BEGIN:VCARD".ljust(n_octets)
    sha256 = await small_scene.blobs.put(octets)
    await small_scene.world.add_picture("card", sha256, content_type="text/vcard", n_octets=n_octets)
    made = await _pictures(small_scene, NOBODY).prepare(Shown(WORKSPACE, "card"))
    fitting = [fitted[0].part for fitted in made.values() if fitted]
    assert len(fitting) == n_fit and await small_scene.pictures.try_out([(octets, "text/vcard")]) is not None
    assert {(each.octets, each.content_type, each.filename) for each in fitting} == {(octets, "text/vcard", "card.vcf")}


# ── several together ──


async def _album(scene: Scene, *media_ids: str) -> Shown:
    async with scene.store.write() as connection:
        kept = await albums.keep(connection, WORKSPACE, media_ids)
    assert kept is not None and kept["media_id"] is not None
    return Shown(WORKSPACE, kept["media_id"], kept["album_id"])


async def test_several_pictures_keep_their_order_and_share_each_budget(small_scene: Scene) -> None:
    for media_id, side in (("large", 900), ("small", 120), ("other", 800)):
        await _upload(small_scene, _noise(side), media_id)
    shown = await _album(small_scene, "large", "small", "other")
    made = await small_scene.pictures.prepare(shown)
    small = (await small_scene.pictures.prepare(Shown(WORKSPACE, "small")))[BUDGETS[0]]
    for octets, fitted in made.items():
        assert fitted is not None and len(fitted) == 3
        assert sum(each.n_octets for each in fitted) <= octets - 2 * PART_OCTETS
        assert small is not None and fitted[1] == small[0]
    assert small_scene.pictures.variants[shown.key, BUDGETS[0]] is made[BUDGETS[0]]


async def test_of_pictures_made_smaller_the_next_quality_of_the_last_would_not_fit(small_scene: Scene) -> None:
    originals = {"one": _noise(800), "two": _noise(900)}
    for media_id, octets in originals.items():
        await _upload(small_scene, octets, media_id)
    fitted = (await small_scene.pictures.prepare(await _album(small_scene, "one", "two")))[BUDGETS[0]]
    assert fitted is not None
    room = BUDGETS[0] - PART_OCTETS
    left = room - sum(each.n_octets for each in fitted)
    rows = {row["sha256"]: row for row in await _rows(small_scene)}
    quality = rows[fitted[1].part.sha256]["quality"]
    better = fit_to_quality(originals["two"], quality + 1)
    assert left >= 0 and fitted[1].n_octets + left < len(better)


def fit_to_quality(octets: bytes, quality: int) -> bytes:
    """The picture as it goes out, but in this quality."""
    wanted = {"height": MAX_HEIGHT, "size": "down", "export_profile": "srgb", "intent": "perceptual"}
    image = pyvips.Image.thumbnail_buffer(octets, MAX_WIDTH, **wanted)
    return bytes(image.jpegsave_buffer(Q=quality, keep="none", optimize_coding=True, interlace=False))


async def test_the_shares_are_made_once_for_all_processes(small_scene: Scene) -> None:
    for media_id in ("one", "two"):
        await _upload(small_scene, _noise(700), media_id)
    shown = await _album(small_scene, "one", "two")
    first = await small_scene.pictures.prepare(shown)
    async with asyncio.timeout(10):
        assert await _pictures(small_scene, NOBODY).prepare(shown) == first


async def test_a_file_beside_a_picture_takes_its_room_from_it(small_scene: Scene) -> None:
    card = b"BEGIN:VCARD".ljust(BUDGETS[0] - 60_000)
    row = {"content_type": "text/vcard", "n_octets": len(card)}
    await small_scene.world.add_picture("card", await small_scene.blobs.put(card), **row)
    await _upload(small_scene, _noise(800))
    fitted = (await small_scene.pictures.prepare(await _album(small_scene, "menu", "card")))[BUDGETS[0]]
    assert fitted is not None and fitted[1].part.octets == card
    assert 40_000 < fitted[0].n_octets <= 60_000 - PART_OCTETS


async def test_trying_several_out_says_what_keeping_them_would_give(small_scene: Scene) -> None:
    files = [_noise(800), _noise(700)]
    for n, octets in enumerate(files):
        await _upload(small_scene, octets, f"file-{n}")
    tried = await small_scene.pictures.try_out([(octets, "image/jpeg") for octets in files])
    made = await small_scene.pictures.prepare(await _album(small_scene, "file-0", "file-1"))
    sizes = [
        {octets: [each.n_octets for each in fitted or ()] for octets, fitted in told.items()} for told in (tried, made)
    ]
    assert sizes[0] == sizes[1]


async def test_a_sound_is_sent_with_how_long_it_lasts(small_scene: Scene) -> None:
    sha256 = await small_scene.blobs.put(b"sound")
    sound = {"content_type": "audio/mpeg", "n_octets": 5, "duration_ms": 26_122}
    await small_scene.world.add_picture("jingle", sha256, **sound)
    made = await _pictures(small_scene, NOBODY).prepare(Shown(WORKSPACE, "jingle"))
    assert {fitted[0].part.duration_ms for fitted in made.values() if fitted} == {26_122}


# ── a film for a GIF ──


async def _upload_gif(scene: Scene, octets: bytes, media_id: str = "menu") -> None:
    row = {"content_type": "image/gif", "n_octets": len(octets), "frames": probe(octets).frames}
    await scene.world.add_picture(media_id, await scene.blobs.put(octets), **row)


@pytest.fixture(scope="module")
def long_gif() -> bytes:
    """One of which no GIF fits any budget but the largest."""
    return hopeless()


@pytest.fixture
async def studio() -> AsyncIterator[Workshop]:
    """A workshop with ffmpeg."""
    opened = Workshop(1, ffmpeg=ffmpeg())
    yield opened
    await opened.close()


async def test_an_animation_that_fits_as_no_gif_goes_as_a_film_made_once(
    small_scene: Scene, studio: Workshop, long_gif: bytes
) -> None:
    await _upload_gif(small_scene, long_gif)
    first = await _pictures(small_scene, studio).prepare(Shown(WORKSPACE, "menu"))
    _whole, *tight = reversed(BUDGETS)
    for octets in tight:
        (film,) = first[octets] or ()
        assert (film.part.content_type, film.part.filename, film.is_stand_in) == ("video/mp4", "video.mp4", True)
        assert film.n_octets <= octets and film.may_shrink
        assert film.part.duration_ms == read_film(film.part.octets).duration_ms == 1_400
        assert int(probed(film.part.octets)["nb_read_frames"]) == 15
    rows = await _rows(small_scene)
    made = {row["budget_octets"]: (row["content_type"], row["similarity"]) for row in rows}
    assert made[BUDGETS[-1]] == ("image/gif", None) and made[BUDGETS[-2]] == ("video/mp4", None)
    async with asyncio.timeout(10):
        assert await _pictures(small_scene, NOBODY).prepare(Shown(WORKSPACE, "menu")) == first
    assert await _rows(small_scene) == rows


async def test_trying_it_out_gives_the_film_too(small_scene: Scene, studio: Workshop, long_gif: bytes) -> None:
    made = await _pictures(small_scene, studio).try_out([(long_gif, "image/gif")])
    told = {octets: fitted and (fitted[0].part.content_type, fitted[0].is_stand_in) for octets, fitted in made.items()}
    assert told == dict.fromkeys(BUDGETS, ("video/mp4", True)) | {BUDGETS[-1]: ("image/gif", False)}
    assert await _rows(small_scene) == []


async def test_an_animation_that_fits_as_a_gif_stays_one(small_scene: Scene, studio: Workshop) -> None:
    await _upload_gif(small_scene, gif())
    made = await _pictures(small_scene, studio).prepare(Shown(WORKSPACE, "menu"))
    assert {fitted[0].part.content_type for fitted in made.values() if fitted} == {"image/gif"}
    assert not any(fitted[0].is_stand_in for fitted in made.values() if fitted)


@pytest.mark.parametrize("program", ["", "/nowhere/ffmpeg"], ids=["none", "one that is gone"])
async def test_without_ffmpeg_it_fits_nowhere_as_before(small_scene: Scene, program: str, long_gif: bytes) -> None:
    await _upload_gif(small_scene, long_gif)
    workshop = Workshop(1, ffmpeg=program)
    made = await _pictures(small_scene, workshop).prepare(Shown(WORKSPACE, "menu"))
    assert [octets for octets, fitted in made.items() if fitted is None] == BUDGETS[:-1]
    assert [row["content_type"] for row in await _rows(small_scene)] == ["image/gif"]
    await workshop.close()


async def test_beside_another_picture_the_film_takes_its_share(
    small_scene: Scene, studio: Workshop, long_gif: bytes
) -> None:
    await _upload_gif(small_scene, long_gif)
    await _upload(small_scene, _noise(700), "photo")
    shown = await _album(small_scene, "menu", "photo")
    fitted = (await _pictures(small_scene, studio).prepare(shown))[BUDGETS[0]]
    assert fitted is not None
    assert [each.part.content_type for each in fitted] == ["video/mp4", "image/jpeg"]
    assert sum(each.n_octets for each in fitted) <= BUDGETS[0] - PART_OCTETS
