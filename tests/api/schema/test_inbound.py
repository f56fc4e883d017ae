from heliogram.api.schema.inbound import InboundMediaShape, InboundShape
from tests.world import NOON


def test_a_message_that_nobody_has_read_yet_says_so() -> None:
    medium = InboundMediaShape(
        id="m", state="waiting", content_type="", filename="", n_octets=0, width=0, height=0, reason="", url=None
    )
    told = InboundShape(
        id="i", at=NOON, phone="+13125550101", person_name=None, to="72345", text="", read_as=None, media=[medium]
    ).model_dump(mode="json")
    assert (told["read_as"], told["at"], told["media"][0]["url"]) == (None, "2026-03-02T12:00:00Z", None)
