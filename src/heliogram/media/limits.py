"""How much a picture message may weigh: the product's own limits, apart from what each route takes (`media.plan`).

Source: Braze's MMS pages (the whole message 5 MB, keep the media at or under 4 MB; 1,600 characters).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MESSAGE_LIMIT_OCTETS = 5_000_000
MEDIA_WARNING_OCTETS = 4_000_000
MMS_TEXT_LIMIT = 1_600


class WeightVerdict(StrEnum):
    OK = "ok"
    WARNED = "warned"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    media_octets: int
    body_octets: int
    total: int
    verdict: WeightVerdict
    sentence: str


def weigh(media_octets: Sequence[int], longest_body: str) -> Weight:
    """The weight of a message: its media as uploaded and the UTF-8 octets of its longest rendered text."""
    media, body = sum(media_octets), len(longest_body.encode())
    total = media + body
    parts = f"pictures {media:,} + text {body:,} = {total:,} octets"
    if total > MESSAGE_LIMIT_OCTETS:
        verdict = WeightVerdict.REFUSED
        sentence = f"The message is too large: {parts}; at most {MESSAGE_LIMIT_OCTETS:,} can be sent."
    elif media > MEDIA_WARNING_OCTETS:
        verdict = WeightVerdict.WARNED
        sentence = f"The pictures are above {MEDIA_WARNING_OCTETS:,} octets: {parts}. Some phones may not get them."
    else:
        verdict, sentence = WeightVerdict.OK, f"{parts[0].upper()}{parts[1:]}."
    return Weight(media_octets=media, body_octets=body, total=total, verdict=verdict, sentence=sentence)
