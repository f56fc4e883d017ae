"""The verdict on one message, taken at hand-over: allowed, held until a time, or denied, with the reason."""

from datetime import datetime

from heliogram.model.consent import Allowed, Denied, Held, Standing, Subscription, Verdict
from heliogram.model.group import Purpose
from heliogram.model.queue import Queued


def may_send(message: Queued, standing: Standing | None, now: datetime) -> Verdict:
    """Whether `message` may leave now.

    Only people subscribed to the group get its messages. The one exception is the reply that STOP, START or HELP
    asks for: it is allowed after an opt-out and to people the group does not know (CTIA; 47 CFR 64.1200(a)(12)).
    """
    if message.expires_at is not None and message.expires_at <= now:
        return Denied(reason="expired")
    if message.purpose is not Purpose.REPLY:
        if standing is None:
            return Denied(reason="no_consent")
        if standing.state is Subscription.UNSUBSCRIBED:
            return Denied(reason="opted_out")
    if message.due_at is not None and message.due_at > now:
        return Held(until=message.due_at, reason="not_due")
    return Allowed(fact_id=standing.fact_id if standing else None)
