import json
from pathlib import Path
from typing import Any

import pytest

from heliogram.carriers.digest import Challenge, Login, answer_to, challenge_in

FACTS: Any = json.loads((Path(__file__).parents[1] / "vectors" / "mm7" / "digest.json").read_text())
ASKED = 'Digest realm="mmsc", nonce="n1", qop="auth", algorithm=MD5'


@pytest.mark.parametrize("case", FACTS["cases"], ids=lambda case: case["name"])
def test_the_answer_is_that_of_the_standards_own_examples(case: dict[str, str]) -> None:
    challenge = Challenge(
        realm=case["realm"], nonce=case["nonce"], algorithm=case["algorithm"], qop=case["qop"], opaque="o"
    )
    told = answer_to(
        challenge,
        username=case["username"],
        password=case["password"],
        method="GET",
        uri="/dir/index.html",
        count=1,
        client_nonce=case["client_nonce"],
    )
    assert f'response="{case["response"]}"' in told and 'opaque="o"' in told
    assert ("nc=00000001" in told) is bool(case["qop"])
    assert case["password"] not in told


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (ASKED, Challenge(realm="mmsc", nonce="n1", qop="auth")),
        ('Digest realm="a \\"b\\", c", nonce=n2', Challenge(realm='a \\"b\\", c', nonce="n2")),
        (
            'Basic realm="x", Digest nonce="n3", algorithm=SHA-256-sess, qop="auth-int, auth", opaque="o"',
            Challenge(realm="", nonce="n3", algorithm="SHA-256", is_session=True, qop="auth", opaque="o"),
        ),
        (
            'Digest nonce="n4", algorithm=SHA-512-256, Digest realm="d", nonce="n5", algorithm=MD5, Basic realm="x"',
            Challenge(realm="d", nonce="n5"),
        ),
        (
            'Digest realm="a", nonce="n6", algorithm=SHA-256, Digest realm="b", nonce="n7"',
            Challenge(realm="a", nonce="n6", algorithm="SHA-256"),
        ),
        ("", None),
        ('Basic realm="x"', None),
        ("Digest ", None),
        ('Digest realm="x"', None),
        ('Digest nonce="n", algorithm=SHA-512-256', None),
        ('Digest nonce="n", qop="auth-int"', None),
        (ASKED.ljust(4_097), None),
    ],
)
def test_a_challenge_is_read_or_there_is_none_to_answer(header: str, challenge: Challenge | None) -> None:
    assert challenge_in(header) == challenge


def test_a_nonce_is_answered_with_a_count_that_rises_and_begins_again_with_the_next() -> None:
    login = Login("helio", "secret")
    assert login.headers("POST", "/mm7", "m1.1") == {}
    assert login.hears(ASKED)
    told = [login.headers("POST", "/mm7", "m1.1")["Authorization"] for _each in range(2)]
    assert ["nc=00000001" in told[0], "nc=00000002" in told[1]] == [True, True]
    assert login.hears(ASKED.replace("n1", "n2"))
    assert "nc=00000001" in login.headers("POST", "/mm7", "m2.1")["Authorization"]


def test_a_gateway_that_asks_the_same_again_has_refused_the_answer() -> None:
    login = Login("helio", "secret")
    assert (login.hears(ASKED), login.hears(ASKED), login.hears("Basic realm=x")) == (True, False, False)
