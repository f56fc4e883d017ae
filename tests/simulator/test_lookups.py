import pytest

from heliogram.carriers.webhook import Webhook, WebhookSettings
from heliogram.model.number import Line, LookedUp
from heliogram.simulator.lookups import looked_up
from tests.carriers.kit import answered, ours

GATEWAY = Webhook(WebhookSettings(secret="a-secret-of-ours-12345", url="https://gw.example", lookups=True), ours())


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("+13125550142", LookedUp(line=Line.MOBILE, network="T-Mobile", mccmnc="310260", is_reachable=True)),
        ("+13125550099", LookedUp(line=Line.MOBILE, network="Verizon", mccmnc="311480", is_reachable=False)),
        ("+13125550098", LookedUp(line=Line.MOBILE, network="T-Mobile", mccmnc="310260", is_reachable=False)),
        ("+13125550097", LookedUp(line=Line.MOBILE, network="AT&T", mccmnc="310410", is_reachable=True)),
        ("+13125550094", LookedUp(line=Line.LANDLINE)),
        ("+13125550093", LookedUp(line=Line.VOIP)),
        ("+18885550092", LookedUp(line=Line.TOLL_FREE)),
        ("+447700900142", LookedUp(line=Line.MOBILE, is_reachable=True)),
    ],
)
def test_a_number_is_what_its_end_says_in_the_words_of_a_webhook_carrier(number: str, found: LookedUp) -> None:
    assert GATEWAY.looked_up_in(answered(200, looked_up(number))) == found
