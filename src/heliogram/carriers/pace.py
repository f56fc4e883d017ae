"""How fast an account sends: its limit in segments a second, and what a carrier that throttles makes of it.

Pure: the time is the caller's, in seconds of a clock that only goes forward.
"""

import math
from collections import deque

SECOND_S = 1.05
"""A second of ours, in which no more leaves than the limit: on the way, one segment is held up and the next is not."""
MIN_PER_S = 1.0
SHRINK = 0.5
"""What is left of the pace when the carrier throttles, once in `CALM_S` at most: a full window is refused as one."""
CALM_S = 1.0
REGROW_PER_S = 0.05
"""How much of the limit comes back in a second without a refusal: from the slowest to the full pace in 20 s."""


class Pace:
    """The places of one account's segments, one behind the other at even distances.

    No second, wherever it begins, has more segments than the limit: carriers count theirs, not ours. A text that
    leaves at once, whole, is as many of them as it has; one of more than the limit has its seconds to itself.
    Without a limit nothing waits until the carrier throttles; then the rate it refused is taken for its limit.
    """

    def __init__(self, limit_per_s: float | None = None) -> None:
        self.limit_per_s = limit_per_s
        self.per_s = limit_per_s
        self._next_at = 0.0
        self._left: deque[tuple[float, int]] = deque()
        self._n_left = 0
        self._grown_at = 0.0
        self._throttled_at = -CALM_S
        self._second = 0
        self._n_this_second = 0
        self._n_last_second = 0

    def wait_s(self, now: float, n: int = 1) -> float:
        """Take the next `n` places, for a text of as many segments that leaves at once. Returns how long to wait."""
        if self.per_s is None or self.limit_per_s is None:
            self._count(now, n)
            return 0.0
        self._regrow(now, self.per_s, self.limit_per_s)
        at = self._with_room(max(now, self._next_at) + (n - 1) / self.per_s, n, self.limit_per_s)
        self._next_at = at + 1 / self.per_s
        self._left.append((at, n))
        self._n_left += n
        self._count(at, n)
        return at - now

    def _with_room(self, at: float, n: int, limit_per_s: float) -> float:
        """The first moment from `at` on whose last second has room for `n` more."""
        most = max(1, math.floor(limit_per_s))
        while self._left:
            first_at, n_first = self._left[0]
            # A text of more segments than a second may have takes as long as they would, one by one.
            over_at = first_at + SECOND_S * max(1.0, n_first / most)
            if over_at > at and self._n_left + n <= most:
                break
            at = max(at, over_at)
            self._left.popleft()
            self._n_left -= n_first
        return at

    def throttled(self, now: float) -> None:
        """The carrier refused a segment for its rate."""
        if now - self._throttled_at < CALM_S:
            return
        self._throttled_at = self._grown_at = now
        if self.per_s is None:
            self.limit_per_s = max(MIN_PER_S, float(max(self._n_this_second, self._n_last_second)))
            self.per_s = self.limit_per_s
        self.per_s = max(MIN_PER_S, self.per_s * SHRINK)

    def is_slowed(self) -> bool:
        return self.per_s is not None and self.limit_per_s is not None and self.per_s < self.limit_per_s

    def _regrow(self, now: float, per_s: float, limit_per_s: float) -> None:
        if per_s >= limit_per_s:
            return
        if now - self._throttled_at < CALM_S:
            self._grown_at = now
            return
        self.per_s = min(limit_per_s, per_s + limit_per_s * REGROW_PER_S * (now - self._grown_at))
        self._grown_at = now

    def _count(self, at: float, n: int) -> None:
        second = int(at)
        if second != self._second:
            self._n_last_second = self._n_this_second if second == self._second + 1 else 0
            self._second, self._n_this_second = second, 0
        self._n_this_second += n
