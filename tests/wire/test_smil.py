import pytest

from heliogram.wire.errors import OurFault, TheirFault
from heliogram.wire.safexml import children, first, parse_xml
from heliogram.wire.smil import Slide, read_sources, write_smil


def test_the_regions_are_named_exactly_image_and_text() -> None:
    layout = first(
        parse_xml(write_smil([Slide(media_src="a.jpg", media_type="image/jpeg", text_src="t.txt")])), "layout"
    )
    assert layout is not None
    assert [region.get("id") for region in children(layout, "region")] == ["Image", "Text"]


def test_each_slide_is_one_par_with_its_medium_before_its_text() -> None:
    octets = write_smil(
        [
            Slide(media_src="a.gif", media_type="image/gif", text_src="t.txt"),
            Slide(media_src="b.mp4", media_type="video/mp4"),
            Slide(media_src="c.amr", media_type="audio/amr"),
            Slide(media_src="d.vcf", media_type="text/vcard"),
        ]
    )
    body = first(parse_xml(octets), "body")
    assert body is not None
    shown = [[(child.tag, child.get("region")) for child in par] for par in children(body, "par")]
    assert shown == [
        [("img", "Image"), ("text", "Text")],
        [("video", "Image")],
        [("audio", None)],
        [("ref", "Image")],
    ]
    assert read_sources(octets) == ("a.gif", "t.txt", "b.mp4", "c.amr", "d.vcf")


@pytest.mark.parametrize(
    ("slide", "dur"),
    [
        (Slide(media_src="a.jpg", media_type="image/jpeg", text_src="t.txt"), "5000ms"),
        (Slide(media_src="a.mp3", media_type="audio/mpeg", duration_ms=26_122), "26122ms"),
        (Slide(media_src="a.mp4", media_type="video/mp4", duration_ms=900), "900ms"),
        (Slide(media_src="a.mp4", media_type="video/mp4", text_src="t.txt", duration_ms=900), "5000ms"),
        (Slide(media_src="a.mp4", media_type="video/mp4", text_src="t.txt", duration_ms=5_001), "5001ms"),
        (Slide(media_src="a.mp4", media_type="video/mp4"), "5000ms"),
    ],
)
def test_a_slide_lasts_as_long_as_what_plays_on_it_and_long_enough_to_read(slide: Slide, dur: str) -> None:
    par = first(parse_xml(write_smil([slide])), "par")
    assert par is not None and par.get("dur") == dur


def test_a_name_with_markup_in_it_stays_a_name() -> None:
    assert read_sources(write_smil([Slide(media_src='"<&>.jpg', media_type="image/jpeg")])) == ('"<&>.jpg',)


def test_no_slides_are_our_fault_and_no_xml_is_theirs() -> None:
    with pytest.raises(OurFault):
        write_smil([])
    with pytest.raises(TheirFault):
        read_sources(b"not smil")
