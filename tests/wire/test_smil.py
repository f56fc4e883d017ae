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


def test_a_name_with_markup_in_it_stays_a_name() -> None:
    assert read_sources(write_smil([Slide(media_src='"<&>.jpg', media_type="image/jpeg")])) == ('"<&>.jpg',)


def test_no_slides_are_our_fault_and_no_xml_is_theirs() -> None:
    with pytest.raises(OurFault):
        write_smil([])
    with pytest.raises(TheirFault):
        read_sources(b"not smil")
