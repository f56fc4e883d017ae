"""HTTP Digest, for gateways that take no Basic credentials: the password itself is never sent.

Here: challenge → answer. Not here: sockets (`mm7`), time and chance: the client's nonce is made from the attempt's key.
Source: RFC 7616 (MD5 and SHA-256, qop "auth"), RFC 2069 for gateways that offer no qop.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

_DIGESTS: dict[str, Callable[[bytes], "hashlib._Hash"]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
ALGORITHMS = tuple(_DIGESTS)
"""Those we know, the better one last."""
_PARAMETER = re.compile(r'([A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_SCHEME = re.compile(r"(?:^|,)\s*Digest\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a server asks. `algorithm` without "-sess"; `qop` is "auth" or "" where the server knows none."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    is_session: bool = False
    qop: str = ""
    opaque: str = ""


def challenge_in(header: str) -> Challenge | None:
    """The first challenge in a WWW-Authenticate header that can be answered, None where there is none.

    Several headers count as one, joined by commas (RFC 9110 §5.3).
    """
    if len(header) > 4_096:
        return None
    found = list(_SCHEME.finditer(header))
    ends = [*(each.start() for each in found), len(header)][1:]
    read = (_challenge(header[each.end() : end]) for each, end in zip(found, ends, strict=True))
    return next((each for each in read if each is not None), None)


def parameters_in(text: str) -> dict[str, str]:
    """The parameters behind a scheme, names in lower case, the first of a name."""
    given: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(text):
        given.setdefault(name.lower(), bare or quoted)
    return given


def _challenge(text: str) -> Challenge | None:
    given = parameters_in(text)
    algorithm, _, _session = given.get("algorithm", "MD5").upper().partition("-SESS")
    qops = [each.strip().lower() for each in given.get("qop", "").split(",") if each.strip()]
    if algorithm not in _DIGESTS or not given.get("nonce") or (qops and "auth" not in qops):
        return None
    return Challenge(
        realm=given.get("realm", ""),
        nonce=given["nonce"],
        algorithm=algorithm,
        is_session="-SESS" in given.get("algorithm", "").upper(),
        qop="auth" if qops else "",
        opaque=given.get("opaque", ""),
    )


def answer_to(
    challenge: Challenge, *, username: str, password: str, method: str, uri: str, count: int, client_nonce: str
) -> str:
    """The Authorization header. `count` is how often this nonce has been answered, this time included."""
    n = f"{count:08x}"
    response = response_to(
        challenge, username=username, password=password, method=method, uri=uri, n=n, client_nonce=client_nonce
    )
    fields = [
        f'username="{_quoted(username)}"',
        f'realm="{_quoted(challenge.realm)}"',
        f'nonce="{_quoted(challenge.nonce)}"',
        f'uri="{uri}"',
        f"algorithm={challenge.algorithm}{'-sess' if challenge.is_session else ''}",
        f'response="{response}"',
    ]
    if challenge.qop:
        fields += ["qop=auth", f"nc={n}", f'cnonce="{client_nonce}"']
    if challenge.opaque:
        fields.append(f'opaque="{_quoted(challenge.opaque)}"')
    return "Digest " + ", ".join(fields)


def response_to(
    challenge: Challenge, *, username: str, password: str, method: str, uri: str, n: str, client_nonce: str
) -> str:
    """The proof itself, in hex. `n` is the count as it is written: eight hex digits."""

    def digest(text: str) -> str:
        return _DIGESTS[challenge.algorithm](text.encode()).hexdigest()

    secret = digest(f"{username}:{challenge.realm}:{password}")
    if challenge.is_session:
        secret = digest(f"{secret}:{challenge.nonce}:{client_nonce}")
    asked = digest(f"{method}:{uri}")
    middle = f"{challenge.nonce}:{n}:{client_nonce}:auth" if challenge.qop else challenge.nonce
    return digest(f"{secret}:{middle}:{asked}")


class Login:
    """One account's: remembers the server's last challenge, so that only the first request is sent twice."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password
        self._challenge: Challenge | None = None
        self._count = 0

    def headers(self, method: str, uri: str, key: str) -> dict[str, str]:
        """What to send with a request; nothing before the server has asked. `key` is the attempt's own."""
        if self._challenge is None:
            return {}
        self._count += 1
        client_nonce = hashlib.sha256(f"{self._challenge.nonce}:{self._count}:{key}".encode()).hexdigest()[:16]
        answer = answer_to(
            self._challenge,
            username=self._username,
            password=self._password,
            method=method,
            uri=uri,
            count=self._count,
            client_nonce=client_nonce,
        )
        return {"Authorization": answer}

    def hears(self, header: str) -> bool:
        """Take the challenge of a 401. Whether the same request can be sent again with an answer to it."""
        challenge = challenge_in(header)
        if challenge is None or challenge == self._challenge:
            return False
        self._challenge, self._count = challenge, 0
        return True


def _quoted(text: str) -> str:
    return re.sub(r'["\\]', r"\\\g<0>", text)
