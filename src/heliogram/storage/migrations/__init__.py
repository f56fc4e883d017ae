"""The database's history, one file a step. Alembic runs them; a released step is never edited."""
