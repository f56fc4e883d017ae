"""How Alembic runs our steps: on the connection `storage.migrate` hands it, inside that one's transaction."""

from alembic import context

from heliogram.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="types.",
)
with context.begin_transaction():
    context.run_migrations()
