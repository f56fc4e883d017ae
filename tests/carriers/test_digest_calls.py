from typing import Any

import pytest

from heliogram.carriers.digest import Challenge, answer_to, challenge_in
from heliogram.carriers.digest_calls import MAX_HEADER, NONCE_S, Doorkeeper
from heliogram.carriers.protocol import CallbackRefused
from heliogram.model.event import Callback
from tests.world import Clock, Ids

PATH = "/carriers/a1"


class Gateway:
    """A doorkeeper, and somebody who calls it and answers its challenges, rightly unless told otherwise."""

    def __init__(self, address: str = f"https://sms.example.com{PATH}") -> None:
        self.clock, self.ids = Clock(), Ids()
        self.address = address
        self.doorkeeper = self.another()

    def another(self) -> Doorkeeper:
        return Doorkeeper("helio", "secret", address=self.address, new_id=self.ids.new_id, now=self.clock.now)

    def call(self, authorization: str, *, path: str = PATH, query: str = "") -> None:
        headers = {"authorization": authorization} if authorization else {}
        self.doorkeeper.refuse_strangers(Callback(method="POST", path=path, query=query, headers=headers))

    def refused(self, authorization: str = "", **changes: str) -> CallbackRefused:
        with pytest.raises(CallbackRefused) as refused:
            self.call(authorization, **changes)
        return refused.value

    def challenges(self, authorization: str = "") -> list[Challenge]:
        read = [challenge_in(value) for name, value in self.refused(authorization).headers if name]
        return [each for each in read if each is not None]


def signed(challenge: Challenge, **changes: Any) -> str:
    values: dict[str, Any] = {"username": "helio", "password": "secret", "method": "POST", "uri": PATH, "count": 1}
    return answer_to(challenge, **(values | {"client_nonce": "c1"} | changes))


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def test_a_call_without_an_answer_is_challenged_in_both_ways_the_better_one_first(gateway: Gateway) -> None:
    for authorization in ("", "Basic aGVsaW86c2VjcmV0", "Digest", "Bearer x"):
        refused = gateway.refused(authorization)
        assert refused.status == 401
        assert {name for name, _ in refused.headers} == {"WWW-Authenticate"}
        read = [challenge_in(value) for _, value in refused.headers]
        assert [(each.algorithm, each.qop) for each in read if each] == [("SHA-256", "auth"), ("MD5", "auth")]
        assert "stale" not in str(refused.headers)
        assert "secret" not in f"{refused} {refused.headers}"


@pytest.mark.parametrize("which", [0, 1], ids=["SHA-256", "MD5"])
def test_who_knows_the_password_is_let_in_and_uses_one_challenge_for_many_calls(gateway: Gateway, which: int) -> None:
    challenge = gateway.challenges()[which]
    for count in (1, 2, 17, 3):
        gateway.call(signed(challenge, count=count))
    assert gateway.refused(signed(challenge, count=2)).status == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "guess"},
        {"password": ""},
        {"username": "other"},
        {"method": "GET"},
        {"challenge": {"realm": "other"}},
        {"challenge": {"qop": ""}},
        {"challenge": {"is_session": True}},
    ],
    ids=str,
)
def test_a_wrong_answer_is_refused_and_challenged_anew(gateway: Gateway, changes: dict[str, Any]) -> None:
    (first, _) = gateway.challenges()
    asked = {"realm": first.realm, "nonce": first.nonce, "algorithm": first.algorithm, "qop": first.qop}
    challenge = Challenge(**(asked | changes.pop("challenge", {})))
    refused = gateway.refused(signed(challenge, **changes))
    assert (refused.status, "stale" in str(refused.headers)) == (401, False)
    assert first.nonce not in str(refused.headers)
    # The count was not used up by the one who guessed.
    gateway.call(signed(first))


