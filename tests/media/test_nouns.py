import pytest

from heliogram.media.kinds import Kind
from heliogram.media.nouns import NOUNS, about, first, noun_of


@pytest.mark.parametrize(
    ("content_types", "noun"),
    [
        (["image/jpeg"], "picture"),
        (["video/mp4"], "video"),
        (["audio/amr"], "sound"),
        (["text/vcard"], "contact card"),
        (["text/calendar"], "calendar entry"),
        (["application/pdf"], "PDF"),
        (["image/jpeg", "text/vcard"], "files"),
        (["image/jpeg", "image/png"], "files"),
        ([], "picture"),
    ],
)
def test_media_are_called_what_they_are(content_types: list[str], noun: str) -> None:
    assert noun_of(content_types) == noun


def test_every_kind_has_a_name() -> None:
    assert set(NOUNS) == set(Kind)
    assert [first(each) for each in ("files", "PDF", "contact card")] == ["Files", "PDF", "Contact card"]


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("picture", "The picture is large. A picture message has this picture, not the picture message."),
        ("video", "The video is large. A picture message has this video, not the picture message."),
        ("files", "The files are large. A picture message has these files, not the picture message."),
    ],
)
def test_a_sentence_about_the_picture_is_about_what_it_is_and_a_picture_message_stays_one(noun: str, said: str) -> None:
    written = "The picture is large. A picture message has this picture, not the picture message."
    assert about(written, noun) == said


def test_several_of_them_fit() -> None:
    assert [about("The picture fits", noun) for noun in ("PDF", "files")] == ["The PDF fits", "The files fit"]
