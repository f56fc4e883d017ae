"""The tables, a family a file. Every row that someone owns names its workspace.

Attempts, outcomes and receipts are only ever added to; `message_states` is folded from them in the same
transaction, so that a list or a count never has to read the history.
"""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

from heliogram.storage.tables import (  # noqa: E402 - the families register themselves on the metadata above
    access,
    campaigns,
    consent,
    delivery,
    inbound,
    media,
    people,
    senders,
)

__all__ = ["access", "campaigns", "consent", "delivery", "inbound", "media", "metadata", "people", "senders"]