def test_what_is_missing_or_tampered_with_is_refused(gateway: Gateway) -> None:
    (first, _) = gateway.challenges()
    right = signed(first)
    for wrong in (
        right.replace("nc=00000001", "nc=00000002"),
        right.replace("nc=00000001", "nc=1"),
        right.replace("nc=00000001", "nc=zzzzzzzz"),
        right.replace('cnonce="c1"', 'cnonce="c2"'),
        right.replace('cnonce="c1"', 'cnonce=""'),
        right.replace("SHA-256", "MD5"),
        right.replace("SHA-256", "SHA-512-256"),
        right.replace("qop=auth", "qop=auth-int"),
        right.replace('response="', 'response="ü'),
        right.replace("response=", "answer="),
        right.replace("nonce=", "n0nce=", 1),
        right.ljust(MAX_HEADER + 1),
    ):
        assert gateway.refused(wrong).status == 401
    gateway.call(right)


def test_a_recorded_call_is_stale_the_second_time_and_its_sender_can_go_on(gateway: Gateway) -> None:
    (first, _) = gateway.challenges()
    gateway.call(signed(first))
    (fresh, old) = gateway.challenges(signed(first))
    assert "stale=true" in str(gateway.refused(signed(first)).headers)
    assert fresh.nonce == old.nonce != first.nonce
    gateway.call(signed(fresh))


def test_a_challenge_has_its_time_to_the_second(gateway: Gateway) -> None:
    (first, _) = gateway.challenges()
    gateway.clock.move(seconds=NONCE_S)
    gateway.call(signed(first))
    gateway.clock.move(seconds=1)
    refused = gateway.refused(signed(first, count=2))
    assert (refused.status, "stale=true" in str(refused.headers)) == (401, True)
    # A clock that was put back does not make a challenge of the future a good one.
    gateway.clock.move(seconds=-NONCE_S - 2)
    assert "stale=true" in str(gateway.refused(signed(first, count=3)).headers)


def test_a_challenge_of_nobody_or_of_another_account_is_stale(gateway: Gateway) -> None:
    (first, _) = gateway.challenges()
    at, salt, seal = first.nonce.split(".")
    later = f"{int(at, 16) + 9:x}"
    for nonce in (f"{later}.{salt}.{seal}", f"{at}.00.{seal}", f"{at}.{salt}.{'0' * 32}", "n1", "²."):
        made = Challenge(realm=first.realm, nonce=nonce, algorithm="MD5", qop="auth")
        assert "stale=true" in str(gateway.refused(signed(made)).headers)
    gateway.doorkeeper = gateway.another()
    assert "stale=true" in str(gateway.refused(signed(first)).headers)


def test_two_callers_of_one_moment_do_not_use_up_each_others_counts(gateway: Gateway) -> None:
    (one, _), (two, _) = gateway.challenges(), gateway.challenges()
    assert one.nonce != two.nonce
    gateway.call(signed(one))
    gateway.call(signed(two))


@pytest.mark.parametrize(
    "uri", ["/carriers/a2", f"{PATH}?x=1", "/", "https://sms.example.com/carriers/a2", "http://[", f"{PATH}/"]
)
def test_an_answer_for_another_address_is_refused_for_good(gateway: Gateway, uri: str) -> None:
    (first, _) = gateway.challenges()
    refused = gateway.refused(signed(first, uri=uri))
    assert (refused.status, refused.headers) == (400, ())
    assert str(refused).endswith(".")


@pytest.mark.parametrize("uri", [PATH, f"https://sms.example.com{PATH}"])
def test_an_address_is_signed_whole_or_from_its_path_on(gateway: Gateway, uri: str) -> None:
    gateway.call(signed(gateway.challenges()[0], uri=uri))
    gateway.call(signed(gateway.challenges()[0], uri=f"{uri}?x=1"), query="x=1")


def test_what_a_proxy_takes_from_the_address_may_be_signed() -> None:
    gateway = Gateway(f"https://example.com/sms{PATH}")
    gateway.call(signed(gateway.challenges()[0], uri=f"/sms{PATH}"))
    gateway.call(signed(gateway.challenges()[0], uri=PATH))


def test_what_was_used_is_forgotten_once_it_is_too_old_to_be_used_again(gateway: Gateway) -> None:
    for _ in range(3):
        gateway.call(signed(gateway.challenges()[0]))
    assert len(gateway.doorkeeper._used) == 3
    gateway.clock.move(seconds=NONCE_S + 1)
    gateway.call(signed(gateway.challenges()[0]))
    assert len(gateway.doorkeeper._used) == 1
