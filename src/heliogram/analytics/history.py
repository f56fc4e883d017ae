"""Everything stored about one message, read in one place for all who tell its story."""

from sqlalchemy.ext.asyncio import AsyncConnection

from heliogram.analytics.step import Row
from heliogram.analytics.timeline import History
from heliogram.storage import albums, cancellations, consent, history, inbound, inbound_media, media, questions

N_ANSWERS = 50


async def load_history(connection: AsyncConnection, workspace_id: str, message_id: str) -> History | None:
    """None when the workspace has no such message."""
    message = await history.message(connection, workspace_id, message_id)
    if message is None:
        return None
    attempts = await history.attempts_of(connection, message_id)
    answers = await inbound.answers_to(connection, workspace_id, message, N_ANSWERS)
    fact_ids = [each["fact_id"] for each in attempts if each["fact_id"]]
    shows = albums.shown_of(message)
    shown = await albums.media_of(connection, shows) if shows else []
    return History(
        message=message,
        attempts=attempts,
        receipts=await history.receipts_of(connection, message_id),
        questions=await questions.of_message(connection, message_id),
        cancellations=await cancellations.of_message(connection, message_id),
        opens=await history.opens_of(connection, message_id),
        answers=answers,
        pictures=await inbound_media.of_messages(connection, workspace_id, [each["id"] for each in answers]),
        facts=await consent.facts_by_id(connection, workspace_id, fact_ids),
        forbidden_by=await _forbidden_by(connection, workspace_id, message),
        media=shown,
        variants=[each for one in shown for each in (await media.variants_of(connection, one["id"])).values()],
    )


async def _forbidden_by(connection: AsyncConnection, workspace_id: str, message: Row) -> Row | None:
    """The withdrawal that stopped the message: where the person stood when the verdict was taken, not now."""
    if message["state_reason"] != "opted_out":
        return None
    fact: Row | None = await consent.fact_as_of(
        connection, workspace_id, message["group_id"], message["phone_e164"], message["state_at"]
    )
    return fact
