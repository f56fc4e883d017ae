import binascii

import pytest

from heliogram.wire.mime import base64_lines, mime_part, read_leaves, write_multipart
from heliogram.wire.mm7.content import Medium, read_content, write_content
from heliogram.wire.smil import read_sources

PICTURE = bytes(range(256)) * 20
MEDIA = [
    Medium(content_type="image/jpeg", filename="cat.jpg", octets=PICTURE),
    Medium(content_type="image/gif", filename="cat.jpg", octets=b"GIF89a"),
]


@pytest.mark.parametrize(("media", "text"), [(MEDIA, "Hello €"), (MEDIA, ""), ([], "Hello"), ([], "")])
def test_content_is_read_as_it_was_written(media: list[Medium], text: str) -> None:
    part = write_content(media, text, content_id="c", boundary="b", transfer_encoding="binary")
    whole = mime_part({"content-type": part.content_type}, b"".join(part.buffers))
    read = read_content(read_leaves(whole))
    assert read.text == text
    assert [(each.content_type, each.octets) for each in read.media] == [(m.content_type, m.octets) for m in media]


def test_the_slides_show_every_part_and_two_of_one_name_stay_two() -> None:
    part = write_content(MEDIA, "Hi", content_id="c", boundary="b", transfer_encoding="binary")
    leaves = read_leaves(mime_part({"content-type": part.content_type}, b"".join(part.buffers)))
    assert leaves[0].content_type == "application/smil"
    assert read_sources(leaves[0].octets) == ("1-cat.jpg", "text.txt", "2-cat.jpg")
    assert [leaf.filename for leaf in leaves[1:]] == ["1-cat.jpg", "2-cat.jpg", "text.txt"]


def test_a_film_is_shown_as_long_as_it_lasts() -> None:
    film = Medium(content_type="video/mp4", filename="a.mp4", octets=b"x", duration_ms=12_500)
    part = write_content([MEDIA[0], film], "", content_id="c", boundary="b", transfer_encoding="binary")
    show = read_leaves(mime_part({"content-type": part.content_type}, b"".join(part.buffers)))[0].octets
    assert [each in show for each in (b'dur="5000ms"><img', b'dur="12500ms"><video')] == [True, True]


def test_the_transfer_encoding_named_is_the_one_declared() -> None:
    encoded = base64_lines(PICTURE)
    medium = Medium(content_type="image/jpeg", filename="a.jpg", octets=encoded)
    part = write_content([medium], "", content_id="c", boundary="b", transfer_encoding="base64")
    leaves = read_leaves(mime_part({"content-type": part.content_type}, b"".join(part.buffers)))
    assert leaves[1].octets == PICTURE == binascii.a2b_base64(encoded)


def test_a_name_unfit_for_a_header_is_made_fit() -> None:
    medium = Medium(content_type="image/jpeg", filename='../ü "x"\r\n.jpg', octets=b"x")
    part = write_content([medium], "", content_id="c", boundary="b", transfer_encoding="binary")
    leaves = read_leaves(mime_part({"content-type": part.content_type}, b"".join(part.buffers)))
    assert leaves[1].filename == "1-.._x_.jpg"


def test_the_slides_order_what_the_parts_do_not_and_lose_nothing() -> None:
    show = b'<smil><body><par><img src="cid:two"/></par><par><img src="one.jpg"/><img src="lost"/></par></body></smil>'
    parts = [
        mime_part({"content-type": "application/smil"}, show),
        mime_part({"content-type": "image/png"}, b"unnamed"),
        mime_part({"content-type": "image/jpeg; name=one.jpg"}, b"one"),
        mime_part({"content-type": "image/jpeg", "content-id": "<two>"}, b"two"),
    ]
    assert [medium.octets for medium in read_content(parts).media] == [b"two", b"one", b"unnamed"]
    unreadable = [mime_part({"content-type": "application/smil"}, b"<smil"), *parts[1:]]
    assert [medium.octets for medium in read_content(unreadable).media] == [b"unnamed", b"one", b"two"]


def test_several_texts_become_lines_of_one() -> None:
    parts = [mime_part({"content-type": "text/plain"}, text) for text in (b"one\r\n", b" ", b"two")]
    assert read_content(parts).text == "one\ntwo"
    assert write_multipart([], boundary="b") == (b"--b--\r\n",)
