import sys

import pytest

from heliogram.media.fit import decode_whole, fit
from heliogram.media.heic import NOT_INSTALLED, open_heic
from heliogram.media.probe import MediaRefused, probe

from .pictures import heic, heic_saying, opened


def test_without_its_decoder_a_photo_is_refused_with_the_way_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as where the extra is not installed
    for read in (open_heic, decode_whole):
        with pytest.raises(MediaRefused) as refused:
            read(heic_saying((64, 48)))
        assert (refused.value.code, refused.value.sentence) == ("heic_not_installed", NOT_INSTALLED)


def test_a_photo_of_a_phone_becomes_a_jpeg_without_its_metadata() -> None:
    octets = heic(640, 480)
    assert (probe(octets).content_type, decode_whole(octets).width) == ("image/heic", 640)
    variant = fit(octets, 150_000, 4_000, 4_000)
    assert (variant.content_type, opened(variant.octets).size) == ("image/jpeg", (640, 480))
    assert len(variant.octets) <= 150_000
    assert b"SECRET" in octets and b"SECRET" not in variant.octets


def test_a_photo_that_is_cut_or_is_none_is_refused() -> None:
    whole = heic(640, 480)
    for octets, code in ((whole[:-2_000], "truncated"), (heic_saying((64, 48)), "broken")):
        with pytest.raises(MediaRefused) as refused:
            decode_whole(octets)
        assert refused.value.code == code
