"""HTTP Digest on calls to us: who calls proves that it knows the password, and never sends it.

A nonce carries its own time and a seal of ours, so that none needs to be kept until it comes back; kept are only the
counts that were used, for as long as their nonce lives, so that no recorded call is taken a second time.

Here: call → let in, or refused with a new challenge. Not here: our own answers to challenges (`digest`).
Source: RFC 7616 §3.3–3.4 (MD5 and SHA-256, qop "auth").
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from heliogram.carriers.digest import ALGORITHMS, Challenge, parameters_in, response_to
from heliogram.carriers.protocol import CallbackRefused
from heliogram.model.event import Callback

NONCE_S: Final = 300
"""How long a nonce can be used: gateways answer at once, and keep it for the calls that follow."""
REALM: Final = "heliogram"
MAX_HEADER: Final = 4_096
_COUNT = re.compile(r"[0-9a-fA-F]{8}")
_NONCE = re.compile(r"([0-9a-f]{1,12})\.([0-9a-f]{1,64})\.([0-9a-f]{32})")


class Doorkeeper:
    """One account's. `new_id` makes ids that nobody guesses; what was challenged before a restart is stale after it.

    `address` is where the carrier calls, as configured: a proxy before us may take a part of it away.
    """

    def __init__(
        self,
        username: str,
        password: str,
        *,
        address: str,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._username = username
        self._password = password
        self._path = urlsplit(address).path
        self._new_id = new_id
        self._now = now
        # Not from the password: a seal of it, shown to anybody who asks, could be guessed at leisure.
        self._key = (new_id() + new_id()).encode()
        self._used: dict[str, set[int]] = {}

    def refuse_strangers(self, call: Callback) -> None:
        """Return for a call with a right answer to a challenge of ours. Raises CallbackRefused (401, 400)."""
        header = call.headers.get("authorization", "")
        if header[:7].lower() != "digest " or len(header) > MAX_HEADER:
            raise self._refusal("The call has to be signed by HTTP Digest.")
        given = parameters_in(header[7:])
        if not self._is_right(given, call.method):
            raise self._refusal("The user name or password of the call is not this account's.")
        if not self._is_about(given["uri"], call):
            raise CallbackRefused(400, "The call is signed for another address than the one it came to.")
        if not self._is_fresh(given["nonce"], int(given["nc"], 16)):
            raise self._refusal("The call is signed with a challenge that has had its time.", is_stale=True)

    def _is_right(self, given: Mapping[str, str], method: str) -> bool:
        """Whether the answer is what somebody with the password answers to this nonce, whoever made it."""
        algorithm = given.get("algorithm", "MD5").upper()
        named = given.get("username") == self._username and given.get("realm") == REALM
        if not named or algorithm not in ALGORITHMS or given.get("qop") != "auth":
            return False
        if not all(given.get(name) for name in ("uri", "nonce", "cnonce")) or not _COUNT.fullmatch(given.get("nc", "")):
            return False
        expected = response_to(
            Challenge(realm=REALM, nonce=given["nonce"], algorithm=algorithm, qop="auth"),
            username=self._username,
            password=self._password,
            method=method,
            uri=given["uri"],
            n=given["nc"],
            client_nonce=given["cnonce"],
        )
        return hmac.compare_digest(given.get("response", "").lower().encode(), expected.encode())

    def _is_about(self, uri: str, call: Callback) -> bool:
        """Whether a signed address, whole or from its path on, is the one that was called."""
        try:
            signed = urlsplit(uri)
        except ValueError:
            return False
        return signed.path in (call.path, self._path) and signed.query == call.query

    def _is_fresh(self, nonce: str, count: int) -> bool:
        """Whether the nonce is ours and has time left, and was not used with this count before: then it is now."""
        if not self._is_ours(nonce):
            return False
        self._forget_old()
        used = self._used.setdefault(nonce, set())
        is_new = count not in used
        used.add(count)
        return is_new

    def _forget_old(self) -> None:
        # From the oldest on: whoever asks for a challenge before each call leaves one nonce a call behind.
        while self._used and not self._is_ours(oldest := next(iter(self._used))):
            del self._used[oldest]

    def _is_ours(self, nonce: str) -> bool:
        found = _NONCE.fullmatch(nonce)
        if found is None or not hmac.compare_digest(found[3], self._seal(found[1], found[2])):
            return False
        return 0 <= self._now().timestamp() - int(found[1], 16) <= NONCE_S

    def _seal(self, at: str, salt: str) -> str:
        return hmac.new(self._key, f"{at}.{salt}".encode(), hashlib.sha256).hexdigest()[:32]

    def _refusal(self, sentence: str, *, is_stale: bool = False) -> CallbackRefused:
        # An id in each: two callers at the same moment are not to use up each other's counts.
        at, salt = f"{int(self._now().timestamp()):x}", self._new_id()
        nonce = f"{at}.{salt}.{self._seal(at, salt)}"
        stale = ", stale=true" if is_stale else ""
        challenges = tuple(
            ("WWW-Authenticate", f'Digest realm="{REALM}", qop="auth", algorithm={algorithm}, nonce="{nonce}"{stale}')
            for algorithm in reversed(ALGORITHMS)
        )
        return CallbackRefused(401, sentence, challenges)
