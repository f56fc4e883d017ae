import pytest

from heliogram.media.limits import MEDIA_WARNING_OCTETS, MESSAGE_LIMIT_OCTETS, WeightVerdict, weigh


@pytest.mark.parametrize(
    ("media", "body", "verdict"),
    [
        ([], "", WeightVerdict.OK),
        ([4_000_000], "", WeightVerdict.OK),
        ([4_000_001], "", WeightVerdict.WARNED),
        ([2_000_000, 2_000_000], "", WeightVerdict.OK),
        ([2_000_000, 2_000_001], "", WeightVerdict.WARNED),
        ([4_000_000], "x" * 1_600, WeightVerdict.OK),
        ([5_000_000], "", WeightVerdict.WARNED),
        ([5_000_001], "", WeightVerdict.REFUSED),
        ([2_500_000, 2_500_001], "", WeightVerdict.REFUSED),
        # The text alone tips it, at one octet more than there is room for.
        ([4_999_000], "x" * 1_000, WeightVerdict.WARNED),
        ([4_999_000], "x" * 1_001, WeightVerdict.REFUSED),
        # Its octets count, not its letters: é is two, 🍲 is four.
        ([4_999_000], "é" * 500, WeightVerdict.WARNED),
        ([4_999_000], "é" * 500 + "x", WeightVerdict.REFUSED),
        ([4_999_000], "🍲" * 250, WeightVerdict.WARNED),
        ([4_999_000], "🍲" * 251, WeightVerdict.REFUSED),
    ],
)
def test_a_message_is_weighed_with_its_pictures_and_its_longest_text(
    media: list[int], body: str, verdict: WeightVerdict
) -> None:
    weight = weigh(media, body)
    assert weight.verdict is verdict
    assert (weight.media_octets, weight.body_octets) == (sum(media), len(body.encode()))
    assert weight.total == weight.media_octets + weight.body_octets


@pytest.mark.parametrize(
    ("media", "body", "sentence"),
    [
        (3, "abcd", "Pictures 3 + text 4 = 7 octets."),
        (
            4_000_001,
            "ab",
            "The pictures are above 4,000,000 octets: pictures 4,000,001 + text 2 = 4,000,003 octets. "
            "Some phones may not get them.",
        ),
        (
            4_999_990,
            "é" * 6,
            "The message is too large: pictures 4,999,990 + text 12 = 5,000,002 octets; at most 5,000,000 can be sent.",
        ),
    ],
)
def test_the_sentence_shows_both_parts_and_their_sum(media: int, body: str, sentence: str) -> None:
    assert weigh([media], body).sentence == sentence


def test_the_limits_are_decimal_megabytes() -> None:
    assert (MEDIA_WARNING_OCTETS, MESSAGE_LIMIT_OCTETS) == (4_000_000, 5_000_000)
